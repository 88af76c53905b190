"""Channels that follow the Alliance."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, delete, exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.chapters import Follow
from bot.errors import Conflict
from bot.i18n import N_
from storage.models import BlockRow, FollowRow, FollowTopicRow
from storage.rows import entity_of, run, update_row, values_of

ELSEWHERE = N_("This channel follows the Alliance through another workspace already.")


class Follows:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, workspace_id: str, channel_id: str) -> Follow | None:
        found = await self._all(_ordered(FollowRow.channel_id == channel_id, FollowRow.workspace_id == workspace_id))
        return found[0] if found else None

    async def save(self, follow: Follow) -> Follow:
        """Insert or update.

        Raises:
            Conflict: the channel's follow belongs to another workspace.
        """
        row = await self._session.get(FollowRow, follow.channel_id, populate_existing=True)
        if row is not None and row.workspace_id != follow.workspace_id:
            raise Conflict(ELSEWHERE)
        if row is None:
            row = FollowRow(topics=[])
            self._session.add(row)
        update_row(row, values_of(follow, apart=("topics",)))
        _set_topics(row, follow.topics)
        await self._session.flush()
        return follow

    async def remove(self, workspace_id: str, channel_id: str) -> bool:
        own = (FollowRow.channel_id == channel_id, FollowRow.workspace_id == workspace_id)
        return await run(self._session, delete(FollowRow).where(*own)) > 0

    async def of_workspace(self, workspace_id: str) -> tuple[Follow, ...]:
        return await self._all(_ordered(FollowRow.workspace_id == workspace_id))

    async def everywhere(self) -> tuple[Follow, ...]:
        return await self._all(_ordered())

    async def of_topic(self, topic: str, workspace_id: str = "") -> tuple[Follow, ...]:
        is_suspended = exists().where(BlockRow.workspace_id == FollowRow.workspace_id)
        wanted = _ordered(
            FollowRow.topics.any(FollowTopicRow.topic == topic), FollowRow.paused_reason == "", ~is_suspended
        )
        if workspace_id:
            wanted = wanted.where(FollowRow.workspace_id == workspace_id)
        return await self._all(wanted)

    async def of_channel(self, channel_id: str) -> tuple[Follow, ...]:
        return await self._all(_ordered(FollowRow.channel_id == channel_id))

    async def resume(self, workspace_id: str, reason: str) -> None:
        stopped = (FollowRow.workspace_id == workspace_id, FollowRow.paused_reason == reason)
        await run(self._session, update(FollowRow).where(*stopped).values(paused_reason=""))

    async def pause(self, channel_id: str, reason: str) -> None:
        wanted = update(FollowRow).where(FollowRow.channel_id == channel_id).values(paused_reason=reason)
        await run(self._session, wanted)

    async def _all(self, wanted: Select[FollowRow]) -> tuple[Follow, ...]:
        return tuple(_follow(row) for row in await self._session.scalars(wanted))


def _ordered(*where: Any) -> Select[FollowRow]:
    """Return the query of follows, oldest first, as the database has them now."""
    wanted = select(FollowRow).where(*where).order_by(FollowRow.created_at, FollowRow.channel_id)
    return wanted.execution_options(populate_existing=True)


def _set_topics(row: FollowRow, topics: tuple[str, ...]) -> None:
    """Keep the rows of topics that stay: an insert may not run before the delete of the same key."""
    kept = {one.topic: one for one in row.topics}
    row.topics = [kept.get(topic) or FollowTopicRow(topic=topic) for topic in topics]
    for position, one in enumerate(row.topics):
        one.position = position


def _follow(row: FollowRow) -> Follow:
    return entity_of(Follow, row, topics=tuple(one.topic for one in row.topics))
