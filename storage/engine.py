"""Engines from plain URLs: `sqlite:///path`, `sqlite:///:memory:`, `postgresql://...`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool, NullPool

from bot.errors import ConfigError
from storage.failures import translate_errors
from storage.sealed_writes import seal_what_is_written

BUSY_TIMEOUT_S = 10.0
_CONNECTIONS = 8
_WRITES = "unit_of_work_writes"
_QUERY_ONLY = "query_only"


def parse_url(url: str) -> URL:
    """Return the parts of a plain database URL.

    Raises:
        ConfigError: it is neither SQLite's nor PostgreSQL's.
    """
    try:
        parsed = make_url(url.replace("postgres://", "postgresql://", 1))
    except (ArgumentError, ValueError):  # a port that is no number is a ValueError
        parsed = None
    if parsed is None or parsed.drivername not in {"sqlite", "postgresql"}:
        raise ConfigError("DATABASE_URL: write sqlite:///path or postgresql://user@host/name")
    return parsed


def is_sqlite(url: str) -> bool:
    return parse_url(url).drivername == "sqlite"


def file_of(url: str) -> Path | None:
    """Return the SQLite file that `url` names, None for one in memory and for PostgreSQL."""
    parsed = parse_url(url)
    if parsed.drivername != "sqlite" or parsed.database in {None, "", ":memory:"}:
        return None
    return Path(parsed.database or "")


def make_engine(url: str, *, busy_timeout_s: float = BUSY_TIMEOUT_S) -> AsyncEngine:
    """Return the engine of the bot itself, which never blocks the event loop.

    Args:
        url: a plain URL; the driver is ours to pick.
        busy_timeout_s: how long to wait for a lock that somebody else holds before `Busy` is raised.
    """
    parsed = parse_url(url)
    if parsed.drivername == "sqlite":
        engine = _sqlite_engine(parsed, file_of(url) is None, busy_timeout_s)
    else:
        engine = _postgres_engine(parsed, busy_timeout_s)
    translate_errors(engine.sync_engine)
    seal_what_is_written(engine.sync_engine)
    return engine


def variant(engine: AsyncEngine, *, writes: bool) -> AsyncEngine:
    """Return `engine` for units of work that write, or for those that cannot; both share its connections."""
    if engine.dialect.name == "sqlite":
        return engine.execution_options(**{_WRITES: writes})
    return engine.execution_options(postgresql_readonly=not writes)


def make_sync_engine(url: str, *, read_only: bool = False) -> Engine:
    """Return an engine for migrations and checks: one connection, foreign keys unchecked while tables are rebuilt.

    Args:
        read_only: a SQLite file is opened so that nothing of it can change.
    """
    parsed = parse_url(url)
    if parsed.drivername == "postgresql":
        engine = create_engine(parsed.set(drivername="postgresql+psycopg"), poolclass=NullPool, hide_parameters=True)
    else:
        engine = create_engine(_read_only(parsed) if read_only else parsed, poolclass=NullPool, hide_parameters=True)
        event.listen(engine, "connect", _manual_transactions)
        event.listen(engine, "begin", _begin_plain if read_only else _begin_immediate)
    return engine


def _read_only(parsed: URL) -> URL:
    path = Path(parsed.database or "").resolve()
    return parsed.set(database=path.as_uri(), query={"mode": "ro", "uri": "true"})


def _postgres_engine(parsed: URL, busy_timeout_s: float) -> AsyncEngine:
    arguments: dict[str, Any] = {"connect_timeout": max(2, round(busy_timeout_s)), "application_name": "hrc-bot"}
    arguments["options"] = f"-c lock_timeout={round(busy_timeout_s * 1000)}"
    given = {name: value for name, value in arguments.items() if name not in parsed.query}
    return create_async_engine(
        parsed.set(drivername="postgresql+psycopg"),
        connect_args=given,
        hide_parameters=True,  # errors are logged, and what people typed is not
        pool_pre_ping=True,
        pool_size=_CONNECTIONS,
        pool_timeout=busy_timeout_s,
    )


def _sqlite_engine(parsed: URL, in_memory: bool, busy_timeout_s: float) -> AsyncEngine:
    engine = create_async_engine(
        parsed.set(drivername="sqlite+aiosqlite"),
        hide_parameters=True,
        poolclass=AsyncAdaptedQueuePool,
        pool_size=1 if in_memory else _CONNECTIONS,  # a database in memory lives in its one connection
        max_overflow=0,
        pool_timeout=busy_timeout_s,
    )
    event.listen(engine.sync_engine, "connect", _Pragmas(busy_timeout_s))
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


class _Pragmas:
    """Sets up each new SQLite connection; FULL, since a power cut must not lose the commit that says "sent"."""

    def __init__(self, busy_timeout_s: float) -> None:
        self._statements = (
            f"PRAGMA busy_timeout={round(busy_timeout_s * 1000)}",
            "PRAGMA journal_mode=WAL",
            "PRAGMA synchronous=FULL",
            "PRAGMA foreign_keys=ON",
            "PRAGMA secure_delete=ON",
        )

    def __call__(self, connection: Any, _record: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for statement in self._statements:
            cursor.execute(statement)
        cursor.close()


def _manual_transactions(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # else the driver begins late and commits before each DDL statement
    connection.execute(f"PRAGMA busy_timeout={round(BUSY_TIMEOUT_S * 1000)}").close()


def _begin_plain(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_sqlite(connection: Connection) -> None:
    """Begin; take the write lock at once if the unit of work writes, and make writing impossible if it does not."""
    writes = bool(connection.get_execution_options().get(_WRITES, True))
    if connection.info.get(_QUERY_ONLY, False) is writes:
        connection.exec_driver_sql(f"PRAGMA query_only={'OFF' if writes else 'ON'}")
        connection.info[_QUERY_ONLY] = not writes
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
