"""Published topics read beside a running bot: nothing is locked, made or changed."""

from __future__ import annotations

import asyncio

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.questions import PublishedTopic
from storage.engine import make_engine
from storage.migrate import Tables, inspected
from storage.repositories.published_topics import PublishedTopics


async def published_topics(url: str) -> tuple[PublishedTopic, ...]:
    """Return every published topic, oldest first; none where there is no database of this release yet.

    Raises:
        ConfigError: the database cannot be reached.
    """
    if await asyncio.to_thread(inspected, url) is not Tables.CURRENT:
        return ()
    engine = make_engine(url)
    try:
        async with AsyncSession(engine) as session:
            return await PublishedTopics(session).all()
    finally:
        await engine.dispose()
