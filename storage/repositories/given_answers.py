"""What experts answered, and what they propose as topics."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.questions import GivenAnswer, Proposal
from bot.errors import NotFound
from storage.failures import REMOVED
from storage.models import GivenAnswerRow
from storage.rows import entity_of, update_row, values_of


class GivenAnswers:
    """
    Args:
        locks: rows that are read are kept from change until the unit of work ends.
    """

    def __init__(self, session: AsyncSession, *, locks: bool) -> None:
        self._session = session
        self._locks = locks

    async def add(self, answer: GivenAnswer) -> GivenAnswer:
        row = GivenAnswerRow(**values_of(answer, apart=("id",)))
        self._session.add(row)
        await self._session.flush()
        return replace(answer, id=row.id)

    async def get(self, answer_id: int) -> GivenAnswer | None:
        row = await self._row(answer_id)
        return entity_of(GivenAnswer, row) if row else None

    async def save(self, answer: GivenAnswer) -> GivenAnswer:
        """Store a changed one.

        Raises:
            NotFound: it was forgotten since it was read.
        """
        row = await self._row(answer.id)
        if row is None:
            raise NotFound(REMOVED)
        update_row(row, values_of(answer, apart=("id",)))
        await self._session.flush()
        return answer

    async def unpublished(self) -> tuple[GivenAnswer, ...]:
        waits = GivenAnswerRow.proposal.in_((Proposal.DRAFT, Proposal.PROPOSED))
        rows = await self._session.scalars(select(GivenAnswerRow).where(waits).order_by(GivenAnswerRow.id))
        return tuple(entity_of(GivenAnswer, row) for row in rows)

    async def _row(self, answer_id: int) -> GivenAnswerRow | None:
        wanted = select(GivenAnswerRow).where(GivenAnswerRow.id == answer_id)
        if self._locks:
            wanted = wanted.with_for_update().execution_options(populate_existing=True)
        row: GivenAnswerRow | None = await self._session.scalar(wanted)
        return row
