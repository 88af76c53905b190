"""What happens to a chapter as a whole: it lets the bot in, loses a channel, or takes the bot out."""

from __future__ import annotations

from datetime import datetime

from bot.domain.deliveries import Subject, Target
from bot.domain.records import AuditEntry
from bot.ports import Problem, UnitOfWork

LEFT = "leave"


async def joined(uow: UnitOfWork, workspace_id: str, installer: str, now: datetime, lang: str = "en") -> None:
    """Take up again what stopped when the bot was taken out, and tell whoever let it in how to begin."""
    await uow.follows.resume(workspace_id, Problem.SIGNED_OUT)
    if installer:
        await _tell(uow, Subject.WELCOME, workspace_id, installer, now, lang)


async def left(uow: UnitOfWork, workspace_id: str, now: datetime) -> None:
    """Stop everything that goes to a workspace which took the bot out; what it chose is kept for its return."""
    for follow in await uow.follows.of_workspace(workspace_id):
        if not follow.paused_reason:
            await uow.follows.pause(follow.channel_id, Problem.SIGNED_OUT)
    await uow.audit.add(AuditEntry(now, "", workspace_id, LEFT, workspace_id))


async def channel_lost(uow: UnitOfWork, channel_id: str, reason: str, now: datetime) -> None:
    """Stop posting to a channel, and tell whoever let it follow, once."""
    for follow in await uow.follows.of_channel(channel_id):
        if follow.paused_reason:
            continue
        await uow.follows.pause(channel_id, reason)
        if follow.created_by:
            await _tell(uow, Subject.CHANNEL_LOST, follow.workspace_id, follow.created_by, now, follow.lang)


async def channel_found(uow: UnitOfWork, channel_id: str, reason: str) -> None:
    """Post again to a channel that stopped for this reason."""
    for follow in await uow.follows.of_channel(channel_id):
        if follow.paused_reason == reason:
            await uow.follows.pause(channel_id, "")


async def _tell(uow: UnitOfWork, subject: Subject, workspace_id: str, user_id: str, now: datetime, lang: str) -> None:
    wishes = await uow.preferences.of(user_id)
    target = Target(workspace_id, user_id=user_id, lang=wishes.lang or lang)
    await uow.deliveries.want(subject, int(now.timestamp()), (target,), 1, now)
