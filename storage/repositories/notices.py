"""Notices of changes and cancellations of convenings."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.notices import Kind, Notice
from storage.models import NoticeRow
from storage.rows import entity_of, run, values_of


class Notices:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, notice: Notice) -> Notice:
        row = NoticeRow(**values_of(notice, apart=("id",)))
        self._session.add(row)
        await self._session.flush()
        return replace(notice, id=row.id)

    async def save(self, notice: Notice) -> None:
        await self._session.merge(NoticeRow(**values_of(notice)))
        await self._session.flush()

    async def get(self, notice_id: int) -> Notice | None:
        row = await self._session.get(NoticeRow, notice_id)
        return entity_of(Notice, row) if row else None

    async def collecting(self, convening_id: int, now: datetime) -> Notice | None:
        own = select(NoticeRow).where(NoticeRow.convening_id == convening_id, NoticeRow.kind == Kind.CHANGED)
        row = await self._session.scalar(own.where(NoticeRow.due_at > now).order_by(NoticeRow.id.desc()).limit(1))
        return entity_of(Notice, row) if row else None

    async def forget(self, before: datetime) -> int:
        return await run(self._session, delete(NoticeRow).where(NoticeRow.made_at < before))
