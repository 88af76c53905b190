"""The outbox: what was perhaps sent is looked up before anything is sent again, however often that fails."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from bot.domain.announcements import State
from bot.domain.deliveries import Status, Subject, Target
from bot.errors import DeliveryError, DeliveryUncertain
from bot.i18n import core_translators
from bot.outbox import Outbox, Post
from bot.registry import load
from bot.testing import PLATFORM, FakeMessenger, FrozenClock, settings_for_tests
from tests.storage.test_records import announce

CHANNEL = Target("fake:T1", "fake:C1")


def outbox_of(storage, messenger, clock):
    """Return an outbox for one platform, or for none."""
    messengers = {PLATFORM: messenger} if messenger else {}
    return Outbox(Post(storage.unit_of_work, load(), messengers, core_translators(), settings_for_tests(), clock))


async def wanted(storage, clock):
    news = await announce(storage, state=State.SENT, when=None, sent_at=clock.now)
    async with storage.unit_of_work(writes=True) as uow:
        await uow.deliveries.want(Subject.ANNOUNCEMENT, news.id, (CHANNEL,), news.revision, clock.now)
    return news


async def only_row(storage, news):
    async with storage.unit_of_work(writes=False) as uow:
        (row,) = await uow.deliveries.of_subject(Subject.ANNOUNCEMENT, news.id)
    return row


@dataclass
class Faulty(FakeMessenger):
    """People see each post; the answers to the first ones are lost, and so are the first look-ups."""

    lost_answers: int = 1
    lost_look_ups: int = 2

    async def post(self, channel_id, reply, t, key, thread_id=""):
        ref = await super().post(channel_id, reply, t, key, thread_id)
        self.lost_answers -= 1
        if self.lost_answers >= 0:
            raise DeliveryUncertain("no_answer")
        return ref

    async def find(self, address, key, since, thread_id=""):
        self.lost_look_ups -= 1
        if self.lost_look_ups >= 0:
            raise DeliveryError("unreachable")
        return await super().find(address, key, since, thread_id)


async def test_a_look_up_that_fails_is_made_again_before_anything_is_posted(sqlite_storage):
    messenger, clock = Faulty(), FrozenClock()
    outbox = outbox_of(sqlite_storage, messenger, clock)
    news = await wanted(sqlite_storage, clock)
    await outbox.once()
    assert (await only_row(sqlite_storage, news)).status is Status.VERIFY
    for _ in range(4):
        clock.advance(timedelta(minutes=2))
        await outbox.once()
    assert (await only_row(sqlite_storage, news)).status is Status.SHOWN
    assert len(messenger.seen_in("fake:C1")) == 1


async def test_a_platform_that_is_not_connected_leaves_what_was_perhaps_sent_to_be_looked_up(sqlite_storage):
    messenger, clock = Faulty(lost_look_ups=0), FrozenClock()
    news = await wanted(sqlite_storage, clock)
    await outbox_of(sqlite_storage, messenger, clock).once()
    clock.advance(timedelta(minutes=10))
    await outbox_of(sqlite_storage, None, clock).once()
    clock.advance(timedelta(minutes=10))
    await outbox_of(sqlite_storage, messenger, clock).once()
    assert (await only_row(sqlite_storage, news)).status is Status.SHOWN
    assert len(messenger.seen_in("fake:C1")) == 1
