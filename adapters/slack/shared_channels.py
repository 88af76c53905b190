"""Channels that another organisation was let into (Slack Connect)."""

from __future__ import annotations

import structlog

from bot.domain.records import PLATFORM, AuditEntry
from bot.errors import Busy
from bot.plugin import Host
from bot.ports import Problem

log = structlog.get_logger("adapters.slack")


async def hold_shared(host: Host, workspace_id: str, channel_id: str) -> None:
    """Stop posts to the channel, if it follows anything, and leave that in the record of acts."""
    try:
        async with host.unit_of_work(writes=True) as uow:
            if await uow.follows.get(workspace_id, channel_id) is None:
                return
            await uow.follows.pause(channel_id, Problem.SHARED_OUTSIDE)
            now = host.dispatcher.services.clock()
            await uow.audit.add(AuditEntry(now, PLATFORM, workspace_id, "channel shared", f"channel:{channel_id}"))
    except Busy:
        log.error("a channel was shared with another organisation and could not be held", channel=channel_id)
