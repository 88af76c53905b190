"""Lanes: what a platform counts together when it limits how fast messages may come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import IntEnum

from bot.domain.deliveries import Subject, Target

# What is worth less every minute: sent before plain posts.
TIMELY = frozenset({Subject.PROMOTION, Subject.REMINDER, Subject.NOTICE, Subject.SUBSCRIPTION})


class Rank(IntEnum):
    """Order inside a lane."""

    CANCEL = 0
    EDIT = 1
    TIMELY = 2
    POST = 3
    DIRECT = 4


def rank_of(subject: Subject, target: Target) -> Rank:
    """Return where a message that nobody has seen yet stands in its lane."""
    if subject in TIMELY:
        return Rank.TIMELY
    return Rank.DIRECT if target.user_id else Rank.POST


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a platform's lanes may be used; its adapter declares it.

    Args:
        gap: between two requests of one lane, whatever they do.
        edit_gap: between two edits, where these are limited more.
        direct_gap: between two direct messages, where these are limited more.
        at_once: requests of one lane on their way.
        is_shared: there is one lane for the whole application; else one for each workspace.
    """

    gap: timedelta = timedelta(seconds=1)
    edit_gap: timedelta = timedelta(0)
    direct_gap: timedelta = timedelta(0)
    at_once: int = 1
    is_shared: bool = False


@dataclass(frozen=True, slots=True)
class Paces:
    """The pace of each platform by its name; `other` is that of the rest."""

    by_platform: Mapping[str, Pace] = field(default_factory=dict)
    other: Pace = Pace()

    def of(self, lane: str) -> Pace:
        """Return the pace of a lane, or of an address: both begin with the platform."""
        return self.by_platform.get(lane.partition(":")[0], self.other)

    def lane_of(self, target: Target) -> str:
        """Return the lane of a target: its workspace, or its platform where the whole application is limited."""
        return target.platform if self.of(target.address).is_shared or not target.workspace_id else target.workspace_id
