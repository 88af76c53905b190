"""Repeated convenings: RRULE values of RFC 5545, kept to what people plan and to what can be expanded at once.

A rule is daily or rarer and brings at most 500 dates. Its dates are clocks on the wall of one zone.
Source: RFC 5545 section 3.3.10; expansion by python-dateutil.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from itertools import islice
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rrulestr

from bot.domain.times import WallTime, Zone

MAX_DATES = 500
LAST_YEAR = 9999
GREGORIAN_CYCLE = 400  # years after which dates and weekdays repeat exactly
FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_TOO_OFTEN = ("SECONDLY", "MINUTELY", "HOURLY")
_WORDS = {
    "daily": "FREQ=DAILY",
    "every day": "FREQ=DAILY",
    "diario": "FREQ=DAILY",
    "diaria": "FREQ=DAILY",
    "cada día": "FREQ=DAILY",
    "weekly": "FREQ=WEEKLY",
    "every week": "FREQ=WEEKLY",
    "semanal": "FREQ=WEEKLY",
    "cada semana": "FREQ=WEEKLY",
    "biweekly": "FREQ=WEEKLY;INTERVAL=2",
    "every two weeks": "FREQ=WEEKLY;INTERVAL=2",
    "quincenal": "FREQ=WEEKLY;INTERVAL=2",
    "cada dos semanas": "FREQ=WEEKLY;INTERVAL=2",
    "monthly": "FREQ=MONTHLY",
    "every month": "FREQ=MONTHLY",
    "mensual": "FREQ=MONTHLY",
    "cada mes": "FREQ=MONTHLY",
}
_DAY_WORDS = {
    **{
        name: day
        for day, names in {
            "MO": "monday lunes",
            "TU": "tuesday martes",
            "WE": "wednesday miércoles miercoles",
            "TH": "thursday jueves",
            "FR": "friday viernes",
            "SA": "saturday sábado sabado",
            "SU": "sunday domingo",
        }.items()
        for name in names.split()
    },
}
_WHICH_WORDS = {
    "first": 1,
    "primer": 1,
    "1st": 1,
    "second": 2,
    "segundo": 2,
    "2nd": 2,
    "third": 3,
    "tercer": 3,
    "3rd": 3,
    "fourth": 4,
    "cuarto": 4,
    "4th": 4,
    "last": -1,
    "último": -1,
    "ultimo": -1,
}
_WEEKDAYS = re.compile(r"(?:every|each|cada|todos los) (?P<days>.+)")
_MONTHLY = re.compile(
    r"(?:(?:the|el|every|each) )?(?P<which>\w+) (?P<day>\w+) (?:of (?:the|every|each) month|de cada mes|del mes)"
)
_TIMES = re.compile(r"(?P<rule>.+?),? \(?(?P<count>\d{1,4}) (?:times|veces)\)?")
NEVER_WORDS = ("", "no", "none", "never", "once", "nunca", "una vez", "ninguna")
_NUMBERS = {
    "INTERVAL": (1, 1000),
    "COUNT": (1, MAX_DATES),
    "BYMONTH": (1, 12),
    "BYMONTHDAY": (-31, 31),
    "BYSETPOS": (-366, 366),
}
_DAY = re.compile(r"([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)")
_UNTIL = re.compile(r"(\d{8})(?:T(\d{6})(Z?))?")


class Problem(StrEnum):
    """Why a rule cannot be used."""

    UNREADABLE = "unreadable"
    TOO_OFTEN = "too often"
    TOO_MANY = "too many"
    NEVER = "never"
    OTHER_DAY = "other day"


class RuleError(ValueError):
    """A rule cannot be used; `first` is the first date that it would bring when that is not the planned one."""

    def __init__(self, problem: Problem, first: WallTime | None = None) -> None:
        super().__init__(problem.value)
        self.problem = problem
        self.first = first


def rule_of(text: str, starts: WallTime) -> str:
    """Return the RRULE value that `text` means ("weekly", "FREQ=MONTHLY;BYDAY=2TU"), "" for no repetition.

    Raises:
        RuleError: it cannot be read, is more frequent than daily, brings over 500 dates or none, or not `starts`.
    """
    words = " ".join(text.split()).casefold()
    if words in NEVER_WORDS:
        return ""
    rule = _spoken(words) or _checked(text, starts.zone)
    dates = occurrences(rule, starts)
    if not dates:
        raise RuleError(Problem.NEVER)
    if dates[0].local != starts.local:
        raise RuleError(Problem.OTHER_DAY, dates[0])
    return rule


def _spoken(words: str) -> str:
    """Return the rule that people's words mean ("every Tuesday", "last friday of the month, 6 times"), "" for others.

    Raises:
        RuleError: it would be over 500 dates or none.
    """
    counted = _TIMES.fullmatch(words)
    if counted:
        rule, count = _spoken(counted["rule"]), int(counted["count"])
        if rule and not 1 <= count <= MAX_DATES:
            raise RuleError(Problem.TOO_MANY)
        return f"{rule};COUNT={count}" if rule and "COUNT" not in rule else ""
    monthly = _MONTHLY.fullmatch(words)
    if monthly and monthly["which"] in _WHICH_WORDS and monthly["day"] in _DAY_WORDS:
        return f"FREQ=MONTHLY;BYDAY={_WHICH_WORDS[monthly['which']]}{_DAY_WORDS[monthly['day']]}"
    weekly = _WEEKDAYS.fullmatch(words)
    if weekly:
        names = re.split(r",? and |,? y |, ?", weekly["days"])
        days = [_DAY_WORDS.get(one) or _DAY_WORDS.get(one.removesuffix("s"), "") for one in names]
        return f"FREQ=WEEKLY;BYDAY={','.join(days)}" if all(days) else _WORDS.get(words, "")
    return _WORDS.get(words, "")


def parts_of(rule: str) -> dict[str, str]:
    """Return the parts of an RRULE value by name, upper-case.

    Raises:
        RuleError: it is not a list of NAME=VALUE, or a name comes twice.
    """
    pairs = [part.partition("=") for part in rule.upper().split(";") if part]
    parts = {name.strip(): value.strip() for name, _, value in pairs}
    if len(parts) < len(pairs) or not all(parts.values()):
        raise RuleError(Problem.UNREADABLE)
    return parts


@lru_cache(maxsize=512)
def occurrences(rule: str, starts: WallTime) -> tuple[WallTime, ...]:
    """Return the dates of `rule`, in order, at most 500; `starts` alone when `rule` is "".

    Raises:
        RuleError: the rule cannot be read.
    """
    if not rule:
        return (starts,)
    parts = parts_of(rule)
    until = parts.pop("UNTIL", "")
    # The same search begun near the end of the calendar finds the same dates and gives up soon when there are none.
    years = (LAST_YEAR - starts.local.year) // GREGORIAN_CYCLE * GREGORIAN_CYCLE
    try:
        found = rrulestr(_joined(parts), dtstart=_moved(starts.local, years))
        if until and isinstance(found, rrule):
            found = found.replace(until=_moved(datetime.strptime(until, "%Y%m%dT%H%M%S"), years))  # noqa: DTZ007 - wall time
        return tuple(WallTime(_moved(one, -years), starts.zone) for one in islice(found, MAX_DATES))
    except (ValueError, TypeError, AttributeError) as error:
        raise RuleError(Problem.UNREADABLE) from error


def _moved(local: datetime, years: int) -> datetime:
    return local.replace(year=min(local.year + years, LAST_YEAR))


def _joined(parts: Mapping[str, str]) -> str:
    return ";".join(f"{name}={value}" for name, value in parts.items())


def _checked(text: str, zone: Zone) -> str:
    """Return `text` as a rule whose parts are ones that we expand; an end is a clock on the wall of `zone`."""
    parts = parts_of(re.sub(r"(?i)^\s*rrule:", "", text))
    _check_frequency(parts)
    if "COUNT" in parts and "UNTIL" in parts:
        raise RuleError(Problem.UNREADABLE)
    for name, value in parts.items():
        if name in _NUMBERS:
            _check_numbers(name, value)
        elif name == "BYDAY":
            _check_days(value, parts["FREQ"])
        elif name == "UNTIL":
            parts[name] = _local_until(value, zone)
        elif name not in ("FREQ", "WKST"):
            raise RuleError(Problem.UNREADABLE)
    return _joined(parts)


def _check_frequency(parts: Mapping[str, str]) -> None:
    frequency = parts.get("FREQ", "")
    if frequency in _TOO_OFTEN:
        raise RuleError(Problem.TOO_OFTEN)
    if frequency not in FREQUENCIES:
        raise RuleError(Problem.UNREADABLE)


def _check_numbers(name: str, value: str) -> None:
    low, high = _NUMBERS[name]
    for word in value.split(","):
        if not re.fullmatch(r"[+-]?\d{1,9}", word) or int(word) == 0:
            raise RuleError(Problem.UNREADABLE)
        if not low <= int(word) <= high:
            raise RuleError(Problem.TOO_MANY if name == "COUNT" else Problem.UNREADABLE)


def _check_days(value: str, frequency: str) -> None:
    """Refuse days that cannot be read; "the second Tuesday" has no meaning within a day or a week."""
    for word in value.split(","):
        found = _DAY.fullmatch(word)
        if not found or (found.group(1) and frequency in ("DAILY", "WEEKLY")):
            raise RuleError(Problem.UNREADABLE)


def _local_until(value: str, zone: Zone) -> str:
    """Return the last moment of a rule as a clock on the wall; a date alone counts to its end."""
    found = _UNTIL.fullmatch(value)
    if not found:
        raise RuleError(Problem.UNREADABLE)
    day, time, is_utc = found.groups()
    try:
        until = datetime.strptime(day + (time or "235959"), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        return (until.astimezone(ZoneInfo(zone)) if is_utc else until).strftime("%Y%m%dT%H%M%S")
    except (ValueError, OverflowError) as error:
        raise RuleError(Problem.UNREADABLE) from error
