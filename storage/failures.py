"""What drivers raise, as errors of the core.

A driver's error that the person can do something about (wait, look again) becomes a `CommandError`; every other one is
a fault of the program and stays what it is.
"""

from __future__ import annotations

import sqlite3

from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext

from bot.errors import BotError, Busy, Conflict, NotFound
from bot.i18n import N_

BUSY = N_("The database is busy just now, so nothing was stored.")
UNREACHABLE = N_("The database cannot be reached just now, so nothing was stored.")
FULL = N_("There is no room left to store anything, so nothing was stored.")
WAIT = N_("Please try again in a minute.")
TELL = N_("Please tell the operator, and try again later.")
CHANGED = N_("Somebody else changed this at the same moment.")
LOOK_AGAIN = N_("Look at it again, then try once more.")
REMOVED = N_("This does not exist any more.")

# Source: SQLite, "Result and Error Codes"; the low byte is the primary code.
_SQLITE_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL}
_SQLITE_UNREACHABLE = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR}
_SQLITE_UNIQUE = {sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY}
# Source: PostgreSQL 18, appendix A; the first two characters are the class.
_POSTGRES_BUSY = {"40", "55", "57"}
_DISK_FULL, _UNIQUE, _FOREIGN_KEY, _READ_ONLY = "53100", "23505", "23503", "25006"


def translate_errors(engine: Engine) -> None:
    """Make every error of the engine's driver one of the core's, where it is one that people can act on."""
    event.listen(engine, "handle_error", _replace)


def _replace(context: ExceptionContext) -> None:
    original = context.original_exception
    if isinstance(original, BotError | ValueError):  # a column type refused the value
        raise original
    found = core_error(original)
    if found is not None:
        raise found from original


def core_error(error: BaseException) -> BotError | RuntimeError | None:
    """Return the core's error for one that a driver raised, None for a fault of the program."""
    if isinstance(error, sqlite3.Error):
        return _of_sqlite(getattr(error, "sqlite_errorcode", 0))
    if type(error).__module__.partition(".")[0] == "psycopg":  # not imported where SQLite serves
        return _of_postgres(str(getattr(error, "sqlstate", None) or ""), type(error).__name__)
    return None


def _of_sqlite(code: int) -> BotError | RuntimeError | None:
    primary = code & 0xFF
    if primary in _SQLITE_BUSY:
        return Busy(BUSY, WAIT)
    if primary == sqlite3.SQLITE_FULL:
        return Busy(FULL, TELL)
    if primary in _SQLITE_UNREACHABLE:
        return Busy(UNREACHABLE, TELL)
    if code in _SQLITE_UNIQUE:
        return Conflict(CHANGED, LOOK_AGAIN)
    if code == sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
        return NotFound(REMOVED)
    return only_reads() if primary == sqlite3.SQLITE_READONLY else None


def _of_postgres(state: str, name: str) -> BotError | RuntimeError | None:
    exact: dict[str, BotError | RuntimeError] = {
        _DISK_FULL: Busy(FULL, TELL),
        _UNIQUE: Conflict(CHANGED, LOOK_AGAIN),
        _FOREIGN_KEY: NotFound(REMOVED),
        _READ_ONLY: only_reads(),
    }
    if state in exact:
        return exact[state]
    if state[:2] in _POSTGRES_BUSY:
        return Busy(BUSY, WAIT)
    # A lost or refused connection has no state, or one of the classes 08 and 53.
    lost = state[:2] in {"08", "53"} or (not state and name in {"OperationalError", "ConnectionTimeout"})
    return Busy(UNREACHABLE, WAIT) if lost else None


def only_reads() -> RuntimeError:
    """Return the error of a program that writes where it said that it only reads."""
    return RuntimeError("this unit of work only reads; open it with writes=True")
