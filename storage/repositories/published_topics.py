"""Topics made from answers: their texts as JSON, numbered in the order in which they were published."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.questions import PublishedTopic, TopicWords, WithdrawnTopic
from bot.errors import NotFound
from storage.failures import REMOVED
from storage.models import PublishedTopicRow
from storage.rows import entity_of, update_row
from storage.traces import leave


class PublishedTopics:
    """
    Args:
        locks: rows that are read one by one are kept from change until the unit of work ends.
    """

    def __init__(self, session: AsyncSession, *, locks: bool = False) -> None:
        self._session = session
        self._locks = locks

    async def add(self, topic: PublishedTopic) -> None:
        self._session.add(PublishedTopicRow(topic_id=topic.id, revision=1, reason="", **_values(topic)))
        await self._session.flush()

    async def get(self, topic_id: str) -> PublishedTopic | None:
        row = await self._row(topic_id)
        return _topic(row) if row else None

    async def correct(self, topic: PublishedTopic) -> None:
        """Publish other words in place of those of the same id.

        Raises:
            NotFound: it was withdrawn since it was read.
        """
        await self._change(topic.id, **_values(topic))

    async def withdraw(self, topic_id: str, reason: str, at: datetime) -> None:
        """Take a topic back.

        Raises:
            NotFound: it was withdrawn already.
        """
        await self._change(topic_id, content="", reason=reason, withdrawn_at=at)
        await leave(self._session)

    async def all(self) -> tuple[PublishedTopic, ...]:
        offered = PublishedTopicRow.withdrawn_at.is_(None)
        rows = await self._session.scalars(select(PublishedTopicRow).where(offered).order_by(PublishedTopicRow.id))
        return tuple(_topic(row) for row in rows)

    async def withdrawn(self) -> tuple[WithdrawnTopic, ...]:
        gone = PublishedTopicRow.withdrawn_at.is_not(None)
        rows = await self._session.scalars(select(PublishedTopicRow).where(gone).order_by(PublishedTopicRow.id))
        return tuple(entity_of(WithdrawnTopic, row, id=row.topic_id) for row in rows)

    async def version(self) -> int:
        """Return how often topics were added or changed: rows stay, and transactions may end in another order."""
        return int(await self._session.scalar(select(func.sum(PublishedTopicRow.revision))) or 0)

    async def _row(self, topic_id: str) -> PublishedTopicRow | None:
        here = (PublishedTopicRow.topic_id == topic_id, PublishedTopicRow.withdrawn_at.is_(None))
        wanted = select(PublishedTopicRow).where(*here)
        if self._locks:
            wanted = wanted.with_for_update().execution_options(populate_existing=True)
        row: PublishedTopicRow | None = await self._session.scalar(wanted)
        return row

    async def _change(self, topic_id: str, **values: Any) -> None:
        row = await self._row(topic_id)
        if row is None:
            raise NotFound(REMOVED)
        update_row(row, values | {"revision": row.revision + 1})
        await self._session.flush()


def _values(topic: PublishedTopic) -> dict[str, Any]:
    content = {
        "words": {lang: _written(words) for lang, words in topic.words.items()},
        "sources": topic.sources,
        "related": topic.related,
    }
    return {"theme": topic.theme, "content": json.dumps(content), "approved_at": topic.approved_at}


def _written(words: TopicWords) -> dict[str, Any]:
    return {"title": words.title, "questions": words.questions, "short": words.short, "long": words.long}


def _topic(row: PublishedTopicRow) -> PublishedTopic:
    content = json.loads(row.content)
    return PublishedTopic(
        row.topic_id,
        row.theme,
        {lang: _words(one) for lang, one in content["words"].items()},
        tuple(content["sources"]),
        tuple(content["related"]),
        row.approved_at,
    )


def _words(read: dict[str, Any]) -> TopicWords:
    return TopicWords(read["title"], tuple(read["questions"]), read["short"], read["long"])
