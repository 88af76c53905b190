"""Chapters (one workspace or server each) and the channels in which they follow the Alliance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

TOPICS = ("convenings", "announcements")


@dataclass(frozen=True, slots=True)
class Follow:
    """A channel that receives what its chapter asked for.

    `topics` is a subset of TOPICS; `lang` the language of what is posted there. `paused_reason` is "" or the
    platform's error code that stopped it (an archived channel, for instance).
    """

    workspace_id: str
    channel_id: str
    topics: tuple[str, ...]
    lang: str
    created_by: str
    created_at: datetime
    paused_reason: str = ""


class Takes(StrEnum):
    """What a chapter does with what the Alliance announces to every chapter."""

    ALL = "all"
    ASK = "ask"  # its organizers are asked first, item by item
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Chapter:
    """What a chapter chose; whoever chose nothing takes all.

    `until` is when `takes` ends and everything is taken again (aware UTC), None for no end. `offers_channel_id` is
    where organizers are asked. `city` is a name as the directory of cities has it, or as it was typed. `lang` is the
    language of channels that name none, `zone` that of people whose platform tells none; "" for the installation's.
    """

    workspace_id: str
    takes: Takes = Takes.ALL
    until: datetime | None = None
    offers_channel_id: str = ""
    city: str = ""
    lang: str = ""
    zone: str = ""

    def takes_at(self, now: datetime) -> Takes:
        return Takes.ALL if self.until and self.until <= now else self.takes


class ChapterStore(Protocol):
    """What chapters chose."""

    async def get(self, workspace_id: str) -> Chapter:
        """Return what the chapter chose, the defaults when it chose nothing."""

    async def save(self, chapter: Chapter) -> Chapter:
        """Insert or replace."""

    async def all(self) -> tuple[Chapter, ...]:
        """Return the chapters that chose something."""

    async def choose(self, announcement_id: int, workspace_id: str, *, is_taken: bool) -> bool:
        """Remember what organizers said to one announcement; False when somebody said something before."""

    async def chosen(self, announcement_id: int, workspace_id: str) -> bool | None:
        """Return whether organizers took the announcement, None while nobody said anything."""


class FollowStore(Protocol):
    """Followed channels; every look-up is bound to a workspace or to a topic."""

    async def get(self, workspace_id: str, channel_id: str) -> Follow | None:
        """Return the follow of that channel, None when it follows nothing or belongs to another workspace."""

    async def save(self, follow: Follow) -> Follow:
        """Insert or update; a channel has one follow."""

    async def remove(self, workspace_id: str, channel_id: str) -> bool:
        """Delete the follow; say whether there was one."""

    async def of_workspace(self, workspace_id: str) -> tuple[Follow, ...]:
        """Return the workspace's follows, oldest first."""

    async def of_topic(self, topic: str, workspace_id: str = "") -> tuple[Follow, ...]:
        """Return the unpaused follows of `topic`, in one workspace or in all; suspended chapters have none."""

    async def of_channel(self, channel_id: str) -> tuple[Follow, ...]:
        """Return the channel's follow, of whichever workspace; platforms report losses by channel alone."""

    async def pause(self, channel_id: str, reason: str) -> None:
        """Stop posting to the channel and keep the reason."""

    async def resume(self, workspace_id: str, reason: str) -> None:
        """Post again to the workspace's channels that stopped for this reason."""
