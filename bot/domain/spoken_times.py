"""Dates, times and lengths as people say them in English and Spanish: "next Tuesday 6pm", "14 de marzo a las 18:30".

What could mean two things is refused with both meanings, never guessed.
Source: names of days and relative dates are read by dateparser; the clock and dates in figures are read here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from typing import Any

from babel.dates import get_day_names

from bot.domain.times import FIXED_NAMES, SPOKEN_NAMES, parse_local

LONGEST = 80  # characters of a date and time; longer ones are no date
LONGEST_LENGTH = timedelta(days=30)
_CLOCK = re.compile(
    r"\b(?:at|a las?|@)?\s*(?<![-\d])(?P<hour>2[0-4]|[01]?\d)"
    r"(?:[:.h](?P<minute>[0-5]\d)(?!\d)|(?=\s*(?:h|hrs?|horas)\b))?"
    r"(?P<seconds>:00)?\s*(?P<half>[ap]\s?\.?\s?m\b\.?|h\b|hrs?\b|horas\b)?",
)
_NUMERIC = re.compile(r"\b(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{4}))?\b")
_ISO = re.compile(r"\b\d{4}-\d{1,2}-\d{1,2}\b")
_LENGTH = re.compile(
    r"(?:(?P<hours>\d{1,3}(?:[.,]\d{1,2})?)\s*(?:h|hrs?|hours?|horas?))?\s*(?:and|y)?\s*"
    r"(?:(?P<minutes>\d{1,4})\s*(?:m|mins?|minutes?|minutos?)?)?"
)
_DAY_TIMES = {
    "noon": " 12:00 ",
    "midday": " 12:00 ",
    "al mediodia": " 12:00 ",
    "mediodia": " 12:00 ",
    "midnight": " 00:00 ",
    "a medianoche": " 00:00 ",
    "medianoche": " 00:00 ",
}
_MIDNIGHT = re.compile(r"\b(?:midnight|medianoche)\b")  # the first or the last moment of the day
_HALVES = {
    "de la manana": "am",
    "in the morning": "am",
    "de la tarde": "pm",
    "in the afternoon": "pm",
    "de la noche": "pm",
    "in the evening": "pm",
    "at night": "pm",
}
_LEFT_OUT = re.compile(r"\b(?:on|at|el|la|the|a las|a la|proximo|proxima|que viene|este|esta|del ano)\b|[,;]")
_NUMBER_WORDS = {"primero de": "1 de", "un ": "1 ", "una ": "1 ", "dos ": "2 ", "tres ": "3 ", "cuatro ": "4 "}


class Doubt(StrEnum):
    """Why a time cannot be used."""

    UNREADABLE = "unreadable"
    NO_CLOCK = "no clock"
    NO_DAY = "no day"
    HALF_OF_DAY = "half of day"
    TWO_DATES = "two dates"
    OTHER_WEEKDAY = "other weekday"


class TimeError(ValueError):
    """A time cannot be used; `could_be` are the days or the day that it might mean."""

    def __init__(self, doubt: Doubt, *could_be: datetime) -> None:
        super().__init__(doubt.value)
        self.doubt = doubt
        self.could_be = could_be


@dataclass(frozen=True, slots=True)
class Spoken:
    """A wall time, and the zone that was named with it ("EST"), "" for none."""

    local: datetime
    zone_word: str = ""


@dataclass(frozen=True, slots=True)
class Ending:
    """When something ends: exactly one of a wall time, a length, and a clock on the day that it starts."""

    at: datetime | None = None
    lasts: timedelta | None = None
    clock: time | None = None

    def after(self, starts: datetime) -> datetime:
        """Return the wall time; a clock that is earlier than the start is that of the next morning."""
        if self.at:
            return self.at
        if self.lasts is not None:
            return starts + self.lasts
        end = datetime.combine(starts.date(), self.clock or starts.time())
        return end if end > starts else end + timedelta(days=1)


def read_time(text: str, lang: str, now: datetime) -> Spoken:
    """Return what `text` means, said at `now` (naive, by the clock of the place) in "en" or "es".

    Raises:
        TimeError: it cannot be read, or could mean two things.
    """
    words, zone_word = _without_zone(" ".join(text.split()))
    if len(words) > LONGEST:
        raise TimeError(Doubt.UNREADABLE)
    _refuse_two_dates(words)
    exact = parse_local(words)
    if exact:
        return Spoken(exact, zone_word)
    folded = _replaced(_plain(words), _DAY_TIMES)
    clock, rest = _clock_of(folded)
    day = _day_of(rest, lang, now)
    if clock is None:
        raise TimeError(Doubt.NO_CLOCK, day)
    if _MIDNIGHT.search(_plain(words)):
        raise TimeError(Doubt.TWO_DATES, day, day + timedelta(days=1))
    return Spoken(datetime.combine(day.date(), clock), zone_word)


def read_day(text: str, lang: str, now: datetime) -> date:
    """Return the day that `text` names ("2027-03-17", "next Tuesday", "17 de marzo").

    Raises:
        TimeError: as `read_time`.
    """
    words = " ".join(text.split())
    if len(words) > LONGEST:
        raise TimeError(Doubt.UNREADABLE)
    _refuse_two_dates(words)
    return _day_of(_plain(words), lang, now).date()


def read_ending(text: str, lang: str, now: datetime) -> Ending:
    """Return when something ends: a wall time, a length ("2 hours", "1h30", "90 min") or a clock ("8:30 pm").

    Raises:
        TimeError: as `read_time`.
    """
    words = _without_zone(" ".join(text.split()))[0]
    exact = parse_local(words)
    if exact:
        return Ending(at=exact)
    folded = _plain(words)
    length = _length_of(folded)
    if length:
        return Ending(lasts=length)
    clock, rest = _clock_of(_replaced(folded, _DAY_TIMES))
    if clock and not _LEFT_OUT.sub("", rest).strip(" .-"):
        return Ending(clock=clock)
    return Ending(at=read_time(words, lang, now).local)


def _plain(text: str) -> str:
    """Return `text` in small letters without accents."""
    return "".join(one for one in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(one))


def _without_zone(text: str) -> tuple[str, str]:
    """Return `text` without the name of a zone at its end, and that name."""
    folded = text.casefold()
    for name in sorted((*FIXED_NAMES, *SPOKEN_NAMES), key=len, reverse=True):
        if folded.endswith((f" {name}", f" ({name})")):
            end = len(name) + (3 if folded.endswith(")") else 1)
            return text[:-end].strip(), text[-end:].strip(" ()")
    return text, ""


def _refuse_two_dates(text: str) -> None:
    """Refuse 03/04/2027: March 4 to some, April 3 to others."""
    found = _NUMERIC.search(_ISO.sub("", text))
    if not found or not found.group(3):
        return
    first, second, year = (int(one) for one in found.groups())
    if first != second and 1 <= first <= 12 and 1 <= second <= 12 and year:
        raise TimeError(Doubt.TWO_DATES, datetime(year, first, second), datetime(year, second, first))  # noqa: DTZ001 - wall time


def _replaced(text: str, words: Mapping[str, str]) -> str:
    for word, instead in words.items():
        text = re.sub(rf"\b{word}\b", instead, text) if word[-1] != " " else re.sub(rf"\b{word}", instead, text)
    return text


def _clock_of(folded: str) -> tuple[time | None, str]:
    """Return the clock in `folded` and the rest; the last number that can be a clock is one.

    Raises:
        TimeError: an hour up to twelve without minutes and without its half of the day.
    """
    text = folded
    for words, half in _HALVES.items():
        text = re.sub(rf"\b{words}\b", f" {half}", text)
    found = [one for one in _CLOCK.finditer(_masked(text)) if one["minute"] or one["half"] or _is_told(text, one)]
    if not found:
        return None, text
    one = found[-1]
    rest = f"{text[: one.start()]} {text[one.end() :]}"
    return _time_of(one), rest


def _masked(text: str) -> str:
    """Return `text` with dates in figures made unreadable, at the same length."""
    return _NUMERIC.sub(lambda found: "x" * len(found[0]), _ISO.sub(lambda found: "x" * len(found[0]), text))


def _is_told(text: str, one: re.Match[str]) -> bool:
    """Say whether words tell that a bare number is a clock: "at 7", "a las 18"."""
    return bool(re.search(r"\b(?:at|a las?)\s+$|@\s*$", text[: one.start("hour")]))


def _time_of(one: re.Match[str]) -> time:
    hour, minute = int(one["hour"]), int(one["minute"] or 0)
    half = (one["half"] or "").replace(".", "").replace(" ", "")
    if half in ("am", "pm"):
        if not 1 <= hour <= 12:
            raise TimeError(Doubt.UNREADABLE)
        return time(hour % 12 + (12 if half == "pm" else 0), minute)
    if hour > 23:
        raise TimeError(Doubt.UNREADABLE)
    if not one["minute"] and not half and 1 <= hour <= 12:
        raise TimeError(Doubt.HALF_OF_DAY)
    return time(hour, minute)


def _day_of(text: str, lang: str, now: datetime) -> datetime:
    """Return the day that the words name, read on the day of `now`.

    Raises:
        TimeError: they name none, several, or a weekday that the date does not have.
    """
    words = " ".join(_replaced(_LEFT_OUT.sub(" ", text), _NUMBER_WORDS).split()).strip(" .-")
    if not words:
        raise TimeError(Doubt.NO_DAY)
    if words == "pasado manana":
        return now + timedelta(days=2)
    day = _in_figures(words, now) or _in_words(words, lang, now)
    named = _weekdays(words)
    if named and day.weekday() not in named:
        raise TimeError(Doubt.OTHER_WEEKDAY, day)
    return day


def _in_figures(words: str, now: datetime) -> datetime | None:
    """Return the day of "2027-03-14", "25/12" or "12/25", without a year the next one; None for other words.

    Raises:
        TimeError: there is no such day, or it can be two.
    """
    written = _ISO.search(words)
    if written:
        return _only([_date(*(int(one) for one in written[0].split("-")))])
    found = _NUMERIC.search(words)
    if not found:
        return None
    first, second, year = int(found[1]), int(found[2]), int(found[3] or now.year)
    pairs = {(first, second), (second, first)}
    days = [_date(year, *pair) for pair in pairs]
    is_yearless = not found[3]
    return _only([_next_year(one) if one and is_yearless and one.date() < now.date() else one for one in days])


def _only(days: list[datetime | None]) -> datetime:
    known = sorted(one for one in days if one)
    if len(known) != 1:
        raise TimeError(Doubt.TWO_DATES if known else Doubt.UNREADABLE, *known)
    return known[0]


def _date(year: int, month: int, day: int) -> datetime | None:
    try:
        return datetime(year, month, day)  # noqa: DTZ001 - wall time
    except ValueError:
        return None


def _next_year(day: datetime) -> datetime:
    return _date(day.year + 1, day.month, day.day) or day


def _in_words(words: str, lang: str, now: datetime) -> datetime:
    try:
        found = _reader(lang, now.replace(hour=0, minute=0, second=0, microsecond=0)).get_date_data(words)
    except (ValueError, OverflowError, TypeError, AttributeError, IndexError, KeyError, RecursionError) as error:
        raise TimeError(Doubt.UNREADABLE) from error
    day: datetime | None = found.date_obj
    is_exact = found.period == "day" or (found.period == "week" and re.search(r"\d", words))
    if day is None or not is_exact:
        raise TimeError(Doubt.UNREADABLE)
    return day.replace(tzinfo=None)


@cache
def _settings() -> dict[str, Any]:
    parsers = ["relative-time", "absolute-time"]
    return {"PREFER_DATES_FROM": "future", "RETURN_AS_TIMEZONE_AWARE": False, "PARSERS": parsers}


def _reader(lang: str, now: datetime) -> Any:
    """Return what reads names of days; dateparser is slow to import, and most starts of the bot never need it."""
    from dateparser.date import DateDataParser

    languages = ["es", "en"] if lang == "es" else ["en", "es"]
    order = "DMY" if lang == "es" else "MDY"
    return DateDataParser(languages=languages, settings=_settings() | {"RELATIVE_BASE": now, "DATE_ORDER": order})


def _weekdays(words: str) -> set[int]:
    """Return the weekdays that stand in `words` by their full names, Monday 0."""
    return {number for name, number in _day_names().items() if name in words.split()}


@cache
def _day_names() -> Mapping[str, int]:
    return {
        _plain(name): number for lang in ("en", "es") for number, name in get_day_names("wide", locale=lang).items()
    }


def _length_of(folded: str) -> timedelta | None:
    """Return the length that the words tell, None when they tell none or one that no gathering has."""
    words = re.sub(r"^(?:for|durante|dura|lasts)\s+", "", folded.strip())
    words = (
        words.replace("hora y media", "1.5 h").replace("an hour and a half", "1.5 h").replace("half an hour", "30 m")
    )
    words = re.sub(r"^(?:una|an|1)\s+1\.5 h", "1.5 h", words).replace("media hora", "30 m")
    words = re.sub(r"\b(?:una hora|an hour|one hour)\b", "1 h", words)
    words = _replaced(words, {"two": "2", "dos": "2", "three": "3", "tres": "3"})
    found = _LENGTH.fullmatch(words)
    if not found or not (found["hours"] or re.search(r"m", words)):
        return None
    hours, minutes = float((found["hours"] or "0").replace(",", ".")), int(found["minutes"] or 0)
    length = timedelta(minutes=round(hours * 60) + minutes)
    return length if timedelta(0) < length <= LONGEST_LENGTH else None
