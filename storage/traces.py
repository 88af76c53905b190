"""What deleted rows leave behind in a SQLite file, and how it goes.

`PRAGMA secure_delete` clears a deleted row in its place, but copies stay in the gaps of pages that were split or joined
while the row lived, and in the log beside the file. So the file is written anew after an erasure and the log emptied.
The need for it is stored in the erasure's own transaction: a process that dies between the two makes up for it.
On PostgreSQL its own vacuum does this in its own time.

Source: SQLite, "VACUUM", section 2; "Write-Ahead Logging", section 2.1.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from storage.models import MetaRow
from storage.rows import insert_into, is_postgres

_NAME = "traces"
_AGAIN_AFTER_S = 60.0


async def leave(session: AsyncSession) -> None:
    """Store, in the transaction that deletes rows for good, that traces of them are left in the file."""
    if is_postgres(session):
        return
    wanted = insert_into(session, MetaRow).values(name=_NAME, value="left").on_conflict_do_nothing()
    await session.execute(wanted)
    session.info[_NAME] = True


class Traces:
    """Traces in one SQLite file; None for a database that has no file of its own.

    Args:
        path: the file.
        busy_timeout_s: how long to wait for readers and writers of other processes.
    """

    def __init__(self, path: Path | None, busy_timeout_s: float) -> None:
        self._path = path
        self._busy_timeout_s = busy_timeout_s
        self._left = path is not None
        self._next_try = 0.0

    async def wipe(self, session: AsyncSession | None = None) -> None:
        """Wipe what `session` (committed just now) or an earlier one left; tried again later when it cannot be done."""
        if self._path is None:
            return
        if session is not None and session.info.pop(_NAME, False):
            self._left, self._next_try = True, 0.0
        if self._left and time.monotonic() >= self._next_try:
            self._next_try = time.monotonic() + _AGAIN_AFTER_S
            self._left = not await asyncio.to_thread(wipe, self._path, self._busy_timeout_s)


def wipe(path: Path, busy_timeout_s: float) -> bool:
    """Write the file anew if an erasure asked for it; say whether nothing is left."""
    try:
        with closing(sqlite3.connect(path, timeout=busy_timeout_s, isolation_level=None)) as connection:
            if not connection.execute("SELECT 1 FROM meta WHERE name = ?", [_NAME]).fetchone():
                return True
            connection.execute("VACUUM")
            (is_busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if not is_busy:
                connection.execute("DELETE FROM meta WHERE name = ?", [_NAME])
            return not is_busy
    except sqlite3.Error:
        return False
