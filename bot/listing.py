"""Keeps workspaces' own lists of events as the convenings are, where a platform has such lists."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from bot.domain.convenings import Convening, Scope
from bot.domain.deliveries import Subject, Target
from bot.domain.events import brought_up, next_start
from bot.ports import EventBoards, Messenger, UnitOfWork

TOPIC = "convenings"
BoardOf = Callable[[str], str]


def boards_of(messengers: Mapping[str, Messenger]) -> BoardOf:
    """Return what tells the address of a workspace's list of events, "" where its platform has none."""

    def board_of(workspace_id: str) -> str:
        messenger = messengers.get(workspace_id.partition(":")[0])
        return messenger.board_of(workspace_id) if isinstance(messenger, EventBoards) else ""

    return board_of


async def list_event(uow: UnitOfWork, convening: Convening, board_of: BoardOf, now: datetime) -> datetime | None:
    """Ask for the convening's entry in every list of a workspace that follows convenings.

    Returns:
        When to look again: once the next date has begun.
    """
    targets = await _targets(uow, convening, board_of)
    last = await uow.events.last(convening.id)
    if not targets and last is None:
        return None
    entry = brought_up(last, convening, now)
    if entry is None:
        return None
    if not entry.id:
        entry = await uow.events.add(entry)
    elif last and entry.revision > last.revision:
        await uow.events.save(entry)
        is_cancelled = convening.is_cancelled
        await uow.deliveries.raise_wanted(Subject.EVENT, entry.id, entry.revision, now, is_cancelled=is_cancelled)
    if convening.is_cancelled:
        await uow.deliveries.drop_pending(Subject.EVENT, entry.id)
        return None
    await uow.deliveries.want(Subject.EVENT, entry.id, targets, entry.revision, now)
    upcoming = next_start(convening, now)
    return upcoming.utc if upcoming else None


async def _targets(uow: UnitOfWork, convening: Convening, board_of: BoardOf) -> tuple[Target, ...]:
    own = convening.workspace_id if convening.audience is Scope.CHAPTER else ""
    found = {}
    for follow in await uow.follows.of_topic(TOPIC, own):
        address = board_of(follow.workspace_id)
        if address and follow.workspace_id not in found:
            found[follow.workspace_id] = Target(follow.workspace_id, address, lang=follow.lang)
    return tuple(found.values())
