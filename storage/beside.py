"""What is read beside a running bot: nothing is locked, made or changed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.chapters import Follow
from bot.domain.questions import PublishedTopic, WithdrawnTopic
from storage.engine import is_sqlite, make_engine
from storage.migrate import Tables, check, inspected, plain
from storage.repositories.follows import Follows
from storage.repositories.published_topics import PublishedTopics


class Beside:
    """A database, as somebody beside the bot sees it; without tables of this release it holds nothing yet.

    Every method raises ConfigError when the database cannot be reached.
    """

    def __init__(self, url: str) -> None:
        self._url = url

    def state(self) -> str:
        """Say how the database is.

        Raises:
            ConfigError: it cannot be used; the text says what to do.
        """
        if is_sqlite(self._url) and inspected(self._url) is Tables.NONE:
            return f"{plain(self._url)} will be made at the first start"
        check(self._url)
        return f"{plain(self._url)} has the tables of this release"

    async def published_topics(self) -> tuple[PublishedTopic, ...]:
        """Return every published topic that was not withdrawn, oldest first."""
        async with _session(self._url) as session:
            return await PublishedTopics(session).all() if session else ()

    async def withdrawn_topics(self) -> tuple[WithdrawnTopic, ...]:
        """Return every topic that was withdrawn, oldest first."""
        async with _session(self._url) as session:
            return await PublishedTopics(session).withdrawn() if session else ()

    async def followed_channels(self) -> tuple[Follow, ...]:
        """Return every follow, oldest first."""
        async with _session(self._url) as session:
            return await Follows(session).everywhere() if session else ()


@asynccontextmanager
async def _session(url: str) -> AsyncIterator[AsyncSession | None]:
    if await asyncio.to_thread(inspected, url) is not Tables.CURRENT:
        yield None
        return
    engine = make_engine(url)
    try:
        async with AsyncSession(engine) as session:
            yield session
    finally:
        await engine.dispose()
