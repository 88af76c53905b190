"""The topic answered last, per person and direct message or thread, kept for a quarter of an hour."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import structlog

from bot.context import Context
from bot.errors import Busy
from bot.request import Request

log = structlog.get_logger("bot")

KEPT: Final = timedelta(minutes=15)


def conversation_key(request: Request) -> str:
    """Return what names the conversation: place and person; "" where messages do not belong together."""
    origin = request.origin
    if not origin.is_direct and not origin.thread_id:
        return ""
    return "/".join((origin.channel_id, origin.thread_id, request.actor.user_id))


async def remember(ctx: Context, topic_id: str, lang: str) -> None:
    """Keep the topic for follow-up questions. A busy storage costs the follow-up, never the answer.

    It is written by itself, since a question only reads and must not wait for those who write.
    """
    key = conversation_key(ctx.request)
    if not key:
        return
    try:
        async with ctx.services.unit_of_work(writes=True) as uow:
            await uow.conversations.remember(key, topic_id, lang, ctx.now + KEPT)
    except Busy:
        log.warning("conversation not kept, storage is busy")
