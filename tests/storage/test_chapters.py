"""What chapters chose, who reads announcements directly, and corrections, on both databases."""

from __future__ import annotations

from bot.domain.announcements import Correction, Only, Texts
from bot.domain.chapters import Chapter, Takes
from bot.domain.preferences import Preferences
from tests.storage.test_members import ANA, NOW, at
from tests.storage.test_records import announce


async def test_a_chapters_choice_comes_back_and_whoever_chose_nothing_takes_all(storage):
    chosen = Chapter("fake:T1", Takes.ASK, NOW, "fake:C9", "Eugene")
    async with storage.unit_of_work(writes=True) as uow:
        await uow.chapters.save(Chapter("fake:T1"))
        await uow.chapters.save(chosen)
    async with storage.unit_of_work(writes=False) as uow:
        assert await uow.chapters.all() == (chosen,)
        assert await uow.chapters.get("fake:T1") == chosen
        assert await uow.chapters.get("fake:T2") == Chapter("fake:T2")
    assert (chosen.takes_at(NOW), Chapter("x", Takes.NONE).takes_at(NOW)) == (Takes.ALL, Takes.NONE)


async def test_the_first_choice_about_an_announcement_stays(storage):
    one = await announce(storage)
    async with storage.unit_of_work(writes=True) as uow:
        assert await uow.chapters.chosen(one.id, "fake:T1") is None
        assert await uow.chapters.choose(one.id, "fake:T1", is_taken=True)
        assert not await uow.chapters.choose(one.id, "fake:T1", is_taken=False)
        assert await uow.chapters.chosen(one.id, "fake:T1") is True
        assert await uow.chapters.choose(one.id, "fake:T2", is_taken=False)


async def test_readers_are_people_who_asked_each_once_with_all_their_accounts(storage):
    async with storage.unit_of_work(writes=True) as uow:
        assert await uow.preferences.readers() == ()
        for account in ("fake:ana", "other:ana"):
            await uow.members.save(ANA, account)
        await uow.preferences.save(Preferences(ANA.id, direct_announcements=True, topics=("udhr",), zone=ANA.zone))
        await uow.preferences.save(Preferences("fake:bo", direct_announcements=True))
        await uow.preferences.save(Preferences("fake:no"))
    async with storage.unit_of_work(writes=False) as uow:
        found = {one.accounts: one for one in await uow.preferences.readers()}
    assert sorted(found) == [("fake:ana", "other:ana"), ("fake:bo",)]
    ana = found[("fake:ana", "other:ana")]
    assert (ana.city, ana.is_member, ana.preferences.topics) == (ANA.city, True, ("udhr",))
    assert not found[("fake:bo",)].is_member


async def test_an_announcement_keeps_its_audience_its_end_and_its_corrections(storage):
    only = Only("Eugene", "us", "udhr", "es", "member")
    until = at("2027-04-01 12:00", "America/Chicago")
    one = await announce(storage, only=only, until=until)
    texts = Texts("Other", "*Words*", "*Palabras*")
    async with storage.unit_of_work(writes=True) as uow:
        assert await uow.corrections.newest(one.id) is None
        first = await uow.corrections.add(Correction(0, one.id, texts, "fake:ana", NOW))
        second = await uow.corrections.add(Correction(0, one.id, texts, "fake:bo", NOW))
        await uow.announcements.save(one.sent("fake:bo", NOW))
    async with storage.unit_of_work(writes=False) as uow:
        assert await uow.corrections.get(first.id) == first
        assert await uow.corrections.newest(one.id) == second
        (ending,) = await uow.announcements.with_an_end()
        assert (ending.only, ending.until) == (only, until)
