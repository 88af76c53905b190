"""Whom an announcement reaches: the channels that ask for it, each once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from bot.context import Context
from bot.domain.announcements import Announcement, Audience
from bot.domain.deliveries import Target

TOPIC = "announcements"
MAIL = "email"  # the platform of readers by mail


def bound(announcement: Announcement) -> str:
    """Return the workspace that the announcement stays in, "" for one to every chapter."""
    return announcement.workspace_id if announcement.audience is Audience.CHAPTER else ""


async def targets_of(ctx: Context, announcement: Announcement) -> tuple[Target, ...]:
    """Return everything that would get it now: channels first."""
    return await _channels(ctx, announcement)


async def _channels(ctx: Context, announcement: Announcement) -> tuple[Target, ...]:
    follows = await ctx.uow.follows.of_topic(TOPIC, bound(announcement))
    return tuple(Target(one.workspace_id, one.channel_id, lang=one.lang) for one in follows)


def counted(targets: Sequence[Target]) -> Mapping[tuple[str, str], int]:
    """Return how many channels there are by platform and language, in that order."""
    return dict(sorted(Counter((one.platform, one.lang) for one in targets if one.channel_id).items()))
