"""The operator's side of the database, see `bot/shell/ports.py`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bot.domain.lanes import Paces
from bot.domain.upkeep import Found, Place
from storage import audit_chain, backup, checks, keys, migrate, rotation
from storage.beside import Beside
from storage.engine import file_of
from storage.sealed_files import Told
from storage.storage import Storage, open_storage


class Records(Beside):
    """What is read beside a running bot."""

    async def audit(self) -> list[dict[str, Any]]:
        """Return the record of administrative acts as it can be checked, oldest first."""
        return [audit_chain.as_json(one) for one in await self.entries()]


@dataclass(frozen=True)
class Database:
    """Tables and copies of a closed database."""

    url: str
    keys: keys.KeyPlace

    @property
    def key_name(self) -> str:
        return self.keys.name

    @property
    def size(self) -> int:
        path = file_of(self.url)
        return path.stat().st_size if path and path.exists() else 0

    def upgrade(self) -> None:
        migrate.upgrade(self.url, self.keys)

    async def examine(self) -> list[Found]:
        return await checks.examine(self.url, self.keys)

    def rotation(self) -> AbstractContextManager[rotation.Rotation]:
        return rotation.rotation(self.url, self.keys)

    def back_up(self, target: Path, now: datetime, told: Told) -> int:
        return backup.back_up(self.url, self.keys, target, now, told)

    def restore(self, source: Path, told: Told, *, force: bool) -> datetime:
        return backup.restore(self.url, self.keys, source, told, force=force)

    def hold(self, since: datetime) -> int:
        return backup.hold(self.url, since)

    async def resume(self) -> str:
        return await Beside(self.url, self.keys).resume()


class Upkeep:
    """Everything of a place's database."""

    def new_key(self) -> str:
        return keys.new_key()

    def tables(self, place: Place) -> Database:
        return _closed(place)

    def copies(self, place: Place) -> Database:
        return _closed(place)

    def records(self, place: Place) -> Records:
        database = _closed(place)
        return Records(database.url, database.keys)

    @asynccontextmanager
    async def opened(self, place: Place, paces: Paces, settles: timedelta) -> AsyncIterator[Storage]:
        given = place.secret_keys
        storage = await open_storage(place.url, place.data_dir, paces=paces, secret_keys=given, settles=settles)
        try:
            yield storage
        finally:
            await storage.close()


def _closed(place: Place) -> Database:
    return Database(place.url, keys.KeyPlace(place.secret_keys, place.data_dir))
