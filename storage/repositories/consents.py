"""Consents, append-only."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.consents import Consent
from storage.models import ConsentRow
from storage.rows import entity_of, values_of


class Consents:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, consent: Consent) -> None:
        alike = [one for one in await self.of(consent.member_id) if one.kind is consent.kind]
        if alike and (alike[-1].is_given, alike[-1].text_version) == (consent.is_given, consent.text_version):
            return
        self._session.add(ConsentRow(**values_of(consent)))
        await self._session.flush()

    async def of(self, member_id: str) -> tuple[Consent, ...]:
        wanted = select(ConsentRow).where(ConsentRow.member_id == member_id).order_by(ConsentRow.id)
        return tuple(entity_of(Consent, row) for row in await self._session.scalars(wanted))
