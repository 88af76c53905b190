"""Hears that another process stored something to send. A hint: whoever waits looks by itself too."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.errors import BotError
from storage.rearming import CHANNEL

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
        async with self._engine.connect() as connection:
            plain = await connection.execution_options(isolation_level="AUTOCOMMIT")
            await plain.execute(text(f"LISTEN {CHANNEL}"))
            raw: Any = (await plain.get_raw_connection()).driver_connection
            try:
                async for _ in raw.notifies():
                    wake()
            finally:
                await connection.invalidate()  # nobody else is to get a connection that listens
