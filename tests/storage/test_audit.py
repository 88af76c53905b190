"""The audit is a chain: whatever somebody does to it behind the bot's back is found."""

from __future__ import annotations

import asyncio
import hashlib
import json
from dataclasses import replace
from datetime import timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.__main__ import main
from bot.domain.records import OPERATOR, AuditEntry, AuditQuery
from storage import open_storage
from storage.audit_chain import START, Anchor, as_json
from storage.keys import KeyPlace
from storage.migrate import upgrade
from storage.repositories.audit import Audit
from tests.storage.test_members import ANA, NOW, join, rows
from tests.storage.test_migrations import _upgrade_to

ACTS = ("announce new", "announce send", "channel follow", "role grant", "announce cancel")


async def act(storage, *acts, who="fake:ana", subject="announcement:1", at=NOW):
    async with storage.unit_of_work(writes=True) as uow:
        for one in acts:
            await uow.audit.add(AuditEntry(at, who, "fake:T1", one, subject))


async def faults(storage):
    async with AsyncSession(storage.engine) as session:
        return await Audit(session, storage.instance_key).faults()


async def tamper(storage, statement):
    async with storage.engine.begin() as connection:
        await connection.execute(text(statement))


async def anchored(storage):
    (row,) = [one for one in await rows(storage, "meta") if one["name"] == "audit_anchor"]
    return Anchor.opened(row["value"], storage.instance_key)


async def test_a_chain_that_nobody_touched_is_whole(storage):
    assert await faults(storage) == ()
    await act(storage, *ACTS)
    await act(storage, "me delete", who="fake:bo")
    assert await faults(storage) == ()
    async with storage.unit_of_work(writes=False) as uow:
        assert [one.number for one in await uow.audit.recent()] == [6, 5, 4, 3, 2, 1]


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE audit SET act = 'about' WHERE id = 2", "entry 2 of the audit was changed"),
        ("UPDATE audit SET who = 'p0' WHERE id = 3", "entry 3 of the audit was changed"),
        ("UPDATE audit SET outcome = 'refused' WHERE id = 5", "entry 5 of the audit was changed"),
        ("UPDATE audit SET workspace_id = 'fake:T2' WHERE id = 1", "entry 1 of the audit was changed"),
        ("DELETE FROM audit WHERE id = 3", "the audit lacks entry 3"),
        ("DELETE FROM audit WHERE id IN (2, 3)", "the audit lacks entries 2 to 3"),
        ("DELETE FROM audit WHERE id = 1", "the audit lacks entry 1"),
        ("DELETE FROM audit WHERE id = 5", "the end of the audit was cut off: entry 5"),
        ("DELETE FROM audit WHERE id > 3", "the end of the audit was cut off: entries 4 to 5"),
        ("DELETE FROM audit", "the end of the audit was cut off: entries 1 to 5"),
        ("DELETE FROM meta WHERE name = 'audit_anchor'", "the audit's anchor is missing or was changed"),
        ("UPDATE meta SET value = '{}' WHERE name = 'audit_anchor'", "the audit's anchor is missing or was changed"),
    ],
)
async def test_whatever_was_changed_or_taken_away_is_found(sqlite_storage, statement, found):
    await act(sqlite_storage, *ACTS)
    await tamper(sqlite_storage, statement)
    assert found in await faults(sqlite_storage)


async def test_an_anchor_made_without_the_key_is_found(sqlite_storage):
    await act(sqlite_storage, *ACTS)
    forged = (await anchored(sqlite_storage)).sealed(b"another key")
    await tamper(sqlite_storage, f"UPDATE meta SET value = '{forged}' WHERE name = 'audit_anchor'")
    assert await faults(sqlite_storage) == ("the audit's anchor is missing or was changed",)


async def test_what_was_taken_away_stays_known_when_the_bot_goes_on(storage):
    await act(storage, *ACTS)
    await tamper(storage, "DELETE FROM audit WHERE id > 3")
    await tamper(storage, "DELETE FROM meta WHERE name = 'audit_anchor'")
    await act(storage, "announce new")
    assert await faults(storage) == ("the audit's anchor had been taken away when entry 4 was made",)


async def test_acts_at_the_same_moment_make_one_chain(storage):
    await asyncio.gather(*(act(storage, "announce new", who=f"fake:{number % 4}") for number in range(12)))
    assert await faults(storage) == ()
    assert sorted(row["id"] for row in await rows(storage, "audit")) == list(range(1, 13))


async def test_an_act_that_was_not_done_leaves_no_gap(storage):
    await act(storage, "announce new")
    with pytest.raises(ZeroDivisionError):
        async with storage.unit_of_work(writes=True) as uow:
            await uow.audit.add(AuditEntry(NOW, "fake:ana", "fake:T1", "announce send"))
            raise ZeroDivisionError
    await act(storage, "announce cancel")
    assert await faults(storage) == ()
    assert [row["act"] for row in await rows(storage, "audit")] == ["announce new", "announce cancel"]


async def test_erasing_a_person_leaves_the_chain_whole_and_nothing_that_leads_back(storage):
    await act(storage, *ACTS)
    await act(storage, "role grant", who="fake:bo", subject="person:fake:ana")
    before = [row["who"] for row in await rows(storage, "audit")]
    async with storage.unit_of_work(writes=True) as uow:
        await uow.members.erase("fake:ana")
    assert await faults(storage) == ()
    assert [row["who"] for row in await rows(storage, "audit")] == before
    assert [row["user_id"] for row in await rows(storage, "audit_person")] == ["fake:bo"]
    async with storage.unit_of_work(writes=False) as uow:
        newest, *older = await uow.audit.recent()
    assert newest.user_id == "fake:bo"
    assert newest.subject.startswith("person:erased:")
    assert {one.user_id[:7] for one in older} == {"erased:"}


async def test_somebody_who_comes_back_is_not_who_was_erased(storage):
    await act(storage, "announce new")
    async with storage.unit_of_work(writes=True) as uow:
        await uow.members.erase("fake:ana")
    await act(storage, "announce send")
    first, last = [row["who"] for row in await rows(storage, "audit")]
    assert first != last


async def test_acts_are_found_by_time_person_and_kind(storage):
    await join(storage, ANA, "fake:ana")
    await act(storage, "announce new", "announce send", at=NOW - timedelta(days=3))
    await act(storage, "channel follow", who="fake:bo", subject="channel:fake:C1")
    await act(storage, "role grant", who="fake:bo", subject="person:fake:ana")
    await act(storage, "me delete", who=OPERATOR, subject="")

    async def found(limit=10, **wanted):
        async with storage.unit_of_work(writes=False) as uow:
            return [one.number for one in await uow.audit.find(AuditQuery(**wanted), limit)]

    assert await found(since=NOW) == [5, 4, 3]
    assert await found(user_ids=("fake:ana",)) == [4, 2, 1]
    assert await found(user_ids=(OPERATOR,)) == [5]
    assert await found(act="announce") == [2, 1]
    assert await found(act="channel:fake:C1") == [3]
    assert await found(act="100%") == []
    assert await found(before=3, limit=1) == [2]
    assert await found(user_ids=("fake:nobody",)) == []


async def test_old_acts_go_and_the_rest_stays_provable(storage):
    await act(storage, *ACTS, at=NOW - timedelta(days=800))
    await act(storage, "role revoke", who="fake:bo")
    async with storage.unit_of_work(writes=True) as uow:
        assert await uow.audit.forget(NOW - timedelta(days=730)) == 5
        assert await uow.audit.forget(NOW - timedelta(days=730)) == 0
    assert await faults(storage) == ()
    assert [row["user_id"] for row in await rows(storage, "audit_person")] == ["fake:bo"]
    await act(storage, "role grant")
    assert await faults(storage) == ()
    async with storage.unit_of_work(writes=True) as uow:
        assert await uow.audit.forget(NOW + timedelta(days=1)) == 2
    await act(storage, "role grant")
    assert [row["id"] for row in await rows(storage, "audit")] == [8]
    assert await faults(storage) == ()
    await tamper(storage, "DELETE FROM audit")
    assert await faults(storage) == ("the end of the audit was cut off: entry 8",)


async def test_an_export_can_be_checked_by_anybody(sqlite_storage):
    await act(sqlite_storage, *ACTS)
    async with AsyncSession(sqlite_storage.engine) as session:
        lines = [as_json(one) for one in await Audit(session, sqlite_storage.instance_key).all()]
    before = START
    for line in json.loads(json.dumps(lines)):
        given = line.pop("hash")
        content = json.dumps(list(line.values()), separators=(",", ":"))
        before = hashlib.sha256(f"{before}\n{content}".encode()).hexdigest()
        assert given == before
    assert "fake:ana" not in str(lines)


async def test_acts_of_an_older_release_are_chained_by_the_upgrade(empty_database_url, tmp_path):
    engine = _upgrade_to(empty_database_url, "0003")
    told = "'2026-11-01 12:30:00.000000+00:00', '{}', 'fake:T1', 'announce send', 'announcement:1', 'done'"
    columns = "at, user_id, workspace_id, act, subject, outcome"
    key = "ab" * 32
    with engine.begin() as connection:
        connection.exec_driver_sql(f"INSERT INTO meta (name, value) VALUES ('instance_key', '{key}')")
        for who in ("fake:ana", "erased:abc", "fake:ana"):
            connection.exec_driver_sql(f"INSERT INTO audit ({columns}) VALUES ({told.format(who)})")
    engine.dispose()
    upgrade(empty_database_url, KeyPlace("", tmp_path))
    storage = await open_storage(empty_database_url, tmp_path)
    assert await faults(storage) == ()
    async with storage.unit_of_work(writes=False) as uow:
        found = await uow.audit.recent()
    assert [one.user_id[:8] for one in found] == ["fake:ana", "erased:p", "fake:ana"]
    assert found[0] == replace(found[2], number=3)
    assert found[0].at.isoformat() == "2026-11-01T12:30:00+00:00"
    await act(storage, "announce new")
    assert await faults(storage) == ()
    await tamper(storage, "DELETE FROM audit WHERE id = 4")
    assert await faults(storage) == ("the end of the audit was cut off: entry 4",)
    await storage.close()


async def test_the_shell_prints_the_record_so_that_it_can_be_checked(sqlite_url, tmp_path, monkeypatch):
    storage = await open_storage(sqlite_url, tmp_path)
    await act(storage, *ACTS)
    await storage.close()
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    monkeypatch.setenv("HRC_DATA_DIR", str(tmp_path))
    done = await asyncio.to_thread(CliRunner().invoke, main, ["export", "audit"])
    lines = [json.loads(line) for line in done.output.splitlines()]
    assert [one["act"] for one in lines] == list(ACTS)
    assert {*lines[0]} == {"number", "at", "who", "workspace", "act", "subject", "outcome", "hash"}
