"""Quiet hours: what is due in them waits until they are over where the reader lives."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.preferences import Preferences
from bot.domain.times import WallTime, Zone


def after_quiet(due: datetime, zone: str, preferences: Preferences) -> datetime:
    """Return `due`, or the end of the person's quiet hours when it falls into them; aware UTC.

    Args:
        due: aware.
        zone: an IANA name, for whoever told none.
        preferences: the reader's.
    """
    begins, ends = _clock(preferences.quiet_from), _clock(preferences.quiet_to)
    at_home = Zone(preferences.zone or zone)
    local = due.astimezone(ZoneInfo(at_home))
    if not _is_between(local.time(), begins, ends):
        return due.astimezone(UTC)
    day = local.date() if local.time() < ends else local.date() + timedelta(days=1)
    return WallTime(datetime.combine(day, ends), at_home).utc


def _clock(text: str) -> time:
    """Return "22:00" as a time; "" as midnight, so that two of them make no quiet hours."""
    return time.fromisoformat(text) if text else time()


def _is_between(now: time, begins: time, ends: time) -> bool:
    """Say whether `now` lies from `begins` until before `ends`, which may be on the next day."""
    return begins <= now < ends if begins <= ends else now >= begins or now < ends
