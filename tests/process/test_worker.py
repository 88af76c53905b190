"""The process that sends, killed or paused in the middle of many deliveries."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections import Counter
from contextlib import asynccontextmanager

import psycopg
import pytest

from bot.domain.announcements import State
from bot.domain.deliveries import Subject, Target
from bot.ports import utc_now
from storage import open_storage
from storage.engine import make_sync_engine
from tests.process.conftest import ROOT
from tests.storage.test_members import NOW
from tests.storage.test_records import announce

CHAPTERS = 100


@asynccontextmanager
async def opened(url, folder):
    """Open the database beside no worker: a SQLite file has one process at a time."""
    storage = await open_storage(url, folder)
    yield storage
    await storage.close()


async def stored(url, folder, slack, count):
    """Store an announcement for `count` channels of 100 workspaces; return it."""
    targets = tuple(Target(f"slack:T{at % CHAPTERS}", f"slack:C{at}") for at in range(count))
    slack.channels.update({one.channel_id.removeprefix("slack:"): {"is_member": True} for one in targets})
    async with opened(url, folder) as storage:
        news = await announce(storage, state=State.SENT, when=None, sent_at=NOW)
        async with storage.unit_of_work(writes=True) as uow:
            await uow.deliveries.want(Subject.ANNOUNCEMENT, news.id, targets, news.revision, utc_now())
    return news


async def changed(url, folder, news):
    """Cancel the announcement, which edits every post."""
    async with opened(url, folder) as storage, storage.unit_of_work(writes=True) as uow:
        cancelled = await uow.announcements.save(news.cancelled())
        await uow.deliveries.raise_wanted(Subject.ANNOUNCEMENT, news.id, cancelled.revision, utc_now())


def statuses(url):
    """Return how the rows stand, whoever has the database open: status, the revision wanted, the one shown."""
    engine = make_sync_engine(url, read_only=True)
    with engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT DISTINCT status, wanted, shown FROM delivery").all()
    engine.dispose()
    return {tuple(one) for one in found}


class Worker:
    def __init__(self, url, folder, slack, *, lease_s=60.0, pauses=False):
        options = [url, str(folder), slack.api_url, str(lease_s), "pauses" if pauses else ""]
        self._command = [sys.executable, "-m", "tests.process.worker", *options]

    async def __aenter__(self):
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        self.process = await asyncio.create_subprocess_exec(*self._command, cwd=ROOT, env=environment)
        return self

    async def __aexit__(self, *_):
        self.process.kill()
        assert await self.process.wait() == -signal.SIGKILL


async def until(is_so, patience_s=90.0):
    async with asyncio.timeout(patience_s):
        while not is_so():
            await asyncio.sleep(0.02)


def seen(slack):
    return Counter(one.channel for one in slack.messages)


async def test_crash_thrice(slack, database_url, tmp_path):
    """Killed at a quarter, a half and three quarters of 400 deliveries: none is lost, none is seen twice."""
    count = 400
    await stored(database_url, tmp_path, slack, count)
    for quarter in (1, 2, 3):
        async with Worker(database_url, tmp_path, slack):
            await until(lambda share=count * quarter // 4: len(slack.messages) >= share)
    async with Worker(database_url, tmp_path, slack):
        await until(lambda: statuses(database_url) == {("shown", 1, 1)})
    assert seen(slack) == {f"C{at}": 1 for at in range(count)}
    assert slack.called("conversations.history")


async def test_crash_in_edit(slack, database_url, tmp_path):
    """Killed when half of 200 posts say that they are cancelled; at the end all of them do, each in its one message."""
    count = 200
    news = await stored(database_url, tmp_path, slack, count)
    async with Worker(database_url, tmp_path, slack):
        await until(lambda: statuses(database_url) == {("shown", 1, 1)})
    await changed(database_url, tmp_path, news)

    def edited():
        return sum(one.text.startswith("Cancelled") for one in slack.messages)

    async with Worker(database_url, tmp_path, slack):
        await until(lambda: edited() >= count // 2)
    async with Worker(database_url, tmp_path, slack):
        await until(lambda: statuses(database_url) == {("shown", 2, 2)})
    assert edited() == count
    assert seen(slack) == {f"C{at}": 1 for at in range(count)}


@pytest.mark.parametrize("database_kind", ["postgresql"])
async def test_paused_worker(slack, database_url, tmp_path):
    """Paused for more than its lease before anything was sent: the other one sends, and it sends nothing any more."""
    await stored(database_url, tmp_path, slack, 1)
    with psycopg.connect(database_url) as keeper:
        keeper.execute("LOCK TABLE announcement")  # holds the worker after its lease, before its request
        async with Worker(database_url, tmp_path, slack, lease_s=2) as paused:
            await until(lambda: leased(keeper) == 1)
            paused.process.send_signal(signal.SIGSTOP)
            keeper.rollback()
            async with Worker(database_url, tmp_path, slack):
                await until(lambda: len(seen(slack)) == 1)  # once the lease is over
                paused.process.send_signal(signal.SIGCONT)
                await until(lambda: statuses(database_url) == {("shown", 1, 1)})
                await asyncio.sleep(0.5)
    assert len(slack.called("chat.postMessage")) == 1
    assert statuses(database_url) == {("shown", 1, 1)}


@pytest.mark.parametrize("database_kind", ["postgresql"])
async def test_paused_worker_after_its_post(slack, database_url, tmp_path):
    """Paused when its post was seen and is not stored: the other one finds the post, and that is what stays stored."""
    await stored(database_url, tmp_path, slack, 1)
    async with Worker(database_url, tmp_path, slack, lease_s=1, pauses=True) as paused:
        await until(lambda: len(seen(slack)) == 1)
        async with Worker(database_url, tmp_path, slack):
            await until(lambda: bool(slack.called("conversations.history")))  # once the lease is over
            paused.process.send_signal(signal.SIGCONT)
            await until(lambda: statuses(database_url) == {("shown", 1, 1)})
            await asyncio.sleep(0.5)
    assert len(slack.called("chat.postMessage")) == 1
    assert statuses(database_url) == {("shown", 1, 1)}


def leased(connection):
    return connection.execute("SELECT count(*) FROM delivery WHERE status = 'leased'").fetchone()[0]
