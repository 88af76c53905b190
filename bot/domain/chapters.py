"""Chapters (one workspace or server each) and the channels in which they follow the Alliance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
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

    async def pause(self, channel_id: str, reason: str) -> None:
        """Stop posting to the channel and keep the reason."""
