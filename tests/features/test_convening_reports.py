"""After a convening: what became of it on every card, and what people thought without the people."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.afterwards import Afterwards
from bot.reply import Form
from bot.testing import button_of, conversation, words_of
from tests.features.gatherings import ELSEWHERE, MEMBER, ORGANIZER, followed, planned, post, value_of

BO, CY, DI = (MEMBER | {"user": f"fake:{name}"} for name in ("bo", "cy", "di"))


@pytest.fixture
async def chat(sqlite_storage):
    async with conversation(sqlite_storage) as chat:
        await followed(chat)
        yield chat


async def _over(chat, storage, after=timedelta(hours=1)):
    """Let the convening be over for an hour, and the bot look."""
    async with storage.unit_of_work(writes=False) as uow:
        convening = await uow.convenings.get(1)
    chat.clock.now = convening.over_at + after
    looked = await Afterwards(storage.unit_of_work, chat.clock, lambda: None).once()
    await chat.deliver()
    return looked


async def test_what_became_of_it_stands_on_every_card(chat, sqlite_storage):
    await followed(chat, "fake:C9", options="lang:es")
    await planned(chat)
    early = await chat.say("convening report 1 attended:40", **ORGANIZER)
    assert early.summary == "“City assembly (#1)” has not taken place."
    await _over(chat, sqlite_storage)
    shown = await chat.say("convening report 1", **ORGANIZER)
    form = await chat.press(shown, "Tell how it went", **ORGANIZER)
    assert isinstance(form, Form)
    typed = {"attended": "40", "notes": "We agreed.", "recording": "https://example.org/r", "next_steps": "Meet again"}
    await chat.submit(form, typed, **ORGANIZER)
    await chat.deliver()
    for channel, label in (("fake:C1", "Came"), ("fake:C9", "Asistieron")):
        assert value_of(post(chat, channel), label) == "40"
    assert value_of(post(chat), "Recording") == "https://example.org/r"
    form = await chat.press(await chat.say("convening report 1", **ORGANIZER), "Tell how it went")
    await chat.submit(form, {"notes": ""}, **ORGANIZER)
    await chat.deliver()
    assert "Notes" not in words_of(post(chat))
    assert value_of(post(chat), "Next steps") == "Meet again"


async def test_a_recording_is_a_web_address_and_the_report_is_the_chapters(chat, sqlite_storage):
    await planned(chat)
    await _over(chat, sqlite_storage)
    assert "is no link" in (await chat.say("convening report 1 recording:javascript:x", **ORGANIZER)).summary
    for who in (MEMBER, ELSEWHERE):
        await chat.say("convening report 1 attended:40", **who)
    assert "Came" not in words_of(await chat.say("convening show 1", **MEMBER))


async def test_who_said_yes_is_asked_once_and_the_card_asks_too(chat, sqlite_storage):
    await planned(chat, "capacity:1")
    await chat.say("convening rsvp 1 yes", **MEMBER)
    await chat.say("convening rsvp 1 yes", **BO)
    await chat.say("convening rsvp 1 maybe", **CY)
    assert await _over(chat, sqlite_storage) == 1
    assert await _over(chat, sqlite_storage) == 0
    chat.clock.advance(timedelta(hours=12))
    await chat.deliver()
    assert [one.summary for one in chat.messenger.seen_in("fake:ana")] == ["How was “City assembly”?"]
    assert chat.messenger.seen_in("fake:bo") == chat.messenger.seen_in("fake:cy") == []
    assert [one.label for one in post(chat).sections[0].buttons] == ["It was good", "So-so", "Not good"]


async def test_an_answer_counts_once_and_belongs_to_nobody(chat, sqlite_storage):
    await planned(chat)
    for who in (MEMBER, BO, CY):
        await chat.say("convening rsvp 1 yes", **who)
    await _over(chat, sqlite_storage)
    thanks = await chat.press(post(chat), "It was good", **MEMBER)
    assert "counted without your name" in words_of(thanks)
    form = await chat.press(thanks, "Add one line", **MEMBER)
    await chat.submit(form, {"words": "More *time* to talk"}, **MEMBER)
    assert "already, once" in (await chat.press(post(chat), "Not good", **MEMBER)).summary
    assert "already, once" in (await chat.say("convening feedback 1 good words:again", **MEMBER)).summary
    seen = await chat.say("convening report 1", **ORGANIZER)
    assert value_of(seen, "What people thought") == "1 good, 0 so-so, 0 not good"
    assert "once 3 people" in words_of(seen)
    await chat.press(post(chat), "So-so", **BO)
    await chat.press(post(chat), "Not good", **CY)
    seen = await chat.say("convening report 1", **ORGANIZER)
    assert value_of(seen, "What people thought") == "1 good, 1 so-so, 1 not good"
    assert r"- More \*time\* to talk" in seen.sections[-1].text


async def test_who_did_not_come_or_is_late_tells_nothing(chat, sqlite_storage):
    await planned(chat)
    await chat.say("convening rsvp 1 yes", **MEMBER)
    assert "from its beginning" in (await chat.say("convening feedback 1 good", **MEMBER)).summary
    await _over(chat, sqlite_storage)
    card = post(chat)
    assert "Only people who answered" in (await chat.press(card, "It was good", **DI)).summary
    chat.clock.advance(timedelta(days=15))
    assert "until two weeks after" in (await chat.press(card, "It was good", **MEMBER)).summary
    with pytest.raises(LookupError):
        button_of(await chat.say("convening show 1", **MEMBER), "It was good")


async def test_nobody_is_asked_late_of_a_cancelled_one_or_against_their_wish(chat, sqlite_storage):
    from dataclasses import replace

    await planned(chat)
    await chat.say("convening rsvp 1 yes", **MEMBER)
    await chat.say("convening rsvp 1 yes", **BO)
    async with sqlite_storage.unit_of_work(writes=True) as uow:
        await uow.preferences.save(replace(await uow.preferences.of("fake:bo"), reminders=False))
    await _over(chat, sqlite_storage, timedelta(days=3))
    assert chat.messenger.seen_in("fake:ana") == chat.messenger.seen_in("fake:bo") == []


async def test_what_was_said_stands_apart_from_who_said_something(chat, sqlite_storage):
    from tests.storage.test_members import rows

    await planned(chat)
    await chat.say("convening rsvp 1 yes", **MEMBER)
    await _over(chat, sqlite_storage)
    await chat.say("convening feedback 1 poor words:Cold", **MEMBER)
    voice, remark = (await rows(sqlite_storage, "voice"))[0], (await rows(sqlite_storage, "remark"))[0]
    assert "fake" not in str(voice) and voice["code"] != remark["id"]
    assert set(remark) == {"id", "convening_id", "words"}
