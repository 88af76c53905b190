"""Reminders of convenings: when each is due, for whom it is better earlier or later, and until when it makes sense.

A reminder is due a certain time (its lead) before a date. It is planned before that, opened a day ahead, when the
messages to people are made, and closed once nobody can need it any more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.domain.convenings import Convening
from bot.domain.preferences import Preferences
from bot.domain.quiet import after_quiet
from bot.domain.times import WallTime, Zone

NONE_WORDS = ("none", "no", "never", "off", "ninguno", "ninguna", "nunca")
MAX_LEADS = 5
LONGEST, SHORTEST = timedelta(days=60), timedelta(minutes=10)
OPENS = timedelta(days=1)  # before it is due, so that a person's quiet hours can make it earlier
BEFORE_NIGHT = timedelta(minutes=30)  # a reminder that cannot wait for the morning comes so long before quiet hours
LEFT = timedelta(minutes=15)  # a reminder that leaves less time than this helps nobody
ON_TIME = timedelta(minutes=5)
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_WORDS = {
    "m": ("m", "min", "minute", "minutes", "minuto", "minutos"),
    "h": ("h", "hour", "hours", "hora", "horas"),
    "d": ("d", "day", "days", "dia", "dias", "día", "días"),
    "w": ("w", "week", "weeks", "semana", "semanas"),
}
_UNIT_OF = {word: unit for unit, words in _WORDS.items() for word in words}
_LEAD = re.compile(r"(\d{1,4})\s*([^\W\d_]+)")


class LeadError(ValueError):
    """A text is no list of times before a convening; `part` is what cannot be used."""

    def __init__(self, part: str) -> None:
        super().__init__(part)
        self.part = part


def leads_of(text: str) -> tuple[timedelta, ...]:
    """Return the times that "7d, 1 day, 1h" names, longest first; () for "none".

    Raises:
        LeadError: a part cannot be read, is under ten minutes or over 60 days, or there are more than five.
    """
    words = " ".join(text.casefold().split())
    if words in NONE_WORDS or not words:
        return ()
    leads = {_lead(part.strip()) for part in words.split(",") if part.strip()}
    if not 0 < len(leads) <= MAX_LEADS:
        raise LeadError(text)
    return tuple(sorted(leads, reverse=True))


def _lead(part: str) -> timedelta:
    found = _LEAD.fullmatch(part)
    unit = _UNIT_OF.get(found.group(2)) if found else None
    lead = int(found.group(1)) * _UNITS[unit] if found and unit else timedelta(0)
    if not SHORTEST <= lead <= LONGEST:
        raise LeadError(part)
    return lead


def written(leads: Iterable[timedelta]) -> str:
    """Return the leads as they are stored and typed: "7d, 1d, 1h"; "none" for none."""
    return ", ".join(_written(one) for one in leads) or "none"


def _written(lead: timedelta) -> str:
    minutes = round(lead.total_seconds() / 60)
    if minutes % 1440 == 0:
        return f"{minutes // 1440}d"
    return f"{minutes // 60}h" if minutes % 60 == 0 else f"{minutes}m"


class State(StrEnum):
    """Where a reminder is."""

    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Reminder:
    """One reminder of one date of a convening; `id` is 0 until stored.

    `starts_at` and `due_at` are aware UTC. `missed` counts the people who got none since the bot was not running.
    """

    id: int
    convening_id: int
    starts_at: datetime
    lead_s: int
    due_at: datetime
    state: State = State.PLANNED
    missed: int = 0

    @property
    def lead(self) -> timedelta:
        return timedelta(seconds=self.lead_s)


def next_reminders(convening: Convening, leads: Iterable[timedelta], now: datetime) -> tuple[Reminder, ...]:
    """Return, for each lead, the reminder of the first date that is still ahead by more than that."""
    if convening.is_cancelled:
        return ()
    starts = [one.utc for one in convening.dates]
    found = []
    for lead in leads:
        date_ = next((one for one in starts if one - lead > now), None)
        if date_:
            found.append(Reminder(0, convening.id, date_, int(lead.total_seconds()), date_ - lead))
    return tuple(found)


def fits(reminder: Reminder, convening: Convening, leads: Iterable[timedelta]) -> bool:
    """Say whether the convening still has that date, and reminders of that lead."""
    is_ahead = not convening.is_cancelled and reminder.starts_at in {one.utc for one in convening.dates}
    return is_ahead and reminder.lead in tuple(leads)


def due_for(reminder: Reminder, zone: str, preferences: Preferences) -> datetime | None:
    """Return when one person should get it: after their quiet hours when enough time is left, else before these.

    Returns:
        Aware UTC; None when no moment is left outside of quiet hours.
    """
    later = after_quiet(reminder.due_at, zone, preferences)
    if later <= reminder.starts_at - LEFT:
        return later
    earlier = quiet_since(reminder.due_at, zone, preferences) - BEFORE_NIGHT
    return earlier if after_quiet(earlier, zone, preferences) == earlier else None


def quiet_since(at: datetime, zone: str, preferences: Preferences) -> datetime:
    """Return when the quiet hours began that hold `at`; aware UTC."""
    at_home = Zone(preferences.zone or zone)
    local, begins = at.astimezone(ZoneInfo(at_home)), time.fromisoformat(preferences.quiet_from)
    day: date = local.date() if local.time() >= begins else local.date() - timedelta(days=1)
    return WallTime(datetime.combine(day, begins), at_home).utc


def useful_until(reminder: Reminder, due: datetime, late_share: float, zone: str, preferences: Preferences) -> datetime:
    """Return until when a late reminder is still sent: a share of its lead, and the night that delays it."""
    limit = due + reminder.lead * late_share
    waits = after_quiet(limit, zone, preferences)
    return min(limit if waits == limit else waits + LEFT, reminder.starts_at)


class ReminderStore(Protocol):
    """Reminders, and when each convening must be looked at for them."""

    async def due(self, now: datetime, limit: int) -> tuple[int, ...]:
        """Return the convenings to look at by now: new, changed, or with a reminder that is due."""

    async def look_at(self, convening_id: int, at: datetime | None) -> None:
        """Say when to look at the convening again; None: not before it changes."""

    async def of(self, convening_id: int) -> tuple[Reminder, ...]:
        """Return the convening's reminders by the time they are due."""

    async def get(self, reminder_id: int) -> Reminder | None:
        """Return one."""

    async def plan(self, reminder: Reminder) -> None:
        """Store it, or plan it anew when there is one of that date and lead."""

    async def save(self, reminder: Reminder) -> None:
        """Store how it stands now."""
