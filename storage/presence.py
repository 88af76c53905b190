"""Who holds a lease, and who of them is alive."""

from __future__ import annotations

import secrets
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, String, cast, column, func, literal, or_, select, table, text, true
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.errors import BotError
from storage.models import DeliveryRow
from storage.shielding import to_its_end

_CLASS = 0x6872  # "hr": keeps our advisory locks apart from those of others in the same database
_LOCKS = table(
    "pg_locks", column("locktype"), column("classid"), column("objid"), column("database"), column("granted")
)
_DATABASES = table("pg_database", column("oid"), column("datname"))


class Presence:
    """This process, as the holder of leases.

    On SQLite the instance lock proves that every other holder is dead. On PostgreSQL each process holds an advisory
    lock with its number for as long as it lives, so that others see its death at once.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._connection: AsyncConnection | None = None
        self.owner = str(secrets.randbelow(2**31 - 1) + 1)
        self._began, self._began_s = datetime.now(UTC), time.monotonic()

    async def ensure(self) -> None:
        """Take the advisory lock if it is not held, for instance after the server restarted.

        Raises:
            Busy: the database cannot be reached.
        """
        if self._engine.dialect.name != "postgresql":
            return
        if self._connection is None or not await _answers(self._connection):
            await to_its_end(self._take())

    async def _take(self) -> None:
        await self._free()
        connection = await self._engine.connect()
        try:
            self._connection = await connection.execution_options(isolation_level="AUTOCOMMIT")
            await self._connection.execute(select(func.pg_try_advisory_lock(_CLASS, int(self.owner))))
        except BaseException:
            self._connection = None
            await _closed(connection)
            raise

    async def end(self) -> None:
        """Give the lock back."""
        await to_its_end(self._free())

    async def _free(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await _closed(connection)

    def is_dead(self) -> ColumnElement[bool]:
        """Return the condition that a lease is over or that its holder is dead.

        Leases are judged by the database's clock where others share it, by our monotonic one where nobody does: the
        clock on the wall jumps.
        """
        if self._engine.dialect.name == "postgresql":
            over: ColumnElement[bool] = DeliveryRow.lease_until < func.clock_timestamp()
            return or_(over, DeliveryRow.lease_owner.not_in(_alive()))
        return or_(DeliveryRow.lease_until < self._now(), DeliveryRow.lease_owner != self.owner)

    def lease_end(self, length: timedelta) -> Any:
        """Return when a lease that begins now ends, by the clock that will judge it."""
        if self._engine.dialect.name == "postgresql":
            return func.clock_timestamp() + literal(length)
        return self._now() + length

    def _now(self) -> datetime:
        return self._began + timedelta(seconds=time.monotonic() - self._began_s)


def _alive() -> Any:
    here = select(_DATABASES.c.oid).where(_DATABASES.c.datname == func.current_database()).scalar_subquery()
    return select(cast(_LOCKS.c.objid, String)).where(
        _LOCKS.c.locktype == "advisory",
        _LOCKS.c.classid == text(str(_CLASS)),
        _LOCKS.c.database == here,
        _LOCKS.c.granted == true(),
    )


async def _closed(connection: AsyncConnection) -> None:
    """Close for good: the end of its session is what frees a lock."""
    await connection.invalidate()
    await connection.close()


async def _answers(connection: AsyncConnection) -> bool:
    try:
        await connection.execute(select(1))
    except (SQLAlchemyError, BotError):
        return False
    return True
