"""Settings of people who joined, and of those who did not."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.preferences import Preferences
from tests.storage.test_members import ANA, join, rows


async def wishes_of(storage, user_id):
    async with storage.unit_of_work(writes=False) as uow:
        return await uow.preferences.of(user_id)


async def wish(storage, preferences):
    async with storage.unit_of_work(writes=True) as uow:
        await uow.preferences.save(preferences)


SPANISH = Preferences("fake:ana", "es", "America/Denver", "21:00", "09:00", False, True, True, ("housing", "water"))


async def test_whoever_told_nothing_has_the_defaults_and_no_row(storage):
    assert await wishes_of(storage, "fake:ana") == Preferences("fake:ana")
    assert await rows(storage, "preference") == []


async def test_settings_come_back_as_stored(storage):
    await wish(storage, SPANISH)
    assert await wishes_of(storage, "fake:ana") == SPANISH
    await wish(storage, replace(SPANISH, lang="en", topics=()))
    assert await wishes_of(storage, "fake:ana") == replace(SPANISH, lang="en", topics=())
    async with storage.unit_of_work(writes=False) as uow:
        assert await uow.preferences.language("fake:ana") == "en"
        assert await uow.preferences.language("fake:bo") == ""


async def test_a_member_has_the_same_settings_on_every_account(storage):
    await join(storage, ANA, "fake:ana")
    await join(storage, ANA, "other:ana")
    await wish(storage, replace(SPANISH, person_id=ANA.id))
    assert await wishes_of(storage, "fake:ana") == await wishes_of(storage, "other:ana")
    assert (await wishes_of(storage, "other:ana")).lang == "es"


async def test_a_members_zone_is_that_of_the_record(storage):
    await join(storage, ANA, "fake:ana")
    assert (await wishes_of(storage, "fake:ana")).zone == "America/Los_Angeles"
    await wish(storage, replace(SPANISH, person_id=ANA.id))
    assert [row["zone"] for row in await rows(storage, "member")] == ["America/Denver"]
    await join(storage, replace(ANA, zone="America/Chicago"), "fake:ana")
    assert (await wishes_of(storage, "fake:ana")).zone == "America/Chicago"


async def test_settings_from_before_joining_become_the_members(storage):
    await wish(storage, SPANISH)
    await join(storage, replace(ANA, zone=""), "fake:ana")
    assert await wishes_of(storage, "fake:ana") == replace(SPANISH, person_id=ANA.id)


async def test_settings_of_the_member_win_over_those_of_an_account_that_comes_later(storage):
    await join(storage, ANA, "fake:ana")
    await wish(storage, Preferences(ANA.id, "en", ANA.zone))
    await wish(storage, replace(SPANISH, person_id="other:ana"))
    await join(storage, ANA, "other:ana")
    assert await wishes_of(storage, "other:ana") == Preferences(ANA.id, "en", ANA.zone)
    assert len(await rows(storage, "preference")) == 1


async def test_accounts_of_one_person(storage):
    await join(storage, ANA, "other:ana")
    await join(storage, ANA, "fake:ana")
    async with storage.unit_of_work(writes=False) as uow:
        assert await uow.members.accounts_of("other:ana") == ("fake:ana", "other:ana")
        assert await uow.members.accounts_of("fake:bo") == ("fake:bo",)
