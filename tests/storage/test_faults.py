"""Faults of databases and disks: what the start says, what people are told, what is stored."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import event

from bot.domain.deliveries import Subject, Target
from bot.errors import Busy, ConfigError
from storage import open_storage
from storage.engine import file_of, make_sync_engine
from storage.migrate import Tables, check, current, judge, upgrade
from storage.migrations import HEAD
from tests.storage.test_members import ANA, NOW, join, rows
from tests.storage.test_records import announce

ROOT = Path(__file__).parents[2]
TARGETS = tuple(Target(f"fake:T{number}", f"fake:C{number}") for number in range(5_000))


def run_python(code, *arguments):
    command = [sys.executable, "-W", "error", "-c", code, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def set_revision(url, revision):
    engine = make_sync_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{revision}'")
    engine.dispose()


def statement(url, words):
    engine = make_sync_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql(words)
    engine.dispose()


async def refusal(url, tmp_path):
    """Return the one line that a refused start says."""
    with pytest.raises(ConfigError) as caught:
        await open_storage(url, tmp_path / "data")
    assert "\n" not in str(caught.value)
    return str(caught.value)


async def test_a_new_sqlite_file_gets_its_tables_and_is_for_this_account_alone(tmp_path):
    path = tmp_path / "new" / "folder" / "bot.db"
    old_mask = os.umask(0)
    try:
        storage = await open_storage(f"sqlite:///{path}", tmp_path / "state" / "data")
        await join(storage, ANA, "fake:ana")
        modes = {one.name: one.stat().st_mode & 0o777 for one in path.parent.iterdir()}
        await storage.close()
    finally:
        os.umask(old_mask)
    assert modes == dict.fromkeys(["bot.db", "bot.db-wal", "bot.db-shm", "bot.db.lock"], 0o600)
    folders = (path.parent, path.parent.parent, tmp_path / "state", tmp_path / "state" / "data")
    assert {folder.stat().st_mode & 0o777 for folder in folders} == {0o700}
    assert current(f"sqlite:///{path}") == HEAD


async def test_what_was_stored_is_there_after_a_restart(database_url, tmp_path):
    storage = await open_storage(database_url, tmp_path)
    await join(storage, ANA, "fake:ana")
    key = storage.instance_key
    await storage.close()
    storage = await open_storage(database_url, tmp_path)
    assert storage.instance_key == key
    assert [row["id"] for row in await rows(storage, "member")] == ["a1"]
    await storage.close()


@pytest.mark.parametrize("database_kind", ["postgresql"])
async def test_an_empty_postgresql_is_refused_until_it_is_upgraded(tmp_path, empty_database_url):
    assert "hrc-bot db upgrade" in await refusal(empty_database_url, tmp_path)
    upgrade(empty_database_url)
    await (await open_storage(empty_database_url, tmp_path)).close()


def test_an_older_database_is_told_from_a_newer_and_a_foreign_one():
    ours, revisions = {"alembic_version", "delivery"}, ("0001", "0002")
    judged = [judge(ours, one, revisions) for one in ("0001", "0002", "0003", None)]
    assert judged == [Tables.BEHIND, Tables.CURRENT, Tables.NEWER, Tables.FOREIGN]
    assert judge({"alembic_version", "songs"}, "0003", revisions) is Tables.FOREIGN
    assert judge(set(), None, revisions) is Tables.NONE


async def test_db_newer(database_url, tmp_path):
    set_revision(database_url, "9999")
    path = file_of(database_url)
    before = path.read_bytes() if path else b""
    assert "newer than this release" in await refusal(database_url, tmp_path)
    with pytest.raises(ConfigError, match="newer than this release"):
        upgrade(database_url)
    with pytest.raises(ConfigError, match="newer than this release"):
        check(database_url)
    assert current(database_url) == "9999"
    assert before == (path.read_bytes() if path else b"")


async def test_a_database_of_another_program_is_left_alone(empty_database_url, tmp_path):
    statement(empty_database_url, "CREATE TABLE songs (title text)")
    assert "not hrc-bot's" in await refusal(empty_database_url, tmp_path)
    with pytest.raises(ConfigError, match="not hrc-bot's"):
        upgrade(empty_database_url)


async def test_db_corrupt(sqlite_url, tmp_path):
    storage = await open_storage(sqlite_url, tmp_path)
    async with storage.unit_of_work(writes=True) as uow:
        await uow.deliveries.want(Subject.ANNOUNCEMENT, 1, TARGETS[:500], 1, NOW)
    await storage.close()
    path = file_of(sqlite_url)
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 4096 // 2 * 4096)
        file.write(os.urandom(4096))
    damaged = path.read_bytes()
    said = await refusal(sqlite_url, tmp_path)
    assert f"move {path}, {path}-wal and {path}-shm aside and put your last copy in their place" in said
    assert f"sqlite3 {path} .recover | sqlite3 saved.db" in said
    assert path.read_bytes() == damaged


@pytest.mark.parametrize("content", [b"this is no database, it is a letter" * 100], ids=["letter"])
async def test_a_file_that_is_no_database_is_refused(tmp_path, content):
    (tmp_path / "letter.db").write_bytes(content)
    assert "put your last copy in their place" in await refusal(f"sqlite:///{tmp_path / 'letter.db'}", tmp_path)
    assert (tmp_path / "letter.db").read_bytes() == content


async def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    assert "Not a directory" in await refusal(f"sqlite:///{tmp_path / 'file' / 'bot.db'}", tmp_path)
    assert "data_dir: " in await refusal(f"sqlite:///{tmp_path / 'bot.db'}", tmp_path / "file" / "folder")
    (tmp_path / "bot.db").mkdir()
    assert "cannot be opened" in await refusal(f"sqlite:///{tmp_path / 'bot.db'}", tmp_path)


async def test_a_server_that_does_not_answer_is_named_without_its_password(tmp_path):
    said = await refusal("postgresql://bot:hunter2@127.0.0.1:9/bot", tmp_path)
    assert said.startswith("DATABASE_URL: postgresql://bot:***@127.0.0.1:9/bot cannot be opened")
    assert "hunter2" not in said


@pytest.mark.parametrize("url", ["mysql://bot@host/name", "", "not a url"])
async def test_another_kind_of_url_is_refused(url, tmp_path):
    assert "write sqlite:///path or postgresql://" in await refusal(url, tmp_path)


KILLED_WHILE_MIGRATING = """
import os, sys
from sqlalchemy import Engine, event
from storage.migrate import upgrade

@event.listens_for(Engine, "after_cursor_execute")
def stop_half_way(connection, cursor, statement, parameters, context, executemany):
    if "CREATE TABLE rsvp" in statement:
        os.kill(os.getpid(), 9)

upgrade(sys.argv[1])
"""


async def test_db_half_migrated(empty_database_url, tmp_path):
    assert run_python(KILLED_WHILE_MIGRATING, empty_database_url).returncode == -signal.SIGKILL
    assert current(empty_database_url) is None
    if empty_database_url.startswith("postgresql"):
        upgrade(empty_database_url)
    storage = await open_storage(empty_database_url, tmp_path)
    await join(storage, ANA, "fake:ana")
    await storage.close()
    assert current(empty_database_url) == HEAD


def test_a_start_on_current_tables_does_not_load_alembic(database_url, tmp_path):
    code = (
        "import asyncio, sys; from pathlib import Path; from storage import open_storage\n"
        "async def main(): await (await open_storage(sys.argv[1], Path(sys.argv[2]))).close()\n"
        "asyncio.run(main()); sys.exit('alembic' in sys.modules)"
    )
    assert run_python(code, database_url, str(tmp_path)).returncode == 0


def test_migrations_run_from_any_folder(empty_database_url, tmp_path):
    code = "import sys; from storage.migrate import upgrade; upgrade(sys.argv[1])"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", code, empty_database_url], cwd=tmp_path, env=environment, check=True)
    assert current(empty_database_url) == HEAD


def write_lock(path):
    """Take the write lock of a SQLite file as another process would."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("BEGIN IMMEDIATE")
    return closing(connection)


async def test_db_locked(sqlite_url, tmp_path):
    """A wait shorter than the timeout goes unnoticed; a longer one is a plain reason; readers never wait."""
    storage = await open_storage(sqlite_url, tmp_path, busy_timeout_s=0.3)
    with write_lock(file_of(sqlite_url)):
        with pytest.raises(Busy) as caught:
            await join(storage, ANA, "fake:ana")
        async with storage.unit_of_work(writes=False) as uow:
            assert await uow.members.count() == 0
    assert caught.value.text == "The database is busy just now, so nothing was stored."
    await storage.close()
    storage = await open_storage(sqlite_url, tmp_path)
    with write_lock(file_of(sqlite_url)) as connection:
        waiting = asyncio.create_task(join(storage, ANA, "fake:ana"))
        await asyncio.sleep(0.2)
        assert not waiting.done()
        connection.execute("ROLLBACK")
        await waiting
    assert len(await rows(storage, "member")) == 1
    await storage.close()


async def test_a_unit_of_work_waits_its_turn_and_not_for_ever(sqlite_url, tmp_path):
    storage = await open_storage(sqlite_url, tmp_path, busy_timeout_s=0.2)
    async with storage.unit_of_work(writes=True):
        with pytest.raises(Busy):
            await join(storage, ANA, "fake:ana")
    await join(storage, ANA, "fake:ana")
    await storage.close()


async def test_disk_full(sqlite_storage):
    """No page may be added: the announcement is refused as a whole, and stored once there is room."""
    limits = ["PRAGMA max_page_count = 1", "PRAGMA max_page_count = 1000000"]

    def set_limit(connection, _record, _proxy):
        cursor = connection.cursor()
        cursor.execute(limits[0])
        cursor.close()

    event.listen(sqlite_storage.engine.sync_engine.pool, "checkout", set_limit)
    with pytest.raises(Busy) as caught:
        async with sqlite_storage.unit_of_work(writes=True) as uow:
            await uow.deliveries.want(Subject.ANNOUNCEMENT, 1, TARGETS, 1, NOW)
    assert caught.value.text == "There is no room left to store anything, so nothing was stored."
    assert await rows(sqlite_storage, "delivery") == await rows(sqlite_storage, "lane") == []
    limits.pop(0)
    stored = await announce(sqlite_storage)
    async with sqlite_storage.unit_of_work(writes=True) as uow:
        assert await uow.deliveries.want(Subject.ANNOUNCEMENT, stored.id, TARGETS, 1, NOW) == len(TARGETS)


@pytest.mark.parametrize("database_kind", ["postgresql"])
async def test_a_lost_connection_is_busy_and_the_next_one_works(storage, database_url):
    with pytest.raises(Busy):
        async with storage.unit_of_work(writes=True) as uow:
            await uow.inbox.claim("event:1", NOW)
            with psycopg.connect(database_url, autocommit=True) as other:
                other.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            await uow.members.count()
    assert await rows(storage, "inbox") == []
    async with storage.unit_of_work(writes=True) as uow:
        await uow.deliveries.want(Subject.ANNOUNCEMENT, 1, TARGETS[:1], 1, NOW)
        assert await uow.lanes.recover(NOW) == 0
    async with storage.unit_of_work(writes=True) as uow:
        assert len(await uow.lanes.claim(NOW, NOW + timedelta(minutes=1), 5)) == 1
        assert await uow.lanes.recover(NOW) == 0


@pytest.mark.parametrize("database_kind", ["postgresql"])
async def test_a_row_that_somebody_else_keeps_is_busy(database_url, tmp_path):
    storage = await open_storage(database_url, tmp_path, busy_timeout_s=0.2)
    stored = await announce(storage)
    with psycopg.connect(database_url) as other:
        other.execute("SELECT * FROM announcement FOR UPDATE")
        with pytest.raises(Busy) as caught:
            async with storage.unit_of_work(writes=True) as uow:
                await uow.announcements.get(stored.id)
    assert caught.value.text == "The database is busy just now, so nothing was stored."
    await storage.close()


async def test_sqlite_keeps_what_it_promises(sqlite_storage):
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10_000, "secure_delete": 1}
    async with sqlite_storage.engine.connect() as connection:
        found = {name: (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar() for name in wanted}
    assert found == wanted
