"""Whom announcements reach: narrowed audiences, chapters that decide, people who chose direct messages."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.preferences import Preferences
from bot.testing import conversation, words_of
from tests.features.gatherings import ELSEWHERE, MEMBER, ORGANIZER, STEERING, followed, planned, value_of
from tests.storage.test_members import ANA

NEW = 'announce new title:"Vote today" message:"The **council** votes."'


@pytest.fixture
async def chat(sqlite_storage):
    """Channels of two chapters, the second in Spanish."""
    async with conversation(sqlite_storage) as chat:
        await followed(chat, "fake:C1")
        await chat.say("channel follow lang:es", **ELSEWHERE)
        yield chat


async def _sent(chat, more="", **who):
    reply = await chat.press(await chat.say(f"{NEW} {more}", **who or STEERING), "Send")
    await chat.deliver()
    return reply


def _places(chat):
    return sorted(one.address for one in chat.messenger.messages.values())


async def _reader(storage, member, *accounts, **wishes):
    async with storage.unit_of_work(writes=True) as uow:
        for account in accounts:
            await uow.members.save(member, account)
        chosen = {"direct_announcements": True, "quiet_from": "00:00", "quiet_to": "00:00", "zone": member.zone}
        await uow.preferences.save(Preferences(member.id, **(chosen | wishes)))


async def test_a_language_narrows_channels(chat):
    await _sent(chat, "language:es")
    assert _places(chat) == ["fake:C2"]


async def test_a_city_reaches_chapters_that_named_it_as_the_directory_does(chat):
    assert value_of(await chat.say("channel chapter city:eugene", **ELSEWHERE), "City") == "Eugene, Oregon"
    await _sent(chat, "city:Eugene")
    assert _places(chat) == ["fake:C2"]


async def test_a_part_of_the_world_reaches_chapters_whose_city_lies_there(chat):
    await chat.say("channel chapter city:eugene", **ELSEWHERE)
    await chat.say("channel chapter city:Nowheretown", **ORGANIZER)
    await _sent(chat, "region:us")
    assert _places(chat) == ["fake:C2"]


async def test_a_chapter_that_takes_nothing_gets_nothing_and_the_preview_counts_it(chat):
    await chat.say("channel chapter alliance:none", **ELSEWHERE)
    preview = await chat.say(NEW, **STEERING)
    assert "goes to 1 channel." in preview.summary
    assert "1 channel does not get it: its chapter takes nothing from the Alliance now." in words_of(preview)
    await chat.press(preview, "Send")
    await chat.deliver()
    assert _places(chat) == ["fake:C1"]
    assert "Post nothing of it" in words_of(await chat.say("channel status", **ELSEWHERE))


async def test_a_pause_ends_by_itself(chat):
    await chat.say('channel chapter alliance:none until:"2026-11-25 09:00 UTC"', **ELSEWHERE)
    await _sent(chat)
    chat.clock.advance(timedelta(days=2))
    await _sent(chat, "audience:all language:es")
    assert _places(chat) == ["fake:C1", "fake:C2"]


async def test_a_chapters_own_announcements_are_not_stopped_by_its_choice(chat):
    await chat.say("channel chapter alliance:none", **ORGANIZER)
    await _sent(chat, **ORGANIZER)
    assert _places(chat) == ["fake:C1"]


async def _offered(chat):
    await chat.say("channel chapter alliance:ask channel:organizers", **ELSEWHERE)
    await _sent(chat)
    (offer,) = chat.messenger.seen_in("fake:organizers")
    return offer


async def test_a_chapter_that_is_asked_first_gets_it_when_an_organizer_takes_it(chat):
    offer = await _offered(chat)
    assert _places(chat) == ["fake:C1", "fake:organizers"]
    assert "El texto" not in words_of(offer)
    assert "council" in words_of(offer)
    member = ELSEWHERE | {"user": "fake:eli", "admin": False}
    assert "organiza" in words_of(await chat.press(offer, "Publicarlo aquí", **member | {"lang": "es"}))
    taken = await chat.press(offer, "Publicarlo aquí", **ELSEWHERE)
    assert taken.summary == "“Vote today” is posted in 1 channel of this chapter."
    await chat.deliver()
    assert _places(chat) == ["fake:C1", "fake:C2", "fake:organizers"]
    assert (await chat.press(offer, "Publicarlo aquí", **ELSEWHERE)).summary == "Another organizer decided already."


async def test_a_chapter_leaves_what_it_does_not_want(chat):
    offer = await _offered(chat)
    assert "is not posted in this chapter" in (await chat.press(offer, "No en este capítulo", **ELSEWHERE)).summary
    await chat.deliver()
    assert "fake:C2" not in _places(chat)


async def test_an_offer_is_nobody_elses_to_take_and_settled_when_it_is_withdrawn(chat):
    offer = await _offered(chat)
    assert "do not know" in (await chat.press(offer, "Publicarlo aquí", **ORGANIZER)).summary
    await chat.say("announce withdraw 1 reason:wrong", **STEERING)
    await chat.deliver()
    (settled,) = chat.messenger.seen_in("fake:organizers")
    assert settled.summary == "Esta pregunta ya está resuelta."
    assert "taken back already" in (await chat.press(offer, "Publicarlo aquí", **ELSEWHERE)).summary


async def test_people_who_chose_it_get_one_direct_message_over_all_their_accounts(chat, sqlite_storage):
    await _reader(sqlite_storage, ANA, "fake:ana", "fake:anna", lang="es")
    preview = await chat.say(NEW, **STEERING)
    assert "It goes to 1 person directly." in words_of(preview)
    await chat.press(preview, "Send")
    await chat.outbox.once()
    assert not chat.messenger.seen_in("fake:ana")
    chat.clock.advance(timedelta(minutes=1))
    await chat.deliver()
    (only,) = chat.messenger.seen_in("fake:ana")
    assert "solo en inglés" in words_of(only)
    assert chat.messenger.seen_in("fake:anna") == []
    assert value_of(await chat.say("announce report 1", **STEERING), "Direct messages") == "1 posted"


async def test_quiet_hours_and_a_change_of_mind_are_respected(chat, sqlite_storage):
    await _reader(sqlite_storage, replace(ANA, zone="UTC"), "fake:ana", quiet_from="14:00", quiet_to="18:00")
    await _sent(chat)
    chat.clock.advance(timedelta(minutes=30))
    await chat.deliver()
    assert chat.messenger.seen_in("fake:ana") == []
    async with sqlite_storage.unit_of_work(writes=True) as uow:
        await uow.preferences.save(Preferences(ANA.id, zone="UTC"))
    chat.clock.advance(timedelta(hours=4))
    await chat.deliver()
    assert chat.messenger.seen_in("fake:ana") == []


@pytest.mark.parametrize(
    ("narrowed", "is_meant"),
    [
        ("", True),
        ("city:Eugene", True),
        ("city:Boston", False),
        ("region:us", True),
        ("region:europe", False),
        ("theme:udhr", False),
        ("theme:joining", True),
        ("role:member", True),
        ("role:steering", False),
        ("language:es", False),
    ],
)
async def test_people_are_narrowed_by_city_region_theme_role_and_language(chat, sqlite_storage, narrowed, is_meant):
    await _reader(sqlite_storage, replace(ANA, city="Eugene"), "fake:ana", topics=("joining",), lang="en")
    await _sent(chat, narrowed)
    chat.clock.advance(timedelta(minutes=1))
    await chat.deliver()
    assert bool(chat.messenger.seen_in("fake:ana")) is is_meant
    if "role" in narrowed:
        assert "fake:C1" not in _places(chat)


async def test_the_audience_of_a_draft_changes_by_a_form(chat):
    preview = await chat.say(NEW, **STEERING)
    form = await chat.press(preview, "Change the audience")
    again = await chat.submit(form, {"language": "es"})
    assert value_of(again, "Audience") == "every chapter of the Alliance; language: Español"
    assert "goes to 1 channel." in again.summary
    await chat.press(again, "Send")
    assert "was sent already" in (await chat.say("announce audience 1 language:en", **STEERING)).summary


async def test_an_unknown_theme_is_refused(chat):
    assert (await chat.say(f"{NEW} theme:zeppelins", **STEERING)).summary == "I do not know that theme."


async def test_only_organizers_choose_for_their_chapter(chat):
    assert "Only organizers" in (await chat.say("channel chapter alliance:none", **MEMBER)).summary


async def test_a_convening_for_every_chapter_is_not_posted_where_the_chapter_takes_nothing(chat):
    await chat.say("channel chapter alliance:none", **ELSEWHERE)
    await planned(chat, "audience:all", **STEERING)
    assert _places(chat) == ["fake:C1"]


PLANNED = 'when:"2026-11-25 09:00 UTC"'


@pytest.mark.parametrize(
    "choice", ["channel unfollow", "channel chapter alliance:none", "channel chapter alliance:ask"]
)
async def test_what_is_planned_is_not_posted_where_it_is_not_wanted_any_more(chat, choice):
    await _sent(chat, PLANNED)
    await chat.say(choice, **ELSEWHERE)
    chat.clock.advance(timedelta(days=3))
    await chat.deliver()
    assert _places(chat) == ["fake:C1"]
    assert "1 never sent" in value_of(await chat.say("announce report 1", **STEERING), "Channels")


async def test_a_chapters_own_plans_stay_when_it_takes_nothing_from_the_alliance(chat):
    await _sent(chat, PLANNED, **ORGANIZER)
    await chat.say("channel chapter alliance:none", **ORGANIZER)
    chat.clock.advance(timedelta(days=3))
    await chat.deliver()
    assert _places(chat) == ["fake:C1"]
