"""Copies of a SQLite database that only whoever has a key can read, and the way back.

A restored database remembers less than people saw: it starts with sending paused, and what was not finished when the
copy was made is looked up on the platforms before anything of it is sent.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, delete, func, insert, update

from bot.domain.deliveries import Status
from bot.errors import ConfigError
from storage.engine import file_of, make_sync_engine
from storage.keys import VARIABLE, KeyPlace
from storage.lock import InstanceLock
from storage.migrate import Tables, check, inspected, make_private, plain, upgrade_unlocked
from storage.models import DeliveryRow, MetaRow
from storage.repositories.sending import PAUSED
from storage.sealed_files import Told, read_sealed, write_sealed
from storage.vault import opened

MADE_AT = "backup_at"
_UNFINISHED = (Status.PENDING, Status.LEASED, Status.VERIFY)


def back_up(url: str, place: KeyPlace, target: Path, now: datetime, told: Told) -> int:
    """Write a copy of the database, which may be in use, to `target`; return how many bytes it holds.

    Raises:
        ConfigError: it is no SQLite file, does not fit this release, or `target` cannot be made.
    """
    path, keys = _sqlite(url), place.read()
    check(url)
    if keys is None:
        raise ConfigError(f"{VARIABLE}: {place.file} is missing, and a backup is encrypted with its newest key")
    if target.exists():
        raise ConfigError(f"{target}: is there already; name another file, for instance with the date in it")
    try:
        with _beside(path) as copy:
            _copy(path, copy, now)
            _sound(copy, target)
            write_sealed(copy, target, keys, told)
            return copy.stat().st_size
    except OSError as error:
        raise ConfigError(f"{target}: cannot be written: {error.strerror}") from error


def restore(url: str, place: KeyPlace, source: Path, told: Told, *, force: bool) -> datetime:
    """Put what `source` holds in the place of the database; return when it was made.

    Args:
        force: a database that is there is moved aside; its files get ".replaced" behind their names.

    Raises:
        ConfigError: the bot runs, a database is there, or the backup is damaged, newer than this release or of
            another key; nothing was changed.
    """
    path = _sqlite(url)
    if not source.is_file():
        raise ConfigError(f"{source}: there is no such file")
    lock = InstanceLock(make_private(path))
    try:
        if path.stat().st_size and not force:
            raise ConfigError(f"DATABASE_URL: {path} holds a database; --force moves it aside and restores the backup")
        with _beside(path) as copy:
            read_sealed(source, copy, place, told)
            made_at = _prepared(copy, place, source)
            _exchange(copy, path)
            return made_at
    finally:
        lock.release()


def hold(url: str, since: datetime) -> int:
    """Pause sending, and have all that is unfinished looked up first; return how many deliveries these are.

    Args:
        since: what may have been sent after this is looked for on the platforms.
    """
    check(url)
    engine = make_sync_engine(url)
    try:
        with engine.begin() as connection:
            return _hold(connection, since)
    finally:
        engine.dispose()


def _hold(connection: Connection, since: datetime) -> int:
    connection.execute(delete(MetaRow).where(MetaRow.name == PAUSED))
    reason = f"restored from a backup of {since.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    connection.execute(insert(MetaRow).values(name=PAUSED, value=reason))
    unfinished = update(DeliveryRow).where(DeliveryRow.status.in_(_UNFINISHED))
    tried = func.coalesce(DeliveryRow.first_try_at, since)
    looked_up = {"status": Status.VERIFY, "first_try_at": tried, "lease_owner": None, "lease_until": None}
    return connection.execute(unfinished.values(looked_up)).rowcount


def _sqlite(url: str) -> Path:
    path = file_of(url)
    if path is None:
        raise ConfigError(
            f"DATABASE_URL: {plain(url)} is copied with pg_dump --format=custom and brought back with pg_restore; "
            "then run hrc-bot db hold before the bot starts"
        )
    return path


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """Yield a name for a copy in a private folder on the same disk; nothing of it stays."""
    with tempfile.TemporaryDirectory(prefix="copy-", dir=path.resolve().parent) as folder:
        yield Path(folder) / path.name


def _copy(path: Path, copy: Path, now: datetime) -> None:
    """Source: SQLite, "VACUUM", section 3: the copy is a snapshot, writers go on meanwhile, deleted rows stay out."""
    with closing(sqlite3.connect(path, timeout=10, isolation_level=None)) as connection:
        connection.execute("VACUUM INTO ?", [str(copy)])
    with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
        row = (MADE_AT, now.astimezone(UTC).isoformat())
        connection.execute("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)", row)


def _sound(copy: Path, told_of: Path) -> None:
    with closing(sqlite3.connect(copy)) as connection:
        whole = connection.execute("PRAGMA integrity_check(1)").fetchone()
        loose = connection.execute("PRAGMA foreign_key_check").fetchone()
    if whole != ("ok",) or loose is not None:
        raise ConfigError(f"{told_of}: the copy is damaged; look at the database with hrc-bot db check")


def _prepared(copy: Path, place: KeyPlace, source: Path) -> datetime:
    """Bring the copy to this release, with sending paused; return when it was made."""
    url = f"sqlite:///{copy}"
    _sound(copy, source)
    found = inspected(url)
    if found not in {Tables.CURRENT, Tables.BEHIND}:
        raise ConfigError(f"{source}: cannot be restored: {found.value}; install the release that made it")
    if found is Tables.BEHIND:
        upgrade_unlocked(url, place)
    engine = make_sync_engine(url)
    try:
        with engine.begin() as connection:
            opened(connection, place)
            row = connection.exec_driver_sql("SELECT value FROM meta WHERE name = ?", (MADE_AT,)).scalar()
            made_at = datetime.fromisoformat(row) if row else datetime.fromtimestamp(source.stat().st_mtime, UTC)
            connection.execute(delete(MetaRow).where(MetaRow.name == MADE_AT))
            _hold(connection, made_at)
            return made_at
    finally:
        engine.dispose()


def _exchange(copy: Path, path: Path) -> None:
    for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
        old = path.with_name(name)
        if old.exists() and old.stat().st_size:
            old.replace(path.with_name(f"{name}.replaced"))
        old.unlink(missing_ok=True)
    copy.chmod(0o600)
    copy.replace(path)
    folder = os.open(path.resolve().parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
