"""Opens the database: folders, lock, soundness, tables, key; and closes it again."""

from __future__ import annotations

import asyncio
import secrets
from pathlib import Path

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.domain.lanes import Paces
from bot.ports import Clock, utc_now
from storage.audit_chain import ANCHOR, Anchor
from storage.engine import BUSY_TIMEOUT_S, file_of, is_sqlite, make_engine
from storage.lock import InstanceLock
from storage.migrate import (
    Tables,
    check,
    inspected,
    make_private,
    make_private_folder,
    upgrade_connection,
    upgrade_unlocked,
)
from storage.models import MetaRow
from storage.presence import Presence
from storage.repositories.deliveries import Leasing
from storage.traces import Traces
from storage.unit_of_work import OpenUnitOfWork
from storage.wakeups import Wakeups

_KEY_BYTES = 32
_KEY = "instance_key"


class Storage:
    """An open database.

    Attributes:
        unit_of_work: opens units of work, see `bot.ports.OpenUnitOfWork`.
        instance_key: 32 random bytes, made once for each database.
        wakeups: hears of what other processes stored.
        engine: for checks and benchmarks; the bot itself works through units of work.
    """

    def __init__(
        self, engine: AsyncEngine, leasing: Leasing, unit_of_work: OpenUnitOfWork, lock: InstanceLock | None
    ) -> None:
        self.engine = engine
        self.instance_key = leasing.secret
        self.unit_of_work = unit_of_work
        self.wakeups = Wakeups(engine)
        self._presence = leasing.presence
        self._lock = lock

    async def close(self) -> None:
        """Close every connection, then give the locks back."""
        await self._presence.end()
        await self.engine.dispose()
        if self._lock is not None:
            self._lock.release()


async def open_storage(
    url: str,
    data_dir: Path,
    *,
    busy_timeout_s: float = BUSY_TIMEOUT_S,
    paces: Paces | None = None,
    clock: Clock = utc_now,
) -> Storage:
    """Open the database; make the tables of a new SQLite file, refuse every other one that does not fit.

    Args:
        url: `sqlite:///path`, `sqlite:///:memory:` or `postgresql://...`.
        data_dir: the folder of what else is kept; made for this account alone when it is missing.
        busy_timeout_s: how long to wait for a lock before `Busy` is raised.
        paces: how fast each platform's lanes may be used.
        clock: when rows are made.

    Raises:
        ConfigError: the database is in use, damaged, newer or older than this release, or out of reach.
    """
    make_private_folder(data_dir)
    path = file_of(url)
    lock = InstanceLock(make_private(path)) if path is not None else None
    try:
        await asyncio.to_thread(_prepare, url)
        traces = Traces(path, busy_timeout_s)
        await traces.wipe()
        engine = make_engine(url, busy_timeout_s=busy_timeout_s)
        leasing = await _leasing(engine, paces or Paces(), clock)
        return Storage(engine, leasing, OpenUnitOfWork(engine, leasing, busy_timeout_s, traces), lock)
    except BaseException:
        if lock is not None:
            lock.release()
        raise


def _prepare(url: str) -> None:
    """See that the database has the tables of this release."""
    if not is_sqlite(url):
        check(url)
    elif file_of(url) is not None and inspected(url) is Tables.NONE:
        upgrade_unlocked(url)
    elif file_of(url) is not None:
        check(url)


async def _leasing(engine: AsyncEngine, paces: Paces, clock: Clock) -> Leasing:
    """Return how rows are leased here; nothing stays open when that cannot be known."""
    presence = Presence(engine)
    try:
        key = await _instance_key(engine)
        await presence.ensure()
        return Leasing(presence, key, paces, clock)
    except BaseException:
        await presence.end()
        await engine.dispose()
        raise


async def _instance_key(engine: AsyncEngine) -> bytes:
    """Return the random key of this database, made on the first start; tables in memory are made here too."""
    async with engine.begin() as connection:
        if engine.url.database == ":memory:":
            await connection.run_sync(upgrade_connection)
        found = await connection.scalar(select(MetaRow.value).where(MetaRow.name == _KEY))
        if found is None:
            found = secrets.token_hex(_KEY_BYTES)
            await connection.execute(insert(MetaRow).values(name=_KEY, value=found))
            anchor = Anchor().sealed(bytes.fromhex(found))
            await connection.execute(insert(MetaRow).values(name=ANCHOR, value=anchor))
    return bytes.fromhex(found)
