"""Typed times to values: what can be read two ways is asked back with both, in the reader's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date

from bot.domain.spoken_times import Doubt, Ending, TimeError, read_ending, read_time
from bot.domain.times import find_zone
from bot.errors import UserInputError
from bot.i18n import Translator

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Here:
    """When something is typed (aware), and the IANA zone that "tomorrow" is meant in. `is_named`: the text names it."""

    now: datetime = LONG_AGO
    zone: str = "UTC"
    is_named: bool = False

    @property
    def local(self) -> datetime:
        """Return the clock on the wall, naive."""
        return self.now.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)

    def of(self, arguments: Mapping[str, str]) -> Here:
        """Return it in the zone that `arguments` name, if they do."""
        zone = find_zone(arguments.get("zone", ""))
        return replace(self, zone=str(zone), is_named=True) if zone else self


def typed_time(text: str, t: Translator, name: str, here: Here | None = None) -> datetime:
    """Return the naive time that `text` writes or says.

    Raises:
        UserInputError: it cannot be read, can be two times, or names another zone than `here`.
    """
    here = here or Here()
    try:
        found = read_time(text, t.lang, here.local)
    except TimeError as error:
        raise _refusal(error, text, t, name) from error
    if here.is_named and found.zone_word and find_zone(found.zone_word) != here.zone:
        raise UserInputError(
            t("“{text}” names another time zone than {zone}.", text=text, zone=here.zone),
            t("Leave the zone out of the time; it has a place of its own."),
            name,
        )
    return found.local


def typed_ending(text: str, t: Translator, name: str, here: Here | None = None) -> Ending:
    """Return when something ends.

    Raises:
        UserInputError: as `typed_time`.
    """
    try:
        return read_ending(text, t.lang, (here or Here()).local)
    except TimeError as error:
        raise _refusal(error, text, t, name) from error


def _refusal(error: TimeError, text: str, t: Translator, name: str) -> UserInputError:
    text, days = text[:80], error.could_be
    match error.doubt:
        case Doubt.TWO_DATES:
            words = t(
                "“{text}” can be {first} or {second}.", text=text, first=_day(days[0], t), second=_day(days[1], t)
            )
            hint = t("Write {first} or {second}, and the time.", first=days[0].date(), second=days[1].date())
        case Doubt.OTHER_WEEKDAY:
            words = t("“{text}” is not that weekday: it is {day}.", text=text, day=_day(days[0], t))
            hint = t("Check the weekday and the date.")
        case Doubt.NO_CLOCK:
            words = t("“{text}” has no time of day.", text=text)
            hint = t("Add it, like 18:30 or 6:30 pm.")
        case Doubt.NO_DAY:
            words = t("“{text}” has no date.", text=text)
            hint = t("Add it, like 2027-03-14 18:30 or tomorrow 18:30.")
        case Doubt.HALF_OF_DAY:
            words = t("“{text}” can be in the morning or in the evening.", text=text)
            hint = t("Write am or pm, or the time like 18:30.")
        case _:
            words = t("“{text}” is not a date and time that I can read.", text=text)
            hint = t("Write it like 2027-03-14 18:30, or like next Tuesday 6 pm.")
    return UserInputError(words, hint, name)


def _day(day: datetime, t: Translator) -> str:
    """Return the day with its weekday, in words."""
    return format_date(day, "full", locale=t.lang)
