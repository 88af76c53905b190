"""Half-filled forms."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.records import Draft
from storage.models import DraftRow
from storage.rows import entity_of, run, values_of


class Drafts:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def put(self, draft: Draft) -> None:
        await self._session.merge(DraftRow(**values_of(draft)))
        await self._session.flush()

    async def get(self, token: str, user_id: str, now: datetime) -> Draft | None:
        wanted = select(DraftRow).where(DraftRow.token == token, DraftRow.user_id == user_id, DraftRow.expires_at > now)
        row = await self._session.scalar(wanted)
        return entity_of(Draft, row) if row else None

    async def drop(self, token: str) -> None:
        await run(self._session, delete(DraftRow).where(DraftRow.token == token))

    async def forget(self, now: datetime) -> int:
        return await run(self._session, delete(DraftRow).where(DraftRow.expires_at <= now))
