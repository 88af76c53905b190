"""What members leave in the tables, and what goes with them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.domain.convenings import Convening, Going, Rsvp
from bot.domain.deliveries import Subject, Target
from bot.domain.members import Member
from bot.domain.records import Draft
from bot.domain.times import WallTime, Zone
from bot.errors import Conflict, UserInputError
from storage.models import Base

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
ANA = Member("a1", "Ana Pérez", "2026-11", NOW, NOW, city="Eugene", email="ana@example.org", zone="America/Los_Angeles")


def at(local, zone="America/New_York"):
    return WallTime(datetime.fromisoformat(local), Zone(zone))


ASSEMBLY = Convening(0, "fake:T1", "fake:bo", NOW, "Assembly", at("2027-03-14 18:30"), "Hall")


async def rows(storage, table):
    """Return the rows as whoever has the keys sees them."""
    async with storage.engine.connect() as connection:
        return (await connection.execute(select(Base.metadata.tables[table]))).mappings().all()


async def join(storage, member, user_id):
    async with storage.unit_of_work(writes=True) as uow:
        await uow.members.save(member, user_id)


async def answer(storage, convening_id, person_id, user_id, going=Going.YES, at=NOW):
    async with storage.unit_of_work(writes=True) as uow:
        return await uow.convenings.answer(Rsvp(convening_id, person_id, user_id, going, at))


async def test_a_member_comes_back_as_stored(storage):
    await join(storage, ANA, "fake:ana")
    async with storage.unit_of_work(writes=False) as uow:
        assert await uow.members.by_user("fake:ana") == ANA
        assert await uow.members.by_user("fake:bo") is None
        assert await uow.members.count() == 1


async def test_a_member_belongs_to_the_chapters_where_the_accounts_joined(storage):
    async with storage.unit_of_work(writes=True) as uow:
        await uow.members.save(replace(ANA, shown={"name": "members"}), "fake:ana", "fake:T1")
        await uow.members.save(replace(ANA, shown={"name": "members"}), "other:ana", "other:G1")
        await uow.members.save(replace(ANA, shown={"name": "members"}), "fake:ana", "fake:T2")
    async with storage.unit_of_work(writes=False) as uow:
        found = await uow.members.by_user("other:ana")
    assert (found.chapters, found.shown) == (("fake:T1", "other:G1"), {"name": "members"})


async def test_joining_twice_counts_once(storage):
    await join(storage, ANA, "fake:ana")
    await join(storage, replace(ANA, city="Salem"), "fake:ana")
    assert [row["city"] for row in await rows(storage, "member")] == ["Salem"]
    assert len(await rows(storage, "account")) == 1


async def test_an_account_has_one_member(storage):
    await join(storage, ANA, "fake:ana")
    with pytest.raises(Conflict):
        await join(storage, replace(ANA, id="b2"), "fake:ana")
    assert [row["id"] for row in await rows(storage, "member")] == ["a1"]


async def test_answers_given_before_joining_become_the_members(storage):
    async with storage.unit_of_work(writes=True) as uow:
        convening = await uow.convenings.add(ASSEMBLY)
    await answer(storage, convening.id, "fake:ana", "fake:ana")
    await join(storage, ANA, "fake:ana")
    async with storage.unit_of_work(writes=False) as uow:
        assert await uow.convenings.rsvp_of(convening.id, "fake:ana") is None
        assert (await uow.convenings.rsvp_of(convening.id, "a1")).user_id == "fake:ana"


async def test_of_two_accounts_answers_the_newer_stays_in_the_better_place(storage):
    async with storage.unit_of_work(writes=True) as uow:
        convening = await uow.convenings.add(ASSEMBLY)
    await join(storage, ANA, "fake:ana")
    await answer(storage, convening.id, "a1", "fake:ana")
    await answer(storage, convening.id, "other:ana", "other:ana", at=NOW + timedelta(hours=1))
    await join(storage, ANA, "other:ana")
    found = await rows(storage, "rsvp")
    assert [(row["person_id"], row["user_id"], row["position"]) for row in found] == [("a1", "other:ana", 1)]


async def test_erasing_leaves_nothing_of_the_member(storage):
    async with storage.unit_of_work(writes=True) as uow:
        convening = await uow.convenings.add(ASSEMBLY)
        channel, direct = Target("fake:T1", "fake:C1"), Target("fake:T1", user_id="fake:ana")
        await uow.deliveries.want(Subject.CONVENING, convening.id, (channel,), 1, NOW)
        await uow.deliveries.want(Subject.PROMOTION, convening.id, (direct,), 1, NOW)
        await uow.drafts.put(Draft("t1", "fake:ana", "join", {"name": "Ana"}, NOW))
    await answer(storage, convening.id, "fake:bo", "fake:bo")
    await join(storage, ANA, "fake:ana")
    await answer(storage, convening.id, "a1", "fake:ana")
    async with storage.unit_of_work(writes=True) as uow:
        await uow.members.erase("fake:ana")
    for table in ("member", "account", "draft"):
        assert await rows(storage, table) == []
    assert [row["person_id"] for row in await rows(storage, "rsvp")] == ["fake:bo"]
    assert [row["address"] for row in await rows(storage, "delivery")] == ["fake:C1"]


async def test_an_erasure_that_fails_erases_nothing(storage):
    await join(storage, ANA, "fake:ana")
    with pytest.raises(ZeroDivisionError):
        async with storage.unit_of_work(writes=True) as uow:
            await uow.members.erase("fake:ana")
            raise ZeroDivisionError
    assert len(await rows(storage, "member")) == len(await rows(storage, "account")) == 1


async def test_sql_metacharacters(storage):
    name = "Robert'); DROP TABLE member;-- 100% _ \\"
    await join(storage, replace(ANA, name=name), "fake:' OR '1'='1")
    async with storage.unit_of_work(writes=False) as uow:
        assert (await uow.members.by_user("fake:' OR '1'='1")).name == name
        assert await uow.members.by_user("fake:%") is None
        assert await uow.members.by_user("fake:' OR '1'='1' --") is None


@pytest.mark.parametrize("name", ["title\0end", "half \ud83d of a pair"], ids=["nul", "surrogate"])
async def test_nul_byte(storage, name):
    with pytest.raises(UserInputError):
        await join(storage, replace(ANA, name=name), "fake:ana")
    assert await rows(storage, "member") == []
