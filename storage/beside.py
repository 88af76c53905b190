"""What is read beside a running bot: nothing is locked or made, and nothing changed but a pause."""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.chapters import Follow
from bot.domain.deliveries import Delivery, Subject
from bot.domain.questions import PublishedTopic, WithdrawnTopic
from bot.domain.records import AuditEntry
from bot.errors import ConfigError
from bot.ports import utc_now
from storage.engine import file_of, is_sqlite, make_engine, make_sync_engine
from storage.keys import KeyPlace
from storage.migrate import Tables, check, inspected, plain
from storage.models import DeliveryRow, LaneRow
from storage.repositories.audit import Audit
from storage.repositories.deliveries import delivery_of, of
from storage.repositories.follows import Follows
from storage.repositories.published_topics import PublishedTopics
from storage.repositories.sending import Sending
from storage.sealing import give_cipher
from storage.vault import opened


class Beside:
    """A database, as somebody beside the bot sees it; without tables of this release it holds nothing yet.

    Every method raises ConfigError when the database cannot be reached.
    """

    def __init__(self, url: str, place: KeyPlace) -> None:
        self._url = url
        self._place = place

    def state(self) -> str:
        """Say how the database is.

        Raises:
            ConfigError: it cannot be used; the text says what to do.
        """
        if is_sqlite(self._url) and inspected(self._url) is Tables.NONE:
            return f"{plain(self._url)} will be made at the first start"
        check(self._url)
        return f"{plain(self._url)} has the tables of this release"

    def keys(self) -> str:
        """Say where the keys of field encryption are, and that they fit.

        Raises:
            ConfigError: they are missing, others, or open to other people; the text says what to do.
        """
        keys = self._place.read()
        if inspected(self._url) is not Tables.CURRENT:
            return f"{self._place.name} can be read" if keys else f"{self._place.file} will be made at the first start"
        engine = make_sync_engine(self._url, read_only=True)
        try:
            with engine.connect() as connection:
                is_sealed = opened(connection, self._place) is not None
        finally:
            engine.dispose()
        if not is_sealed and not keys:
            return f"{self._place.file} will be made at the first start"
        return f"{self._place.name} {'opens this database' if is_sealed else 'can be read'}"

    def modes(self) -> str:
        """Say that nobody else on this machine can read the database.

        Raises:
            ConfigError: somebody can.
        """
        path = file_of(self._url)
        there = [one for one in sorted(path.parent.glob(f"{path.name}*")) if one.is_file()] if path else []
        for one in there:
            if os.name == "posix" and stat.S_IMODE(one.stat().st_mode) & 0o077:
                raise ConfigError(f"other people on this machine can read {one}; run: chmod 600 {one}")
        return "the database is readable for this account alone" if there else "no file to look at"

    async def published_topics(self) -> tuple[PublishedTopic, ...]:
        """Return every published topic that was not withdrawn, oldest first."""
        async with _session(self._url, self._place) as session:
            return await PublishedTopics(session).all() if session else ()

    async def withdrawn_topics(self) -> tuple[WithdrawnTopic, ...]:
        """Return every topic that was withdrawn, oldest first."""
        async with _session(self._url, self._place) as session:
            return await PublishedTopics(session).withdrawn() if session else ()

    async def followed_channels(self) -> tuple[Follow, ...]:
        """Return every follow, oldest first."""
        async with _session(self._url, self._place) as session:
            return await Follows(session).everywhere() if session else ()

    async def entries(self) -> tuple[AuditEntry, ...]:
        """Return the record of administrative acts, oldest first, with references in place of accounts."""
        async with _session(self._url, self._place) as session:
            return await Audit(session, b"").all() if session else ()

    async def deliveries_of(self, subject: Subject, subject_id: int) -> tuple[Delivery, ...]:
        """Return the rows of one thing, oldest first."""
        async with _session(self._url, self._place) as session:
            if session is None:
                return ()
            found = await session.execute(select(DeliveryRow.__table__).where(of(subject, subject_id)))
            return tuple(sorted((delivery_of(row) for row in found), key=lambda one: one.id))

    async def deliveries_overview(self) -> dict[str, int | str]:
        """Return how many rows are in each state, by name; what is paused, and how many lanes are blocked."""
        async with _session(self._url, self._place) as session:
            if session is None:
                return {}
            counted = select(DeliveryRow.status, func.count()).group_by(DeliveryRow.status)
            states = {row[0].value: row[1] for row in await session.execute(counted)}
            blocked = select(func.count()).where(LaneRow.blocked_until > utc_now())
            lanes = await session.scalar(blocked) or 0
            return {**states, "lanes_blocked": lanes, "paused": await Sending(session).paused()}

    async def resume(self) -> str:
        """Take a pause of all sending back; return why it was paused, "" when it was not."""
        async with _session(self._url, self._place) as session:
            if session is None:
                return ""
            reason = await Sending(session).paused()
            await Sending(session).resume()
            await session.commit()
            return reason


@asynccontextmanager
async def _session(url: str, place: KeyPlace) -> AsyncIterator[AsyncSession | None]:
    if await asyncio.to_thread(inspected, url) is not Tables.CURRENT:
        yield None
        return
    engine = make_engine(url)
    try:
        async with AsyncSession(engine) as session:
            vault = await (await session.connection()).run_sync(opened, place)
            if vault:
                give_cipher(engine.sync_engine, vault.cipher)
            yield session
    finally:
        await engine.dispose()
