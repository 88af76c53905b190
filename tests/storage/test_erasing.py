"""Whoever asks to be forgotten is: in every table, and in the bytes of the SQLite file."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.domain.announcements import State
from bot.domain.convenings import Going
from bot.domain.deliveries import Status, Subject, Target
from bot.domain.members import Kept, Member
from bot.domain.preferences import Preferences
from bot.domain.records import AuditEntry, Draft
from storage import open_storage
from storage.engine import file_of
from storage.models import Base
from storage.sealing import Sealable, cipher_of
from tests.storage.test_members import ANA, ASSEMBLY, NOW, answer, join, rows
from tests.storage.test_records import announce, follow

ROOT = Path(__file__).parents[2]
WHO, OTHER = "fake:qxana", "fake:qxother"
DIRECT = Target("fake:T1", user_id=WHO)
PERSON = replace(ANA, id="qx-1", name="Qxana Qxperez", email="qxana@example.org", interests="Qxhousing")
PERSONS = ("draft", "member", "question", "rsvp")  # tables whose rows go with the person
PERSONAL = ("qxana", "qxother", "qx-1", "qxperez", "qxhousing")


async def dumped(storage):
    """Return every row of every table as whoever has the keys reads it, as text, in lower case."""
    found = {name: await rows(storage, name) for name in Base.metadata.tables}
    assert len(found) >= 15
    return str(found).lower()


def left_in(content):
    return [word for word in PERSONAL if word in content]


async def traces(storage):
    """Return what is stored of the person: ids as they stand in every table, and every sealed value."""
    async with storage.engine.connect() as connection:
        texts = [
            text(f'SELECT "{column.name}" FROM "{table.name}"')
            for table in Base.metadata.tables.values()
            for column in table.columns
            if isinstance(column.type, Sealable) and table.name in PERSONS
        ]
        sealed = {value for one in texts for value in await connection.scalars(one) if value}
    cipher = cipher_of(storage.engine.dialect)
    return sealed | {cipher.account(WHO), cipher.account(OTHER)}


def on_disk(url, marks):
    """Return those of `marks` that stand in the bytes of a SQLite file and of those beside it."""
    path = file_of(url)
    beside = sorted(path.parent.glob(f"{path.name}*")) if path else []
    content = b"".join(one.read_bytes() for one in beside)
    return {one for one in marks if one.encode() in content}


async def leaves_everywhere(storage):
    """Let one person leave a row in every table that can hold one; a member in the second account too."""
    async with storage.unit_of_work(writes=True) as uow:
        convening = await uow.convenings.add(replace(ASSEMBLY, created_by=WHO))
        await uow.drafts.put(Draft("t1", WHO, "join", {"name": "Qxana Qxperez"}, NOW))
        await uow.deliveries.want(Subject.PROMOTION, convening.id, (DIRECT, replace(DIRECT, user_id=OTHER)), 1, NOW)
        await uow.deliveries.want(Subject.CONVENING, convening.id, (Target("fake:T1", "fake:C1"),), 1, NOW)
        await uow.audit.add(AuditEntry(NOW, WHO, "fake:T1", "announce send", "announcement:1"))
        await uow.inbox.claim(f"fake:message|{WHO}|17", NOW)
        await uow.preferences.save(Preferences(WHO, lang="es"))
    await announce(storage, created_by=WHO, sent_by=WHO, sent_at=NOW, state=State.SENT)
    await announce(storage, created_by=WHO, title="Never sent")
    await follow(storage, created_by=WHO)
    await answer(storage, convening.id, WHO, WHO)
    return convening


async def erase(storage, user_id=WHO):
    async with storage.unit_of_work(writes=True) as uow:
        await uow.members.erase(user_id)


@pytest.mark.parametrize("has_joined", [True, False], ids=["member", "answered only"])
async def test_erase_me_leaves_no_name_and_no_id_in_any_table_or_file(storage, database_url, has_joined):
    convening = await leaves_everywhere(storage)
    if has_joined:
        await join(storage, PERSON, WHO)
        await join(storage, PERSON, OTHER)
    await answer(storage, convening.id, "fake:bo", "fake:bo")
    assert "qxana" in await dumped(storage)
    marks = await traces(storage)
    assert not database_url.startswith("sqlite") or on_disk(database_url, marks) == marks
    await erase(storage)
    if not has_joined:
        await erase(storage, OTHER)
    assert left_in(await dumped(storage)) == []
    assert on_disk(database_url, marks) == set()


async def test_what_a_person_published_stays_without_them(storage):
    await leaves_everywhere(storage)
    await erase(storage)
    assert [(row["title"], row["created_by"]) for row in await rows(storage, "convening")] == [("Assembly", "")]
    assert [(row["state"], row["sent_by"]) for row in await rows(storage, "announcement")] == [(State.SENT, "")]
    assert [row["title"] for row in await rows(storage, "announcement_rev")] == ["News"]
    assert [(row["channel_id"], row["created_by"]) for row in await rows(storage, "follow")] == [("fake:C1", "")]
    assert {row["address"] for row in await rows(storage, "delivery")} == {"fake:C1", OTHER}


async def test_erase_me_leaves_one_code_for_a_person_in_the_audit(storage):
    await leaves_everywhere(storage)
    async with storage.unit_of_work(writes=True) as uow:
        await uow.audit.add(AuditEntry(NOW, "fake:bo", "fake:T1", "channel follow"))
        await uow.audit.add(AuditEntry(NOW, WHO, "fake:T1", "me delete"))
        await uow.members.erase(WHO)
        last, bo, first = [one.user_id for one in await uow.audit.recent()]
    assert first == last
    assert first.startswith("erased:")
    assert bo == "fake:bo"


async def test_erase_me_drops_a_message_that_is_on_its_way(storage):
    await leaves_everywhere(storage)
    async with storage.unit_of_work(writes=True) as uow:
        (leased,) = await uow.lanes.claim(NOW, NOW + timedelta(minutes=1), 5)
    assert leased.target.user_id == WHO
    await erase(storage)
    async with storage.unit_of_work(writes=True) as uow:
        await uow.lanes.finish(replace(leased, status=Status.SHOWN, message_id="fake:qxana:m1"))
    assert left_in(await dumped(storage)) == ["qxother"]


async def test_what_is_kept_counts_every_trace_and_nobody_elses(storage):
    convening = await leaves_everywhere(storage)
    await answer(storage, convening.id, "fake:bo", "fake:bo", Going.MAYBE)
    async with storage.unit_of_work(writes=False) as uow:
        kept = await uow.members.kept(WHO)
        assert kept.member is None
        expected = dict.fromkeys(("draft", "delivery", "audit", "audit_person", "preference", "rsvp"), 1)
        assert kept.counts == expected | {"convening": 1, "follow": 1, "announcement": 2}
        assert [(one.convening_id, one.answer) for one in kept.answers] == [(convening.id, Going.YES)]
        assert await uow.members.kept("fake:nobody") == Kept()
        assert not await uow.members.kept("fake:nobody")


async def test_a_request_is_remembered_without_its_id(storage):
    async with storage.unit_of_work(writes=True) as uow:
        assert await uow.inbox.claim(f"fake:press|{WHO}|17", NOW)
        assert not await uow.inbox.claim(f"fake:press|{WHO}|17", NOW)
    assert left_in(await dumped(storage)) == []


async def test_erasing_one_of_many_leaves_no_bytes_of_them_in_the_file(sqlite_storage, sqlite_url):
    """Pages that were split and joined keep copies which secure_delete alone does not reach."""
    async with sqlite_storage.unit_of_work(writes=True) as uow:
        for number in range(300):
            name = f"Qxana Qxperez {number}"
            place, interests = number * 7919 % 300, "qxhousing " * (number % 40)
            member = Member(f"qx-1-{place}", name, "2026-11", NOW, NOW, interests=interests)
            await uow.members.save(member, f"fake:qxana{place}")
    marks = await traces(sqlite_storage)
    async with sqlite_storage.unit_of_work(writes=True) as uow:
        for number in range(300):
            await uow.members.erase(f"fake:qxana{number}")
    assert len(marks) > 500
    assert on_disk(sqlite_url, marks) == set()


async def test_traces_of_an_erasure_that_was_cut_off_go_at_the_next_start(sqlite_url, tmp_path):
    """A reader in another process keeps the log from being emptied; after it, the next start does it."""
    storage = await open_storage(sqlite_url, tmp_path, busy_timeout_s=0.1)
    await leaves_everywhere(storage)
    marks = await traces(storage)
    code = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None); c.execute('BEGIN');"
        "c.execute('SELECT * FROM rsvp').fetchall(); print('reads', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", code, str(file_of(sqlite_url))]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as reader:
        reader.stdout.readline()
        await erase(storage)
        await erase(storage, OTHER)
        assert left_in(await dumped(storage)) == []
        assert on_disk(sqlite_url, marks) != set()
        reader.kill()
    await storage.close()
    storage = await open_storage(sqlite_url, tmp_path)
    assert on_disk(sqlite_url, marks) == set()
    assert [row["name"] for row in await rows(storage, "meta")] == ["audit_anchor"]
    await storage.close()
