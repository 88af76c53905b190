"""Opens the database: folders, lock, soundness, tables, key; and closes it again."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.domain.lanes import Paces
from bot.domain.upkeep import make_private_folder
from bot.ports import Clock, utc_now
from storage.engine import BUSY_TIMEOUT_S, file_of, is_sqlite, make_engine
from storage.keys import KeyPlace
from storage.lock import InstanceLock
from storage.migrate import (
    Tables,
    check,
    inspected,
    make_private,
    upgrade_connection,
    upgrade_unlocked,
)
from storage.presence import Presence
from storage.repositories.deliveries import SETTLES, Leasing
from storage.sealing import give_cipher
from storage.traces import Traces
from storage.unit_of_work import OpenUnitOfWork
from storage.vault import Vault, unlock
from storage.wakeups import Wakeups

LEAVE_WITHIN_S = 1.0  # a stopping process has five seconds in all


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
        await self.unit_of_work.left(LEAVE_WITHIN_S)
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
    secret_keys: str = "",
    settles: timedelta = SETTLES,
) -> Storage:
    """Open the database; make the tables and keys of a new SQLite file, refuse every other one that does not fit.

    Args:
        url: `sqlite:///path`, `sqlite:///:memory:` or `postgresql://...`.
        data_dir: the folder of what else is kept; made for this account alone when it is missing.
        busy_timeout_s: how long to wait for a lock before `Busy` is raised.
        paces: how fast each platform's lanes may be used.
        clock: when rows are made.
        secret_keys: the keys of field encryption as `HRC_SECRET_KEYS` holds them; "" for the file in `data_dir`.
        settles: a request of a process that died has landed or failed by then.

    Raises:
        ConfigError: the database is in use, damaged, newer or older than this release, or out of reach, or its keys
            are missing or others; nothing was written.
    """
    make_private_folder(data_dir)
    place = KeyPlace(secret_keys, data_dir)
    place.read()  # a key that is none stops here, before a file is made
    path = file_of(url)
    lock = InstanceLock(make_private(path)) if path is not None else None
    try:
        await asyncio.to_thread(_prepare, url, place)
        engine = make_engine(url, busy_timeout_s=busy_timeout_s)
        leasing = await _leasing(engine, place, paces or Paces(), clock, settles)
        traces = Traces(path, busy_timeout_s)
        await traces.wipe()
        return Storage(engine, leasing, OpenUnitOfWork(engine, leasing, busy_timeout_s, traces), lock)
    except BaseException:
        if lock is not None:
            lock.release()
        raise


def _prepare(url: str, place: KeyPlace) -> None:
    """See that the database has the tables of this release."""
    if not is_sqlite(url):
        check(url)
    elif file_of(url) is not None and inspected(url) is Tables.NONE:
        upgrade_unlocked(url, place)
    elif file_of(url) is not None:
        check(url)


async def _leasing(engine: AsyncEngine, place: KeyPlace, paces: Paces, clock: Clock, settles: timedelta) -> Leasing:
    """Return how rows are leased here; nothing stays open when that cannot be known."""
    presence = Presence(engine)
    try:
        async with engine.begin() as connection:
            vault = await connection.run_sync(_unlocked, place)
        give_cipher(engine.sync_engine, vault.cipher)
        await presence.ensure()
        return Leasing(presence, vault.instance_key, paces, clock, settles)
    except BaseException:
        await presence.end()
        await engine.dispose()
        raise


def _unlocked(connection: Connection, place: KeyPlace) -> Vault:
    """Return the database's secrets; tables in memory are made here too."""
    if connection.engine.url.database == ":memory:":
        upgrade_connection(connection, place)
    return unlock(connection, place)
