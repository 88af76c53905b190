"""Questions to people: those that wait, those that were settled, and how they are forgotten."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.deliveries import Subject
from bot.domain.questions import Asked, AskedQuestion
from bot.errors import NotFound
from storage.failures import REMOVED
from storage.models import DeliveryRow, GivenAnswerRow, QuestionRow
from storage.rows import entity_of, is_postgres, run, update_row, values_of
from storage.traces import leave


class Questions:
    """
    Args:
        locks: rows that are read are kept from change until the unit of work ends.
    """

    def __init__(self, session: AsyncSession, *, locks: bool) -> None:
        self._session = session
        self._locks = locks

    async def add(self, question: AskedQuestion) -> AskedQuestion:
        row = QuestionRow(**values_of(question, apart=("id",)))
        self._session.add(row)
        await self._session.flush()
        return replace(question, id=row.id)

    async def get(self, question_id: int) -> AskedQuestion | None:
        row = await self._row(question_id)
        return entity_of(AskedQuestion, row) if row else None

    async def save(self, question: AskedQuestion) -> AskedQuestion:
        """Store a changed one.

        Raises:
            NotFound: it was erased or forgotten since it was read.
        """
        row = await self._row(question.id)
        if row is None:
            raise NotFound(REMOVED)
        update_row(row, values_of(question, apart=("id",)))
        await self._session.flush()
        return question

    async def open(self, limit: int = 500) -> tuple[AskedQuestion, ...]:
        newest = select(QuestionRow).where(QuestionRow.state == Asked.OPEN).order_by(QuestionRow.id.desc())
        rows = await self._session.scalars(self._locking(newest.limit(limit)))
        return tuple(sorted((entity_of(AskedQuestion, row) for row in rows), key=lambda one: one.id))

    async def settled_by(self, answer_id: int) -> tuple[AskedQuestion, ...]:
        wanted = select(QuestionRow).where(QuestionRow.answer_id == answer_id).order_by(QuestionRow.id)
        return tuple(entity_of(AskedQuestion, row) for row in await self._session.scalars(wanted))

    async def of_user(self, user_id: str, since: datetime) -> tuple[AskedQuestion, ...]:
        """Return the account's questions; on PostgreSQL its other requests wait here, on SQLite writers do anyway."""
        if self._locks and is_postgres(self._session):
            await self._session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"question|{user_id}"))))
        mine = (QuestionRow.user_id == user_id, QuestionRow.asked_at >= since)
        rows = await self._session.scalars(select(QuestionRow).where(*mine).order_by(QuestionRow.id))
        return tuple(entity_of(AskedQuestion, row) for row in rows)

    async def forget(self, before: datetime) -> int:
        old = select(QuestionRow.id).where(QuestionRow.asked_at < before)
        stale = select(GivenAnswerRow.id).where(GivenAnswerRow.answered_at < before)
        for subject, ids in ((Subject.QUESTION_NOTICE, old), (Subject.ANSWER, old), (Subject.PROPOSAL, stale)):
            about = (DeliveryRow.subject == subject, DeliveryRow.subject_id.in_(ids))
            await run(self._session, delete(DeliveryRow).where(*about))
        await run(self._session, delete(GivenAnswerRow).where(GivenAnswerRow.answered_at < before))
        count = await run(self._session, delete(QuestionRow).where(QuestionRow.asked_at < before))
        if count:
            await leave(self._session)
        return count

    async def _row(self, question_id: int) -> QuestionRow | None:
        wanted = select(QuestionRow).where(QuestionRow.id == question_id)
        row: QuestionRow | None = await self._session.scalar(self._locking(wanted))
        return row

    def _locking(self, wanted: Select[Any]) -> Select[Any]:
        return wanted.with_for_update().execution_options(populate_existing=True) if self._locks else wanted
