"""Hears that another process stored something to send. A hint: whoever waits looks by itself too."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.errors import BotError
from storage.rearming import CHANNEL
from storage.shielding import to_its_end

_AGAIN_S = 5.0


class Wakeups:
    """Listens on PostgreSQL; on SQLite there is no other process, so that it only waits to be cancelled."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    @property
    def has_others(self) -> bool:
        """Say whether other processes may store something to send."""
        return self._engine.dialect.name == "postgresql"

    async def listen(self, wake: Callable[[], None]) -> None:
        """Call `wake` for each hint until cancelled; connect anew when the database was away."""
        while self.has_others:
            try:
                await self._listened(wake)
            except (SQLAlchemyError, BotError, OSError):
                await asyncio.sleep(_AGAIN_S)
        await asyncio.Event().wait()

    async def _listened(self, wake: Callable[[], None]) -> None:
        async with _connected(self._engine) as connection:
            plain = await connection.execution_options(isolation_level="AUTOCOMMIT")
            await plain.execute(text(f"LISTEN {CHANNEL}"))
            raw: Any = (await plain.get_raw_connection()).driver_connection
            try:
                async for _ in raw.notifies():
                    wake()
            finally:
                await connection.invalidate()  # nobody else is to get a connection that listens


@asynccontextmanager
async def _connected(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    connection = engine.connect()
    try:
        yield await to_its_end(_started(connection))
    finally:
        if connection.sync_connection is not None:
            await to_its_end(connection.close())


async def _started(connection: AsyncConnection) -> AsyncConnection:
    return await connection
