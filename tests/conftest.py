"""Fixtures that all tests share: databases of both kinds, always real ones."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from bot.testing import CACHE_VARIABLE
from storage import Storage, open_storage
from tests import postgres

KINDS = ("sqlite", "postgresql")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the bot runs; the workers share the cores


def pytest_configure(config: pytest.Config) -> None:
    os.environ.setdefault("HRC_KNOWLEDGE_ENGINE", "lexical")  # starts fast; tests of the hybrid engine ask for it
    if "PYTEST_XDIST_WORKER" not in os.environ:
        os.environ[CACHE_VARIABLE] = tempfile.mkdtemp(prefix="hrc-bot-tests-")
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends like Ctrl-C: the server is stopped
        postgres.begin_session()


def pytest_unconfigure(config: pytest.Config) -> None:
    if "PYTEST_XDIST_WORKER" not in os.environ:
        postgres.end_session()
        shutil.rmtree(os.environ.pop(CACHE_VARIABLE), ignore_errors=True)


@pytest.fixture(params=KINDS)
def database_kind(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def empty_database_url(database_kind: str, tmp_path: Path) -> Iterator[str]:
    """A database without tables: SQLite, then PostgreSQL."""
    if database_kind == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    with postgres.new_database(uuid4().hex[:12]) as url:
        yield url


@pytest.fixture
def database_url(database_kind: str, tmp_path: Path) -> Iterator[str]:
    """A database with all tables and no rows: SQLite, then PostgreSQL."""
    if database_kind == "sqlite":
        yield _sqlite(tmp_path)
        return
    with postgres.clean_database(uuid4().hex[:12]) as url:
        yield url


@pytest.fixture
async def storage(database_url: str, tmp_path: Path) -> AsyncIterator[Storage]:
    """Open storage on each kind of database."""
    opened = await open_storage(database_url, tmp_path / "data")
    yield opened
    await opened.close()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A SQLite file with all tables and no rows."""
    return _sqlite(tmp_path)


@pytest.fixture
async def sqlite_storage(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Storage]:
    """Open storage where the kind of database does not matter."""
    opened = await open_storage(sqlite_url, tmp_path / "data")
    yield opened
    await opened.close()


def _sqlite(folder: Path) -> str:
    path = folder / "hrc-bot.db"
    shutil.copyfile(postgres.migrated_sqlite(), path)
    return f"sqlite:///{path}"
