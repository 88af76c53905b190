"""Counts of Helpful and Not helpful."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.feedback import Rating
from storage.models import FeedbackRow
from storage.rows import entity_of, insert_into


class Feedback:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def count(self, topic_id: str, lang: str, helpful: bool) -> None:
        """Add one to a count; two at once are both counted."""
        first = {"topic_id": topic_id, "lang": lang, "helpful": int(helpful), "not_helpful": int(not helpful)}
        columns = FeedbackRow.__table__.c
        added = {name: columns[name] + first[name] for name in ("helpful", "not_helpful")}
        wanted = insert_into(self._session, FeedbackRow).values(**first)
        await self._session.execute(wanted.on_conflict_do_update(index_elements=["topic_id", "lang"], set_=added))

    async def totals(self, topic_id: str, lang: str) -> tuple[int, int]:
        own = (FeedbackRow.topic_id == topic_id, FeedbackRow.lang == lang)
        found = (await self._session.execute(select(FeedbackRow.helpful, FeedbackRow.not_helpful).where(*own))).first()
        return (found.helpful, found.not_helpful) if found else (0, 0)

    async def worst(self, limit: int) -> tuple[Rating, ...]:
        wanted = select(FeedbackRow).where(FeedbackRow.not_helpful > 0)
        order = (FeedbackRow.not_helpful.desc(), FeedbackRow.helpful, FeedbackRow.topic_id, FeedbackRow.lang)
        rows = await self._session.scalars(wanted.order_by(*order).limit(limit))
        return tuple(entity_of(Rating, row) for row in rows)
