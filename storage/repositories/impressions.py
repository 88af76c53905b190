"""What people thought of convenings, without the people."""

from __future__ import annotations

import secrets

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.impressions import Impressions, Rating
from storage.codes import code_of
from storage.models import ImpressionRow, RemarkRow, VoiceRow
from storage.rows import insert_into, run


class ImpressionsOf:
    """
    Args:
        secret: the instance key.
    """

    def __init__(self, session: AsyncSession, secret: bytes) -> None:
        self._session = session
        self._secret = secret

    async def rate(self, convening_id: int, person_id: str, rating: Rating) -> bool:
        voice = insert_into(self._session, VoiceRow).values(
            code=self._code(convening_id, person_id), convening_id=convening_id, has_remarked=False
        )
        if not await run(self._session, voice.on_conflict_do_nothing()):
            return False
        columns = ImpressionRow.__table__.c
        first = insert_into(self._session, ImpressionRow).values(convening_id=convening_id, rating=rating, count=1)
        added = {"count": columns["count"] + 1}
        await self._session.execute(first.on_conflict_do_update(index_elements=["convening_id", "rating"], set_=added))
        return True

    async def has_rated(self, convening_id: int, person_id: str) -> bool:
        return await self._session.get(VoiceRow, self._code(convening_id, person_id)) is not None

    async def remark(self, convening_id: int, person_id: str, words: str) -> bool:
        own = (VoiceRow.code == self._code(convening_id, person_id)) & VoiceRow.has_remarked.is_(False)
        if not await run(self._session, update(VoiceRow).where(own).values(has_remarked=True)):
            return False
        self._session.add(RemarkRow(id=secrets.token_hex(8), convening_id=convening_id, words=words))
        await self._session.flush()
        return True

    async def of(self, convening_id: int) -> Impressions:
        ratings = select(ImpressionRow).where(ImpressionRow.convening_id == convening_id)
        counts = {row.rating: row.count for row in await self._session.scalars(ratings)}
        lines = select(RemarkRow.words).where(RemarkRow.convening_id == convening_id).order_by(RemarkRow.id)
        remarks = tuple(await self._session.scalars(lines))
        good, mixed, poor = (counts.get(one, 0) for one in Rating)
        return Impressions(good, mixed, poor, remarks)

    def _code(self, convening_id: int, person_id: str) -> str:
        return code_of(self._secret, "impression", f"{convening_id}|{person_id}")
