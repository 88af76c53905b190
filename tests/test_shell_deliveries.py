"""`hrc-bot deliveries`, `hrc-bot resume` and roles, as the operator meets them; a bot may have the database open."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.domain.announcements import State
from bot.domain.deliveries import Subject, Target
from tests.command_line import Shell
from tests.storage.test_members import NOW
from tests.storage.test_records import announce


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


async def queued(storage):
    news = await announce(storage, state=State.SENT, when=None, sent_at=NOW)
    targets = (Target("fake:T1", "fake:C1"), Target("fake:T1", user_id="fake:qxana"))
    async with storage.unit_of_work(writes=True) as uow:
        await uow.deliveries.want(Subject.ANNOUNCEMENT, news.id, targets, news.revision, NOW)
        await uow.sending.pause("restored")


async def test_the_operator_sees_what_waits_and_resumes_beside_a_running_bot(storage, database_url, shell):
    await queued(storage)
    seen = json.loads(shell.run("deliveries", "--json", DATABASE_URL=database_url).out)
    assert seen == {"pending": 2, "lanes_blocked": 0, "paused": "restored"}
    each = shell.run("deliveries", "--announcement", "1", DATABASE_URL=database_url)
    assert "fake:C1 pending" in each.out
    assert "a direct message" in each.out
    assert "qxana" not in each.out
    assert shell.run("resume", DATABASE_URL=database_url).out == "Sending goes on.\n"
    async with storage.unit_of_work(writes=False) as uow:
        assert await uow.sending.paused() == ""
        assert await uow.lanes.next_due() is not None


def test_a_role_on_sqlite_is_refused_with_what_to_do(shell):
    for role in ("adapters", "deliver"):
        ended = shell.run("run", "--role", role)
        assert ended.code == 1
        assert ended.err.startswith(f"hrc-bot: --role {role}: a SQLite file serves one process")
        assert not shell.data.exists()
