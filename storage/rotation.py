"""Seals every value anew with the newest key; it can be cut off at any moment and goes on where it was.

Until the table of the installation's own keys is done, which is last, a start needs both keys: `canary` is sealed with
the old one, `canary.next` with the new one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine

from bot.domain.upkeep import Rotated
from bot.errors import ConfigError
from storage.engine import file_of, make_sync_engine
from storage.keys import VARIABLE, KeyPlace, Keys, Unsealable
from storage.lock import InstanceLock
from storage.migrate import check
from storage.raw_rows import RawTable, raw_tables
from storage.vault import NEXT, WORD, drop_secret, opened, seal_secret

BATCH = 200


class Rotation:
    """One run over a database; a file that holds the keys gets a new one in front unless an earlier run was cut off."""

    def __init__(self, engine: Engine, place: KeyPlace) -> None:
        self._engine = engine
        keys = self._fitting(place)
        if not place.given and not self._waiting(keys):
            keys = place.put_in_front()
        self._keys = keys
        self.waiting = self._waiting(keys)

    @property
    def count(self) -> int:
        """Return how many rows wait."""
        return sum(len(some) for _, some in self.waiting)

    def run(self, told: Callable[[int], None]) -> Rotated:
        """Seal what waits; `told` hears how many rows were done since the last call."""
        if not self.count:
            return Rotated(0, ())
        with self._engine.begin() as connection:
            drop_secret(connection, NEXT)
            seal_secret(connection, self._keys, NEXT, WORD)
        unopened = [name for table, some in self.waiting for name in self._sealed(table, some, told)]
        with self._engine.begin() as connection:
            drop_secret(connection, NEXT)
        return Rotated(self.count, tuple(dict.fromkeys(unopened)))

    def _sealed(self, table: RawTable, keys: list[tuple[object, ...]], told: Callable[[int], None]) -> Iterator[str]:
        for start in range(0, len(keys), BATCH):
            batch = keys[start : start + BATCH]
            with self._engine.begin() as connection:
                for key in batch:
                    yield from self._row(connection, table, key)
            told(len(batch))

    def _row(self, connection: Connection, table: RawTable, key: tuple[object, ...]) -> Iterator[str]:
        for row in table.rows(connection, table.is_row(key), locks=True):
            try:
                values = table.sealed_again(row, self._keys)
                if values:
                    table.store(connection, key, values)
            except Unsealable as error:
                yield str(error)

    def _fitting(self, place: KeyPlace) -> Keys:
        with self._engine.begin() as connection:
            if opened(connection, place) is None:
                raise ConfigError("DATABASE_URL: nothing is encrypted in this database yet; start the bot once")
        keys = place.read()
        if keys is None:
            raise ConfigError(f"{VARIABLE}: no keys are there")
        return keys

    def _waiting(self, keys: Keys) -> list[tuple[RawTable, list[tuple[object, ...]]]]:
        with self._engine.begin() as connection:
            return [(one, found) for one in raw_tables() if (found := one.old_keys(connection, keys.heads[0]))]


@contextmanager
def rotation(url: str, place: KeyPlace) -> Iterator[Rotation]:
    """Yield the rotation of a database that no bot uses; on PostgreSQL bots may run that have all the keys.

    Raises:
        ConfigError: the database is in use, does not fit this release, or its keys are missing.
    """
    check(url)
    path = file_of(url)
    lock = InstanceLock(path) if path else None
    engine = make_sync_engine(url)
    try:
        yield Rotation(engine, place)
    finally:
        engine.dispose()
        if lock:
            lock.release()
