"""Entries of convenings in lists of events."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.events import Entry
from storage.models import EventRow
from storage.rows import entity_of, values_of


class Events:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def last(self, convening_id: int) -> Entry | None:
        own = select(EventRow).where(EventRow.convening_id == convening_id).order_by(EventRow.number.desc())
        row = await self._session.scalar(own.limit(1))
        return entity_of(Entry, row) if row else None

    async def get(self, entry_id: int) -> Entry | None:
        row = await self._session.get(EventRow, entry_id)
        return entity_of(Entry, row) if row else None

    async def add(self, entry: Entry) -> Entry:
        row = EventRow(**values_of(entry, apart=("id",)))
        self._session.add(row)
        await self._session.flush()
        return replace(entry, id=row.id)

    async def save(self, entry: Entry) -> None:
        await self._session.merge(EventRow(**values_of(entry)))
        await self._session.flush()
