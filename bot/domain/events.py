"""Entries of convenings in the lists of events that some platforms keep for a workspace: one for each date, in turn.

An entry stands for the next date. While that is ahead the entry follows every change; once it has begun, the date after
it gets an entry of its own.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from bot.domain.convenings import LASTS_WITHOUT_END, Convening
from bot.domain.times import WallTime


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry; `id` is 0 until stored. `state` is a digest of what it shows; `revision` rises when that changes."""

    id: int
    convening_id: int
    number: int
    starts_at: datetime
    state: str
    revision: int = 1


def next_start(convening: Convening, now: datetime) -> WallTime | None:
    """Return the first date that has not begun."""
    return next((one for one in convening.dates if one.utc > now), None)


def date_of(entry: Entry, convening: Convening) -> WallTime | None:
    """Return the date that an entry stands for, None when the convening has it no more."""
    return next((one for one in convening.dates if one.utc == entry.starts_at), None)


def ends_at(convening: Convening, date: WallTime) -> datetime:
    """Return when a date ends; a list wants to know even where nobody said."""
    end = convening.end_of(date)
    return end.utc if end else date.utc + LASTS_WITHOUT_END


def state_of(convening: Convening, starts_at: datetime) -> str:
    """Return a digest of all that an entry shows."""
    ends = convening.ends.local - convening.starts.local if convening.ends else timedelta(0)
    shown = replace(convening, revision=0, created_by="", reminders="", capacity=0, hide_names=False, workspace_id="")
    text = repr((shown, starts_at, ends))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def brought_up(last: Entry | None, convening: Convening, now: datetime) -> Entry | None:
    """Return the entry as it should be now: new (id 0), changed, or the same; None where there is nothing to enter."""
    upcoming = next_start(convening, now)
    is_open = last is not None and last.starts_at > now
    if last and is_open and (convening.is_cancelled or upcoming is None):
        return _changed(last, convening, last.starts_at)
    if upcoming is None or convening.is_cancelled:
        return None
    if last and is_open:
        return _changed(last, convening, upcoming.utc)
    number = last.number + 1 if last else 1
    return Entry(0, convening.id, number, upcoming.utc, state_of(convening, upcoming.utc))


def _changed(entry: Entry, convening: Convening, starts_at: datetime) -> Entry:
    state = state_of(convening, starts_at)
    if state == entry.state:
        return entry
    return replace(entry, starts_at=starts_at, state=state, revision=entry.revision + 1)


class EventStore(Protocol):
    """Entries of convenings in lists of events."""

    async def last(self, convening_id: int) -> Entry | None:
        """Return the convening's newest entry."""

    async def get(self, entry_id: int) -> Entry | None:
        """Return one."""

    async def add(self, entry: Entry) -> Entry:
        """Store a new one and return it with its id."""

    async def save(self, entry: Entry) -> None:
        """Store a changed one."""
