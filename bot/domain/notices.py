"""Notices: what people who answered a convening are told when it changes or is cancelled.

Several edits within a few minutes are one change: the notice holds what people knew before the first of them, and what
they read is the difference to how the convening stands when it is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from bot.domain.convenings import Convening
from bot.domain.preferences import Preferences
from bot.domain.quiet import after_quiet
from bot.domain.times import WallTime, Zone

COLLECTED = timedelta(minutes=5)  # edits within this time are one change
TO_REACT = timedelta(hours=3)  # what leaves people less time than this after their quiet hours is told at once
_TIMES = ("starts", "zone", "ends", "repeat", "skipped")
_PLACES = ("place", "link")


class Kind(StrEnum):
    """What happened."""

    CHANGED = "changed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Notice:
    """One change of one convening; `id` is 0 until stored. `before` is what people knew, as `told` returns it."""

    id: int
    convening_id: int
    kind: Kind
    made_at: datetime
    due_at: datetime
    before: Mapping[str, str]
    reason: str = ""


def told(convening: Convening) -> dict[str, str]:
    """Return what people must know of a convening to come to it, as texts by name."""
    ends = convening.ends
    return {
        "starts": convening.starts.local.isoformat(),
        "zone": convening.starts.zone,
        "ends": ends.local.isoformat() if ends else "",
        "repeat": convening.repeat,
        "skipped": ",".join(sorted(one.isoformat() for one in convening.skipped)),
        "place": convening.place,
        "link": convening.link,
    }


def as_before(convening: Convening, before: Mapping[str, str]) -> Convening:
    """Return the convening as it stood before a change of times and place."""
    zone, ends, skipped = Zone(before["zone"]), before["ends"], before["skipped"]
    return replace(
        convening,
        starts=WallTime(datetime.fromisoformat(before["starts"]), zone),
        ends=WallTime(datetime.fromisoformat(ends), zone) if ends else None,
        repeat=before["repeat"],
        skipped=tuple(date.fromisoformat(one) for one in skipped.split(",") if one),
        place=before["place"],
        link=before["link"],
    )


def is_moved(convening: Convening, before: Mapping[str, str]) -> bool:
    """Say whether times or dates differ."""
    now = told(convening)
    return any(now[name] != before[name] for name in _TIMES)


def is_elsewhere(convening: Convening, before: Mapping[str, str]) -> bool:
    """Say whether the place differs."""
    now = told(convening)
    return any(now[name] != before[name] for name in _PLACES)


def soonest(convening: Convening, before: Mapping[str, str], now: datetime) -> datetime:
    """Return the next date that people have in mind: that of before or that of now, whichever comes first."""
    dates = (as_before(convening, before).next_date(now).utc, convening.next_date(now).utc)
    return min((one for one in dates if one > now), default=now)


def collects_until(convening: Convening, before: Mapping[str, str], now: datetime) -> datetime:
    """Return when a change is told: after a few minutes, sooner where the date is near."""
    return now + min(COLLECTED, (soonest(convening, before, now) - now) / 20)


def waits_until(now: datetime, next_date: datetime, zone: str, preferences: Preferences) -> datetime | None:
    """Return the end of the reader's quiet hours when waiting for it leaves time to react, else None."""
    until = after_quiet(now, zone, preferences)
    return until if now < until <= next_date - TO_REACT else None


class NoticeStore(Protocol):
    """Notices of changes and cancellations."""

    async def add(self, notice: Notice) -> Notice:
        """Store a new one and return it with its id."""

    async def save(self, notice: Notice) -> None:
        """Store a changed one."""

    async def get(self, notice_id: int) -> Notice | None:
        """Return one."""

    async def collecting(self, convening_id: int, now: datetime) -> Notice | None:
        """Return the notice of a change that is not told yet."""

    async def forget(self, before: datetime) -> int:
        """Delete those made before that; return how many."""
