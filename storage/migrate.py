"""Brings a database to the tables that this code knows, and says whether it has them.

Alembic is imported where tables change only: a start on a current database does not pay for it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from enum import Enum
from pathlib import Path

from sqlalchemy import Connection, inspect
from sqlalchemy.exc import DatabaseError

from bot.domain.upkeep import make_private_folder
from bot.errors import ConfigError
from storage.engine import BUSY_TIMEOUT_S, file_of, is_sqlite, make_sync_engine, parse_url
from storage.keys import KeyPlace
from storage.lock import InstanceLock
from storage.migrations import REVISIONS
from storage.traces import wipe

_VERSION = "SELECT version_num FROM alembic_version"
_FOLDER = Path(__file__).parent / "migrations"


class Tables(Enum):
    """What a database holds, seen from this code."""

    NONE = "it has no tables yet"
    FOREIGN = "its tables are not hrc-bot's"
    BEHIND = "its tables are older than this release"
    CURRENT = "its tables fit this release"
    NEWER = "its tables are newer than this release"


def upgrade(url: str, place: KeyPlace | None = None) -> None:
    """Bring the database to the newest tables, in one transaction; make a SQLite file that does not exist.

    Args:
        place: where the keys are, or will be when rows are sealed for the first time; beside a SQLite file by default.

    Raises:
        ConfigError: the database cannot be reached, is in use, is damaged, or is newer than this release.
    """
    path = file_of(url)
    if path is None:
        upgrade_unlocked(url, place)
        return
    make_private(path)
    lock = InstanceLock(path)
    try:
        upgrade_unlocked(url, place or KeyPlace("", path.parent))
        wipe(path, BUSY_TIMEOUT_S)
    finally:
        lock.release()


def upgrade_unlocked(url: str, place: KeyPlace | None) -> None:
    if inspected(url) in {Tables.NEWER, Tables.FOREIGN}:
        check(url)
    with _opened(url, read_only=False) as connection, connection.begin():
        upgrade_connection(connection, place)


def upgrade_connection(connection: Connection, place: KeyPlace | None) -> None:
    """Run the missing migrations in the transaction that is open on `connection`."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    config.attributes["place"] = place
    command.upgrade(config, "head")
    if connection.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        raise ConfigError("DATABASE_URL: rows would lose what they point to; nothing was changed, please report this")


def current(url: str) -> str | None:
    """Return the revision of the database's tables, None when it has none.

    Raises:
        ConfigError: the database cannot be reached or read.
    """
    path = file_of(url)
    if path is not None and not path.exists():
        return None
    with _opened(url) as connection:
        return _revision(connection)


def check(url: str) -> None:
    """Return when the database is sound and its tables fit this code.

    Raises:
        ConfigError: it is newer, older, empty, damaged, somebody else's or out of reach; the text says what to do.
    """
    found = inspected(url)
    if found is Tables.CURRENT:
        return
    advice = {
        Tables.NONE: "run hrc-bot db upgrade",
        Tables.BEHIND: "copy it (a SQLite file: with -wal and -shm beside it), then run hrc-bot db upgrade",
        Tables.NEWER: "install the release that made it, or put your copy from before that release in its place",
        Tables.FOREIGN: "name another database",
    }
    raise ConfigError(f"DATABASE_URL: {plain(url)} cannot be used: {found.value}; {advice[found]}")


def inspected(url: str) -> Tables:
    """Return what the database holds, after a look at its soundness; nothing is written.

    Raises:
        ConfigError: it is damaged or out of reach.
    """
    path = file_of(url)
    if path is None and is_sqlite(url):
        return Tables.NONE
    if path is not None and (not path.exists() or path.stat().st_size == 0):
        return Tables.NONE
    with _opened(url) as connection:
        if path is not None:
            _refuse_damaged(connection, url)
        return judge(set(inspect(connection).get_table_names()), _revision(connection))


def make_private(path: Path) -> Path:
    """Make the file and the folders above it that are missing, for this account alone; return its path.

    Raises:
        ConfigError: they cannot be made or written.
    """
    make_private_folder(path.resolve().parent)
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise ConfigError(f"DATABASE_URL: {path} cannot be opened: {error.strerror}") from error
    return path


def plain(url: str) -> str:
    """Return the URL as it may be shown: without a password."""
    return parse_url(url).render_as_string(hide_password=True)


def judge(names: set[str], revision: str | None, revisions: tuple[str, ...] = REVISIONS) -> Tables:
    """Return what tables called `names` at `revision` are to a release that knows `revisions`, oldest first."""
    if not names:
        return Tables.NONE
    if revision in revisions:
        return Tables.CURRENT if revision == revisions[-1] else Tables.BEHIND
    return Tables.NEWER if revision and "delivery" in names else Tables.FOREIGN


def _revision(connection: Connection) -> str | None:
    if "alembic_version" not in inspect(connection).get_table_names():
        return None
    return connection.exec_driver_sql(_VERSION).scalar()


def _refuse_damaged(connection: Connection, url: str) -> None:
    found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
    if found != "ok":
        raise ConfigError(_damaged(url))


def _damaged(url: str) -> str:
    name = file_of(url)
    return (
        f"DATABASE_URL: {plain(url)} is damaged; restore it: move {name}, {name}-wal and {name}-shm aside and put your "
        f"last copy in their place, or save what can be read with: sqlite3 {name} .recover | sqlite3 saved.db"
    )


@contextmanager
def _opened(url: str, *, read_only: bool = True) -> Iterator[Connection]:
    """Open one connection for as long as the block runs.

    Raises:
        ConfigError: the database cannot be reached, or what is there is no database.
    """
    engine = make_sync_engine(url, read_only=read_only)
    try:
        with closing(engine.connect()) as connection:
            yield connection
    except DatabaseError as error:
        raise ConfigError(_damaged(url) if _is_damage(error) else _unreachable(url, error)) from error
    finally:
        engine.dispose()


def _is_damage(error: DatabaseError) -> bool:
    code = getattr(error.orig, "sqlite_errorname", "")
    return code.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB"))


def _unreachable(url: str, error: DatabaseError) -> str:
    """Return one line with the driver's reason."""
    return f"DATABASE_URL: {plain(url)} cannot be opened: {' '.join(str(error.orig).split())}"
