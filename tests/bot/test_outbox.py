"""The outbox: what was perhaps sent is looked up before anything is sent again, however often that fails."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta

from bot.command import Feature, Rendered
from bot.domain.announcements import State
from bot.domain.deliveries import Status, Subject, Target
from bot.errors import DeliveryDelayed, DeliveryError, DeliveryUncertain
from bot.i18n import core_translators
from bot.outbox import Outbox, Post
from bot.registry import Registry, load
from bot.reply import MessageRef, Reply
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


async def in_lanes(storage, clock, *counts):
    """Want an announcement in as many channels of a workspace each as `counts` say."""
    news = await announce(storage, state=State.SENT, when=None, sent_at=clock.now)
    channels = [Target(f"fake:T{at}", f"fake:C{at}-{n}") for at, count in enumerate(counts) for n in range(count)]
    async with storage.unit_of_work(writes=True) as uow:
        await uow.deliveries.want(Subject.ANNOUNCEMENT, news.id, tuple(channels), news.revision, clock.now)
    return news


async def report_of(storage, news):
    async with storage.unit_of_work(writes=False) as uow:
        return await uow.deliveries.of_subject(Subject.ANNOUNCEMENT, news.id)


def faulty_features():
    """Return features of which one cannot show the first announcement at all."""
    feature = Feature("news", "News")

    @feature.delivers(Subject.ANNOUNCEMENT)
    async def render(delivering):
        if delivering.subject_id == 1:
            raise KeyError("host")
        return Rendered(Reply("News"), 1)

    return Registry([feature])


async def test_poison_delivery(storage):
    """It is dead after eight attempts, its error kept; what waits behind it in the same workspace is not delayed."""
    messenger, clock = FakeMessenger(), FrozenClock()
    words, settings = core_translators(), settings_for_tests()
    outbox = Outbox(Post(storage.unit_of_work, faulty_features(), {PLATFORM: messenger}, words, settings, clock))
    poison = await in_lanes(storage, clock, 1)
    healthy = await in_lanes(storage, clock, 5)
    for _ in range(6):
        await outbox.once()
        clock.advance(timedelta(seconds=1))
    assert {one.status for one in await report_of(storage, healthy)} == {Status.SHOWN}
    for _ in range(12):
        clock.advance(timedelta(minutes=10))
        await outbox.once()
    (row,) = await report_of(storage, poison)
    assert (row.status, row.attempts, row.error_code) == (Status.DEAD, 8, "KeyError")
    assert len(messenger.messages) == 5


async def rounds_until_shown(storage, news, clock, messenger):
    """Send, a second a round, until every channel of the announcement shows it; return how many rounds that took."""
    outbox = outbox_of(storage, messenger, clock)
    for rounds in range(1, 100):
        await outbox.once()
        clock.advance(timedelta(seconds=1))
        if {one.status for one in await report_of(storage, news)} == {Status.SHOWN}:
            return rounds
    raise AssertionError("it was never shown everywhere")


async def test_noisy_tenant(storage):
    """Ten channels of one workspace are served as fast beside 10,000 of another as they are alone."""
    messenger, clock = FakeMessenger(), FrozenClock()
    alone = await rounds_until_shown(storage, await in_lanes(storage, clock, 0, 10), clock, messenger)
    await in_lanes(storage, clock, 10_000)
    clock.advance(timedelta(seconds=1))
    beside = await rounds_until_shown(storage, await in_lanes(storage, clock, 0, 10), clock, messenger)
    assert (alone, beside <= 2 * alone) == (10, True)


async def test_clock_jump(storage):
    """Two hours forward, then back: everything is seen once, and nothing waits for the two hours to pass again."""
    messenger, clock = FakeMessenger(), FrozenClock()
    outbox = outbox_of(storage, messenger, clock)
    news = await in_lanes(storage, clock, 3, 2)
    for jump in (timedelta(0), timedelta(hours=2), timedelta(hours=-2)):
        clock.advance(jump + timedelta(seconds=2))
        await outbox.once()
    assert {one.status for one in await report_of(storage, news)} == {Status.SHOWN}
    assert set(Counter(one.address for one in messenger.messages.values()).values()) == {1}


async def test_clock_jump_ends_no_lease(storage):
    """A lease is judged by the database's clock, or by the process's own; not by the one on the wall."""
    clock = FrozenClock()
    await wanted(storage, clock)
    async with storage.unit_of_work(writes=True) as uow:
        (row,) = await uow.lanes.claim(clock.now, clock.now + timedelta(minutes=1), 1)
    for jump in (timedelta(hours=2), timedelta(hours=-4)):
        clock.advance(jump)
        async with storage.unit_of_work(writes=True) as uow:
            assert await uow.lanes.recover(clock.now) == 0
    assert row.status is Status.PENDING


@dataclass
class Slow(FakeMessenger):
    """A post is seen at once, and answered when `answers` is set."""

    posted: asyncio.Event = field(default_factory=asyncio.Event)
    answers: asyncio.Event = field(default_factory=asyncio.Event)

    async def post(self, channel_id, reply, t, key, thread_id=""):
        ref = await super().post(channel_id, reply, t, key, thread_id)
        self.posted.set()
        await self.answers.wait()
        return ref


async def test_a_stopped_outbox_finishes_what_is_in_flight_and_takes_nothing_more(sqlite_storage):
    messenger, clock = Slow(), FrozenClock()
    outbox = outbox_of(sqlite_storage, messenger, clock)
    news = await in_lanes(sqlite_storage, clock, 2)
    running = asyncio.create_task(outbox.run())
    await messenger.posted.wait()
    outbox.stop()
    clock.advance(timedelta(minutes=1))
    messenger.answers.set()
    async with asyncio.timeout(5):
        await running
    assert await outbox.once() == 0
    assert [one.status for one in await report_of(sqlite_storage, news)] == [Status.SHOWN, Status.PENDING]
    assert len(messenger.messages) == 1


async def test_a_platform_that_asks_to_wait_stops_its_lane_and_no_other(storage):
    """The attempt does not count; a wait for one channel alone lets the lane go on."""
    messenger, clock = FakeMessenger(), FrozenClock()
    outbox = outbox_of(storage, messenger, clock)
    messenger.failures = [DeliveryDelayed("rate_limited", 30)]
    first = await in_lanes(storage, clock, 2)
    await outbox.once()
    second = await in_lanes(storage, clock, 0, 1)
    clock.advance(timedelta(seconds=5))
    await outbox.once()
    assert [one.status for one in await report_of(storage, first)] == [Status.PENDING] * 2
    assert [one.attempts for one in await report_of(storage, first)] == [0, 0]
    assert [one.status for one in await report_of(storage, second)] == [Status.SHOWN]
    clock.advance(timedelta(seconds=26))
    messenger.failures = [DeliveryDelayed("rate_limited", 600, only_here=True)]
    for _ in range(3):
        await outbox.once()
        clock.advance(timedelta(seconds=2))
    assert sorted(one.status for one in await report_of(storage, first)) == [Status.PENDING, Status.SHOWN]


@dataclass
class Merging(FakeMessenger):
    """A post with the same key returns the first message as it stands, as Discord does; the history lags behind."""

    lost: int = 1

    async def post(self, channel_id, reply, t, key, thread_id=""):
        same = next((ref for ref, sent in self.messages.items() if sent.key == key), None)
        if same:
            return MessageRef(channel_id, same, thread_id)
        ref = await super().post(channel_id, reply, t, key, thread_id)
        self.lost -= 1
        if self.lost >= 0:
            raise DeliveryUncertain("no_answer")
        return ref

    async def find(self, address, key, since, thread_id=""):
        return None


async def test_what_a_platform_merges_into_the_older_post_is_edited(sqlite_storage):
    messenger, clock = Merging(), FrozenClock()
    outbox, news = outbox_of(sqlite_storage, messenger, clock), await wanted(sqlite_storage, clock)
    await outbox.once()
    async with sqlite_storage.unit_of_work(writes=True) as uow:
        newer = await uow.announcements.save(replace(news, title="Corrected", revision=news.revision + 1))
        await uow.deliveries.raise_wanted(Subject.ANNOUNCEMENT, news.id, newer.revision, clock.now)
    for _ in range(3):
        clock.advance(timedelta(seconds=20))
        await outbox.once()
    (row,) = await report_of(sqlite_storage, news)
    assert (row.status, row.shown, messenger.edits) == (Status.SHOWN, newer.revision, 1)
    assert [one.summary for one in messenger.seen_in("fake:C1")] == ["Corrected"]
