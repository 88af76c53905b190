"""Topics made from answers: their texts as JSON, numbered in the order in which they were published."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.questions import PublishedTopic, TopicWords
from storage.models import PublishedTopicRow


class PublishedTopics:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, topic: PublishedTopic) -> None:
        content = {
            "words": {lang: _written(words) for lang, words in topic.words.items()},
            "sources": topic.sources,
            "related": topic.related,
        }
        row = PublishedTopicRow(
            topic_id=topic.id, theme=topic.theme, content=json.dumps(content), approved_at=topic.approved_at
        )
        self._session.add(row)
        await self._session.flush()

    async def all(self) -> tuple[PublishedTopic, ...]:
        rows = await self._session.scalars(select(PublishedTopicRow).order_by(PublishedTopicRow.id))
        return tuple(_topic(row) for row in rows)

    async def version(self) -> int:
        """Return how many there are: topics are only ever added, and transactions may end in another order than ids."""
        return await self._session.scalar(select(func.count()).select_from(PublishedTopicRow)) or 0


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
