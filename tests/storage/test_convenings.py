"""Convenings and answers, as they come back and as the tables hold them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.domain.convenings import Going
from bot.domain.times import WallTime, Zone
from bot.errors import Conflict, NotFound
from tests.storage.test_members import ASSEMBLY, NOW, answer, at, rows


async def plan(storage, **changes):
    async with storage.unit_of_work(writes=True) as uow:
        return await uow.convenings.add(replace(ASSEMBLY, **changes))


async def test_a_convening_comes_back_as_planned(storage):
    ends, weekly = at("2027-03-14 20:00"), "FREQ=WEEKLY"
    stored = await plan(storage, ends=ends, city="Boston", access="Ramp", capacity=40, hide_names=True, repeat=weekly)
    async with storage.unit_of_work(writes=False) as uow:
        assert await uow.convenings.get(stored.id) == stored
        assert await uow.convenings.get(stored.id + 1) is None
    (row,) = await rows(storage, "convening")
    assert str(row["starts_local"])[:19] == "2027-03-14 18:30:00"
    assert row["starts_zone"] == "America/New_York"


async def test_a_change_based_on_an_old_revision_is_refused(storage):
    stored = await plan(storage)
    async with storage.unit_of_work(writes=True) as uow:
        await uow.convenings.save(replace(stored, title="Second", revision=2))
    with pytest.raises(Conflict):
        async with storage.unit_of_work(writes=True) as uow:
            await uow.convenings.save(replace(stored, title="Also second", revision=2))
    assert [row["title"] for row in await rows(storage, "convening")] == ["Second"]


async def test_a_convening_that_is_not_there_cannot_be_changed_or_answered(storage):
    with pytest.raises(NotFound):
        async with storage.unit_of_work(writes=True) as uow:
            await uow.convenings.save(replace(ASSEMBLY, id=77, revision=2))
    with pytest.raises(NotFound):
        await answer(storage, 77, "fake:ana", "fake:ana")


async def test_upcoming_are_those_not_over_in_their_own_zone_soonest_first(storage):
    """At 15:00 UTC it is 7:00 in Los Angeles and 1:00 of the next day in Kiritimati."""
    names = {
        "over": {"starts": at("2026-11-23 06:00")},
        "running": {"starts": at("2026-11-23 06:00"), "ends": at("2026-11-23 11:00")},
        "west": {"starts": at("2026-11-23 07:30", "America/Los_Angeles")},
        "east": {"starts": at("2026-11-24 06:00", "Pacific/Kiritimati")},
        "cancelled": {"starts": at("2026-12-01 18:00"), "cancelled_at": NOW},
        "weekly": {"starts": at("2026-01-05 18:00"), "repeat": "FREQ=WEEKLY"},
        "ended weekly": {"starts": at("2026-01-05 18:00"), "repeat": "FREQ=WEEKLY;COUNT=3"},
    }
    for title, changes in names.items():
        await plan(storage, title=title, **changes)
    async with storage.unit_of_work(writes=False) as uow:
        found = await uow.convenings.upcoming(NOW)
        assert [one.title for one in found] == ["running", "west", "east", "weekly"]
        assert len(await uow.convenings.upcoming(NOW, limit=2)) == 2


async def test_a_new_yes_goes_to_the_end_of_the_queue_and_a_repeated_one_keeps_its_place(storage):
    convening = await plan(storage)
    await answer(storage, convening.id, "fake:ana", "fake:ana")
    await answer(storage, convening.id, "fake:bo", "fake:bo")
    assert (await answer(storage, convening.id, "fake:ana", "fake:ana")).order == 1
    await answer(storage, convening.id, "fake:ana", "fake:ana", Going.NO)
    assert (await answer(storage, convening.id, "fake:ana", "fake:ana")).order == 3
    async with storage.unit_of_work(writes=False) as uow:
        assert [one.person_id for one in await uow.convenings.answers(convening.id)] == ["fake:bo", "fake:ana"]


async def test_attending_lists_a_persons_answers_newest_first(storage):
    first, second = await plan(storage), await plan(storage, title="Second")
    await answer(storage, first.id, "fake:ana", "fake:ana", at=NOW)
    await answer(storage, second.id, "fake:ana", "fake:ana", Going.MAYBE, NOW + timedelta(minutes=1))
    async with storage.unit_of_work(writes=False) as uow:
        found = await uow.convenings.attending("fake:ana")
    assert [(one.convening_id, one.answer) for one in found] == [(second.id, Going.MAYBE), (first.id, Going.YES)]


async def test_times_are_aware_and_naive_ones_are_refused(storage):
    zone = datetime.fromisoformat("2026-11-23T10:00:00-05:00")
    stored = await plan(storage, created_at=zone)
    async with storage.unit_of_work(writes=False) as uow:
        assert (await uow.convenings.get(stored.id)).created_at == zone
    with pytest.raises(ValueError, match="has no time zone"):
        await plan(storage, created_at=at("2026-11-23 10:00").local)
    with pytest.raises(ValueError, match="has a time zone"):
        await plan(storage, starts=WallTime(NOW, Zone("UTC")))
