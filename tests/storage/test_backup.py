"""Copies of the database, taken while it works, unreadable without the key, and brought back with care."""

from __future__ import annotations

import asyncio
import sqlite3
import stat
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from bot.domain.deliveries import Status, Subject, Target
from bot.errors import ConfigError
from storage import open_storage
from storage.backup import back_up, hold, restore
from storage.checks import CHECKS, examine
from storage.engine import file_of, make_sync_engine
from storage.keys import KeyPlace, new_key
from storage.sealed_files import MAGIC, PIECE, read_sealed, write_sealed
from tests.storage.test_members import ANA, NOW, join, rows
from tests.storage.test_questions import ask


@pytest.fixture
def place(tmp_path):
    return KeyPlace("", tmp_path / "data")


def silent(_count):
    """Hear of progress, and do nothing about it."""


async def want(storage, *numbers):
    targets = tuple(Target(f"fake:T{one}", f"fake:C{one}") for one in numbers)
    async with storage.unit_of_work(writes=True) as uow:
        await uow.deliveries.want(Subject.ANNOUNCEMENT, 1, targets, 1, NOW)


def execute(url, statement):
    engine = make_sync_engine(url)
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


async def test_backup_while_busy_is_whole_and_writers_go_on(sqlite_storage, sqlite_url, place, tmp_path):
    """The copy is taken while a fan-out of 10,000 is written in small pieces."""
    await join(sqlite_storage, ANA, "fake:ana")
    copying = asyncio.create_task(asyncio.to_thread(back_up, sqlite_url, place, tmp_path / "copy.hrc", NOW, silent))
    written = 0
    while not copying.done() or written < 10_000:
        await want(sqlite_storage, *range(written, written + 1_000))
        written += 1_000
    await copying
    read_sealed(tmp_path / "copy.hrc", tmp_path / "copy.db", place, silent)
    with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert copy.execute("PRAGMA foreign_key_check").fetchall() == []
        assert copy.execute("SELECT count(*) FROM member").fetchone() == (1,)
        assert copy.execute("SELECT count(*) FROM delivery").fetchone()[0] % 1_000 == 0


async def test_a_backup_is_for_this_account_and_unreadable_without_the_key(sqlite_storage, sqlite_url, place, tmp_path):
    await want(sqlite_storage, 1)
    file = tmp_path / "copy.hrc"
    back_up(sqlite_url, place, file, NOW, silent)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert b"SQLite" not in file.read_bytes()
    assert b"delivery" not in file.read_bytes()
    assert sorted(one.name for one in tmp_path.iterdir() if "copy" in one.name) == ["copy.hrc"]
    with pytest.raises(ConfigError, match="is there already"):
        back_up(sqlite_url, place, file, NOW, silent)
    with pytest.raises(ConfigError, match="its key is not in HRC_SECRET_KEYS"):
        read_sealed(file, tmp_path / "out", KeyPlace(new_key(), tmp_path), silent)


@pytest.mark.parametrize("size", [0, 1, PIECE, PIECE + 1, 3 * PIECE])
def test_a_sealed_file_comes_back_as_it_was(tmp_path, size):
    place, content = KeyPlace(new_key(), tmp_path), bytes(index % 251 for index in range(1000)) * (size // 1000 + 1)
    (tmp_path / "plain").write_bytes(content[:size])
    write_sealed(tmp_path / "plain", tmp_path / "sealed", place.read(), silent)
    read_sealed(tmp_path / "sealed", tmp_path / "out", place, silent)
    assert (tmp_path / "out").read_bytes() == content[:size]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda content: content[:-1],
        lambda content: content[: len(MAGIC) + 13 + PIECE + 16],
        lambda content: content[:40] + bytes([content[40] ^ 1]) + content[41:],
        lambda content: content + b"x",
    ],
    ids=["cut", "without its last piece", "changed", "longer"],
)
def test_a_backup_that_was_damaged_is_refused(tmp_path, spoil):
    place = KeyPlace(new_key(), tmp_path)
    (tmp_path / "plain").write_bytes(bytes(2 * PIECE))
    write_sealed(tmp_path / "plain", tmp_path / "sealed", place.read(), silent)
    (tmp_path / "sealed").write_bytes(spoil((tmp_path / "sealed").read_bytes()))
    with pytest.raises(ConfigError, match="this backup is damaged or was changed"):
        read_sealed(tmp_path / "sealed", tmp_path / "out", place, silent)


async def test_restore_old_backup_starts_paused_and_looks_up_what_was_not_finished(sqlite_url, place, tmp_path):
    """Of three deliveries one was sent before the backup and one after it; the third was never tried."""
    storage = await open_storage(sqlite_url, place.folder)
    await join(storage, ANA, "fake:ana")
    await want(storage, 1, 2, 3)
    async with storage.unit_of_work(writes=True) as uow:
        (first, *_) = await uow.lanes.claim(NOW, NOW + timedelta(minutes=1), 1)
        await uow.lanes.finish(_shown(first))
    back_up(sqlite_url, place, tmp_path / "copy.hrc", NOW, silent)
    await ask(storage, text="After the backup?")
    await storage.close()
    with pytest.raises(ConfigError, match="--force moves it aside"):
        restore(sqlite_url, place, tmp_path / "copy.hrc", silent, force=False)
    assert restore(sqlite_url, place, tmp_path / "copy.hrc", silent, force=True) == NOW
    storage = await open_storage(sqlite_url, place.folder)
    async with storage.unit_of_work(writes=True) as uow:
        assert await uow.members.by_user("fake:ana") == ANA
        assert await uow.questions.open() == ()
        assert (await uow.sending.paused()).startswith("restored from a backup of 2026-11-23 15:00")
        assert await uow.lanes.claim(NOW + timedelta(days=1), NOW + timedelta(days=2), 5) == ()
        found = await uow.deliveries.of_subject(Subject.ANNOUNCEMENT, 1)
        assert [one.status for one in found] == [Status.SHOWN, Status.VERIFY, Status.VERIFY]
        assert [one.first_try_at for one in found[1:]] == [NOW, NOW]
        await uow.sending.resume()
    async with storage.unit_of_work(writes=True) as uow:
        claimed = await uow.lanes.claim(NOW + timedelta(days=1), NOW + timedelta(days=2), 5)
    assert {one.status for one in claimed} == {Status.VERIFY}
    assert [row["name"] for row in await rows(storage, "meta")] == ["audit_anchor"]
    await storage.close()
    assert file_of(sqlite_url).with_name("hrc-bot.db.replaced").exists()
    assert stat.S_IMODE(file_of(sqlite_url).stat().st_mode) == 0o600


def _shown(delivery):
    return replace(delivery, status=Status.SHOWN, shown=1, message_id="fake:m1", shown_at=NOW)


async def test_a_backup_is_restored_where_nothing_is_and_with_an_older_key(sqlite_storage, sqlite_url, place, tmp_path):
    await join(sqlite_storage, ANA, "fake:ana")
    back_up(sqlite_url, place, tmp_path / "copy.hrc", NOW, silent)
    elsewhere = KeyPlace(f"{new_key()},{place.file.read_text().splitlines()[-1]}", tmp_path / "new")
    url = f"sqlite:///{tmp_path}/new/hrc-bot.db"
    restore(url, elsewhere, tmp_path / "copy.hrc", silent, force=False)
    storage = await open_storage(url, tmp_path / "new", secret_keys=elsewhere.given)
    async with storage.unit_of_work(writes=False) as uow:
        assert await uow.members.by_user("fake:ana") == ANA
    await storage.close()


async def test_what_cannot_be_restored_changes_nothing(sqlite_url, place, tmp_path):
    file, storage = tmp_path / "copy.hrc", await open_storage(sqlite_url, place.folder)
    with pytest.raises(ConfigError, match="another hrc-bot process"):
        (tmp_path / "any").touch()
        restore(sqlite_url, place, tmp_path / "any", silent, force=True)
    await join(storage, ANA, "fake:ana")
    await storage.close()
    execute(sqlite_url, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(ConfigError, match="newer than this release"):
        back_up(sqlite_url, place, file, NOW, silent)
    write_sealed(file_of(sqlite_url), file, place.read(), silent)
    before = file_of(sqlite_url).read_bytes()
    for source, told in (
        (file, "newer than this release"),
        (tmp_path / "any", "no backup"),
        (tmp_path / "no", "no such"),
    ):
        with pytest.raises(ConfigError, match=told):
            restore(sqlite_url, place, source, silent, force=True)
    assert file_of(sqlite_url).read_bytes() == before


async def test_postgresql_is_held_after_its_own_restore(storage, database_url, place):
    """On SQLite the restore does the same by itself."""
    await want(storage, 1)
    if database_url.startswith("postgresql"):
        with pytest.raises(ConfigError, match=r"pg_dump.*pg_restore.*hrc-bot db hold"):
            back_up(database_url, place, place.folder / "copy", NOW, silent)
    assert hold(database_url, datetime(2026, 11, 22, 6, 0, tzinfo=UTC)) == 1
    async with storage.unit_of_work(writes=False) as uow:
        (one,) = await uow.deliveries.of_subject(Subject.ANNOUNCEMENT, 1)
        assert (one.status, one.first_try_at) == (Status.VERIFY, datetime(2026, 11, 22, 6, 0, tzinfo=UTC))
        assert await uow.sending.paused() == "restored from a backup of 2026-11-22 06:00 UTC"


async def test_a_check_finds_nothing_where_all_is_well(storage, database_url, place):
    await join(storage, ANA, "fake:ana")
    found = await examine(database_url, place)
    assert [one.subject for one in found] == ["tables", "keys", *CHECKS]
    assert all(one.is_well for one in found), found
    assert found[3].said.startswith("7 values open")


@pytest.mark.parametrize(
    ("spoil", "subject", "said"),
    [
        ("UPDATE member SET city = email", "encryption", "member.city cannot be opened in its row"),
        ("DELETE FROM meta WHERE name = 'audit_anchor'", "audit", "anchor is missing"),
        ("UPDATE alembic_version SET version_num = '0001'", "tables", "older than this release"),
        ("UPDATE secret SET value = 'x' WHERE name = 'canary'", "keys", "do not open this database"),
    ],
)
async def test_a_check_finds_what_was_tampered_with(sqlite_storage, sqlite_url, place, spoil, subject, said):
    await join(sqlite_storage, ANA, "fake:ana")
    execute(sqlite_url, spoil)
    found = [one for one in await examine(sqlite_url, place) if not one.is_well]
    assert [one.subject for one in found] == [subject]
    assert said in found[0].said
