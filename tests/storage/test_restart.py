"""PostgreSQL restarts under a bot that works."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from bot.domain.announcements import State
from bot.domain.deliveries import Status, Subject, Target
from bot.domain.lanes import Pace, Paces
from bot.i18n import core_translators
from bot.outbox import AT_ONCE, Outbox, Post
from bot.ports import utc_now
from bot.registry import load
from bot.testing import PLATFORM, FakeMessenger, conversation, settings_for_tests, words_of
from storage import open_storage
from storage.migrate import upgrade
from tests import postgres
from tests.storage.test_members import NOW
from tests.storage.test_records import announce

TARGETS = tuple(Target(f"fake:T{number}", f"fake:C{number}") for number in range(64))
PATIENCE_S = 60.0


@dataclass
class HeldMessenger(FakeMessenger):
    """People see a post at once; its answer comes when `answers` is set."""

    answers: asyncio.Event = field(default_factory=asyncio.Event)

    async def post(self, channel_id, reply, t, key, thread_id=""):
        posted = await super().post(channel_id, reply, t, key, thread_id)
        await self.answers.wait()
        return posted


async def until(is_so):
    async with asyncio.timeout(PATIENCE_S):
        while not await is_so():
            await asyncio.sleep(0.05)


@asynccontextmanager
async def working(storage, messenger):
    """Run an outbox beside the block."""
    messengers = {PLATFORM: messenger}
    post = Post(storage.unit_of_work, load(), messengers, core_translators(), settings_for_tests(), utc_now)
    task = asyncio.create_task(Outbox(post).run())
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@pytest.fixture
def server():
    with postgres.own_server() as running:
        upgrade(running.url)
        yield running


async def test_pg_restart(server, tmp_path):
    """Commands are refused in plain words meanwhile; every delivery is seen, and seen once."""
    storage, messenger = (
        await open_storage(server.url, tmp_path, paces=Paces(other=Pace(gap=timedelta(0)))),
        HeldMessenger(),
    )
    news = await announce(storage, state=State.SENT, when=None, sent_at=NOW)
    async with storage.unit_of_work(writes=True) as uow:
        await uow.deliveries.want(Subject.ANNOUNCEMENT, news.id, TARGETS, news.revision, NOW)

    async def in_flight():
        return len(messenger.messages) == AT_ONCE

    async def all_shown():
        async with storage.unit_of_work(writes=False) as uow:
            found = await uow.deliveries.of_subject(Subject.ANNOUNCEMENT, news.id)
        return {one.status for one in found} == {Status.SHOWN}

    async with working(storage, messenger) as outbox, conversation(storage) as chat:
        await until(in_flight)
        await asyncio.to_thread(server.stop)
        for _ in range(2):
            refused = await chat.say("join name:Ana consent:yes")
            assert "so nothing was stored" in refused.summary
            assert "Please try again in a minute." in words_of(refused)
        messenger.answers.set()
        await asyncio.sleep(1.5)
        assert not outbox.done()
        await asyncio.to_thread(server.start)
        await until(all_shown)
        assert "Welcome, Ana" in (await chat.say("join name:Ana consent:yes")).summary
    assert Counter(one.address for one in messenger.messages.values()) == {one.address: 1 for one in TARGETS}
    await storage.close()
