"""What chapters chose."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.chapters import Chapter
from storage.models import ChapterChoiceRow, ChapterRow
from storage.rows import entity_of, insert_into, run, values_of


class Chapters:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, workspace_id: str) -> Chapter:
        row = await self._session.get(ChapterRow, workspace_id, populate_existing=True)
        return entity_of(Chapter, row) if row else Chapter(workspace_id)

    async def save(self, chapter: Chapter) -> Chapter:
        await self._session.merge(ChapterRow(**values_of(chapter)))
        await self._session.flush()
        return chapter

    async def all(self) -> tuple[Chapter, ...]:
        rows = await self._session.scalars(select(ChapterRow).order_by(ChapterRow.workspace_id))
        return tuple(entity_of(Chapter, row) for row in rows)

    async def choose(self, announcement_id: int, workspace_id: str, *, is_taken: bool) -> bool:
        row = {"announcement_id": announcement_id, "workspace_id": workspace_id, "is_taken": is_taken}
        return (
            await run(self._session, insert_into(self._session, ChapterChoiceRow).values(row).on_conflict_do_nothing())
            > 0
        )

    async def chosen(self, announcement_id: int, workspace_id: str) -> bool | None:
        row = await self._session.get(ChapterChoiceRow, (announcement_id, workspace_id), populate_existing=True)
        return row.is_taken if row else None
