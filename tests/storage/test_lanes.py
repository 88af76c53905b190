"""Lanes: how fast they go, in which order, and whose turn it is."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.deliveries import Status, Subject, Target
from bot.domain.lanes import Pace, Paces
from storage import open_storage
from tests.storage.test_members import NOW, rows

LEASE = timedelta(seconds=60)
GAP = timedelta(milliseconds=100)
SHARED = Pace(GAP, direct_gap=GAP * 10, at_once=4, is_shared=True)
TO_ANA = Target("", user_id="fake:qxana")
TO_BO = Target("", user_id="fake:qxbo")


@pytest.fixture
async def shared(database_url, tmp_path):
    """Storage where one platform has one lane."""
    opened = await open_storage(database_url, tmp_path, paces=Paces({"fake": SHARED}))
    yield opened
    await opened.close()


def channels(count, place="C"):
    return tuple(Target(f"fake:T{at}", f"fake:{place}{at}") for at in range(count))


async def want(storage, *targets, subject=Subject.ANNOUNCEMENT, number=1, due=NOW):
    async with storage.unit_of_work(writes=True) as uow:
        await uow.deliveries.want(subject, number, targets, 1, due)


async def claim(storage, now=NOW, ahead=timedelta(0), limit=64):
    async with storage.unit_of_work(writes=True) as uow:
        return await uow.lanes.claim(now, now + LEASE, limit, ahead)


async def finish(storage, *found, **changes):
    outcome = {"status": Status.SHOWN, "shown": 1, "message_id": "fake:m1", "shown_at": NOW} | changes
    async with storage.unit_of_work(writes=True) as uow:
        await uow.lanes.finish(*(replace(one, **outcome) for one in found))


async def served(storage, now, times):
    """Claim and finish so often, a gap apart; return the addresses in their order."""
    addresses = []
    for at in range(times):
        found = await claim(storage, now + GAP * at)
        addresses += [one.target.address for one in found]
        await finish(storage, *found)
    return addresses


async def test_slots_are_even_and_no_more_are_on_their_way_than_may_be(shared):
    await want(shared, *channels(10))
    found = await claim(shared, ahead=GAP * 2)
    assert [one.slot_at for one in found] == [NOW, NOW + GAP, NOW + GAP * 2]
    assert {one.lane_id for one in found} == {"fake"}
    assert await claim(shared, NOW + GAP * 2) == ()
    more = await claim(shared, NOW + GAP * 3, ahead=GAP * 5)
    assert [one.slot_at for one in more] == [NOW + GAP * 3]
    await finish(shared, *found)
    assert [one.slot_at for one in await claim(shared, NOW + GAP * 3, ahead=GAP)] == [NOW + GAP * 4]


async def test_a_lane_that_was_late_does_not_hurry(shared):
    await want(shared, *channels(10))
    await finish(shared, *await claim(shared))
    found = await claim(shared, NOW + GAP * 20, ahead=GAP)
    assert [one.slot_at for one in found] == [NOW + GAP * 20, NOW + GAP * 21]


async def test_cancellations_go_first_then_edits_reminders_posts_and_direct_messages(shared):
    await want(shared, Target("fake:T1", "fake:edited"), number=1)
    await want(shared, Target("fake:T1", "fake:cancelled"), number=2)
    await finish(shared, *await claim(shared, ahead=GAP))
    await want(shared, TO_ANA, number=3)
    await want(shared, Target("fake:T1", "fake:posted"), number=4)
    await want(shared, TO_BO, subject=Subject.REMINDER, number=1)
    async with shared.unit_of_work(writes=True) as uow:
        await uow.deliveries.raise_wanted(Subject.ANNOUNCEMENT, 1, 2, NOW)
        await uow.deliveries.raise_wanted(Subject.ANNOUNCEMENT, 2, 2, NOW, is_cancelled=True)
    order = []
    for at in range(10, 60):
        found = await claim(shared, NOW + GAP * at)
        order += [one.target.address for one in found]
        await finish(shared, *found, shown=2)
    assert order == ["fake:cancelled", "fake:edited", "fake:qxbo", "fake:posted", "fake:qxana"]


async def test_direct_messages_are_further_apart_and_let_posts_pass(shared):
    await want(shared, TO_ANA, TO_BO, subject=Subject.REMINDER)
    await want(shared, *channels(3))
    assert await served(shared, NOW, 4) == ["fake:qxana", "fake:C0", "fake:C1", "fake:C2"]
    assert await served(shared, NOW + GAP * 4, 6) == []
    assert await served(shared, NOW + GAP * 10, 1) == ["fake:qxbo"]


async def test_noisy_tenant_on_a_platform_with_one_lane(shared):
    """Ten channels of one chapter take turns with a thousand of another."""
    await want(shared, *channels(1_000, "large"))
    begun = await served(shared, NOW, 5)
    await want(shared, *channels(10, "small"), number=2)
    order = await served(shared, NOW + GAP * 5, 20)
    assert len(begun) == 5
    assert sum("small" in one for one in order) == 10


async def test_a_blocked_lane_rests_and_the_others_go_on(storage):
    await want(storage, Target("fake:T1", "fake:C1"), Target("fake:T2", "fake:C2"))
    until = NOW + timedelta(seconds=30)
    async with storage.unit_of_work(writes=True) as uow:
        await uow.lanes.block("fake:T1", until, "rate_limited")
        await uow.lanes.block("fake:T1", NOW, "rate_limited")
    (other,) = await claim(storage)
    assert other.lane_id == "fake:T2"
    await finish(storage, other)
    assert await claim(storage, NOW + timedelta(seconds=2)) == ()
    async with storage.unit_of_work(writes=False) as uow:
        assert await uow.lanes.next_due() == until
    assert [one.lane_id for one in await claim(storage, until)] == ["fake:T1"]
    assert sorted(one["blocked_reason"] for one in await rows(storage, "lane")) == ["", "rate_limited"]


async def test_clock_jump_ends_no_block_for_ever(storage):
    """A clock that was years ahead blocked the lane; set right, it blocks no longer than a platform may ask for."""
    await want(storage, Target("fake:T1", "fake:C1"))
    async with storage.unit_of_work(writes=True) as uow:
        await uow.lanes.block("fake:T1", NOW + timedelta(days=900), "rate_limited")
    assert len(await claim(storage)) == 1


async def test_a_lane_that_is_empty_is_not_looked_at_until_something_is_wanted(storage):
    await want(storage, Target("fake:T1", "fake:C1"))
    await finish(storage, *await claim(storage))
    assert await claim(storage, NOW + timedelta(seconds=2)) == ()
    assert [one["due_at"] for one in await rows(storage, "lane")] == [None]
    await want(storage, Target("fake:T1", "fake:C2"))
    assert len(await claim(storage, NOW + timedelta(seconds=3))) == 1


@pytest.mark.parametrize("database_kind", ["postgresql"])
async def test_a_process_that_waits_hears_of_what_another_one_stored(storage, database_url, tmp_path):
    other, heard = await open_storage(database_url, tmp_path / "data"), asyncio.Event()
    listening = asyncio.create_task(other.wakeups.listen(heard.set))
    async with asyncio.timeout(10):
        while not heard.is_set():  # it may not listen yet
            await want(storage, Target("fake:T1", "fake:C1"), number=1)
            await want(storage, Target("fake:T1", "fake:C1"), number=2)
            async with storage.unit_of_work(writes=True) as uow:
                await uow.sending.resume()
            await asyncio.sleep(0.05)
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    await other.close()
