"""Administrative acts, append-only."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.records import AuditEntry
from storage.models import AuditRow
from storage.rows import entity_of, values_of


class Audit:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, entry: AuditEntry) -> None:
        self._session.add(AuditRow(**values_of(entry)))
        await self._session.flush()

    async def recent(self, limit: int = 50) -> tuple[AuditEntry, ...]:
        rows = await self._session.scalars(select(AuditRow).order_by(AuditRow.id.desc()).limit(limit))
        return tuple(entity_of(AuditEntry, row) for row in rows)
