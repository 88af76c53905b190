"""Corrections of announcements, as they were proposed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.announcements import Correction, Texts
from storage.models import CorrectionRow
from storage.rows import entity_of, values_of


class Corrections:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, correction: Correction) -> Correction:
        row = CorrectionRow(**values_of(correction, apart=("id", "texts")), **values_of(correction.texts))
        self._session.add(row)
        await self._session.flush()
        return replace(correction, id=row.id)

    async def get(self, correction_id: int) -> Correction | None:
        return await self._first(CorrectionRow.id == correction_id)

    async def newest(self, announcement_id: int) -> Correction | None:
        return await self._first(CorrectionRow.announcement_id == announcement_id)

    async def _first(self, *where: Any) -> Correction | None:
        row = await self._session.scalar(select(CorrectionRow).where(*where).order_by(CorrectionRow.id.desc()).limit(1))
        return entity_of(Correction, row, texts=entity_of(Texts, row)) if row else None
