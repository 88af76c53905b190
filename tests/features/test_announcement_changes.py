"""What happens to announcements that were sent: corrected, withdrawn, over."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.announcements import State
from bot.domain.deliveries import Status, Subject
from bot.features.announcement_changes import expire
from bot.testing import button_of, conversation, words_of
from tests.features.gatherings import ELSEWHERE, MEMBER, ORGANIZER, STEERING, followed, post, value_of

NEW = 'announce new title:"Vote today" message:"The **council** votes."'


@pytest.fixture
async def chat(sqlite_storage):
    async with conversation(sqlite_storage) as chat:
        await followed(chat, "fake:C1", "fake:C9")
        yield chat


async def _sent(chat, more="", **who):
    await chat.press(await chat.say(f"{NEW} {more}", **who or ORGANIZER), "Send")


async def _rows(chat, number=1):
    async with chat.dispatcher.services.unit_of_work(writes=False) as uow:
        return await uow.deliveries.of_subject(Subject.ANNOUNCEMENT, number)


async def _stored(chat, number=1):
    async with chat.dispatcher.services.unit_of_work(writes=False) as uow:
        return await uow.announcements.get(number)


async def _corrected(chat, message="The **mayor** votes.", **who):
    text = f'announce correct 1 title:"Vote today" message:"{message}"'
    return await chat.press(await chat.say(text, **who or ORGANIZER), "Correct every copy")


async def test_a_correction_reaches_every_copy_and_is_marked_with_its_time(chat):
    await _sent(chat)
    await chat.deliver()
    chat.clock.advance(timedelta(hours=1))
    assert "every copy follows" in (await _corrected(chat)).summary
    await chat.deliver()
    for channel in ("fake:C1", "fake:C9"):
        (only,) = chat.messenger.seen_in(channel)
        assert only.sections[0].text == "The **mayor** votes."
        assert value_of(only, "Corrected").startswith("Monday 16:00")


async def test_edit_before_posted_sends_the_new_text_and_edits_what_stands(chat):
    await _sent(chat)
    await chat.outbox.once()
    assert len(chat.messenger.messages) == 1
    await _corrected(chat)
    await chat.deliver()
    texts = [one.reply.sections[0].text for one in chat.messenger.messages.values()]
    assert texts == ["The **mayor** votes."] * 2


async def test_a_correction_says_what_it_does_before_it_does_it(chat):
    await _sent(chat)
    await chat.deliver()
    shown = await chat.say('announce correct 1 title:"Vote *now*" message:"Come."', **ORGANIZER)
    assert "English (2): Vote *now*\nCome." in words_of(shown)
    assert "2 copies are edited. Every copy is marked as corrected, with the time." in words_of(shown)
    await chat.deliver()
    assert post(chat).summary == "Vote today"


async def test_only_the_newest_correction_can_be_confirmed(chat):
    await _sent(chat)
    first = await chat.say('announce correct 1 title:"One" message:"1"', **ORGANIZER)
    second = await chat.say('announce correct 1 title:"Two" message:"2"', **ORGANIZER)
    assert "A newer correction took its place" in (await chat.press(first, "Correct every copy")).summary
    await chat.press(second, "Correct every copy")
    assert "took its place" in (await chat.press(second, "Correct every copy")).summary
    assert ((await _stored(chat)).title, (await _stored(chat)).revision) == ("Two", 2)


async def test_a_correction_that_changes_nothing_is_refused(chat):
    await _sent(chat)
    same = await chat.say('announce correct 1 title:"Vote today" message:"The **council** votes."', **ORGANIZER)
    assert same.summary == "Nothing was changed."


async def test_a_draft_is_neither_corrected_nor_withdrawn(chat):
    await chat.say(NEW, **ORGANIZER)
    assert "cannot be corrected" in (await chat.say("announce correct 1 title:A message:B", **ORGANIZER)).summary
    refused = await chat.say("announce withdraw 1 reason:wrong", **ORGANIZER)
    assert refused.summary == "“Vote today (#1)” was not sent."
    assert "announce cancel 1" in words_of(refused)


async def test_a_withdrawal_replaces_every_copy_by_a_note_with_the_reason(chat):
    await _sent(chat)
    await chat.deliver()
    form = await chat.press(await chat.say("announce list", **ORGANIZER), "Withdraw it")
    reply = await chat.submit(form, {"reason": "The *date* is wrong."})
    assert "2 copies are replaced by a note." in words_of(reply)
    await chat.deliver()
    for channel in ("fake:C1", "fake:C9"):
        (only,) = chat.messenger.seen_in(channel)
        assert only.summary == "Withdrawn: Vote today"
        assert "The reason: The *date* is wrong." in words_of(only)
        assert "council" not in words_of(only)
    assert value_of(await chat.say("announce list", **ORGANIZER), "State") == "withdrawn"


async def test_what_is_withdrawn_before_it_was_posted_is_never_posted(chat):
    await _sent(chat, 'when:"2026-11-25 09:00 UTC"')
    await chat.say("announce withdraw 1 reason:wrong", **ORGANIZER)
    chat.clock.advance(timedelta(days=3))
    await chat.deliver()
    assert chat.messenger.messages == {}
    assert {one.status for one in await _rows(chat)} == {Status.DROPPED}


async def test_what_ended_stays_ended(chat):
    await _sent(chat)
    await chat.say("announce withdraw 1 reason:wrong", **ORGANIZER)
    again = await chat.say("announce withdraw 1 reason:again", **ORGANIZER)
    assert "was taken back already" in again.summary
    assert "is withdrawn" in (await chat.say("announce send 1", **ORGANIZER)).summary
    assert "cannot be corrected" in (await chat.say("announce correct 1 title:A message:B", **ORGANIZER)).summary
    assert (await _stored(chat)).reason == "wrong"


@pytest.mark.parametrize("who", [MEMBER, ELSEWHERE], ids=["member", "another chapter"])
async def test_only_organizers_of_the_chapter_correct_or_withdraw(chat, who):
    await _sent(chat)
    for text in ("announce withdraw 1 reason:x", "announce correct 1 title:A message:B", "announce approve 1"):
        refused = await chat.say(text, **who)
        assert refused.summary in ("Only organizers of this chapter can do this.", "I do not know that announcement.")
    assert (await _stored(chat)).state is State.SENT


async def test_an_organizer_withdraws_nothing_that_is_for_every_chapter(chat):
    await _sent(chat, **STEERING)
    refused = await chat.say("announce withdraw 1 reason:x", **ORGANIZER)
    assert "Only the Alliance's steering committee" in refused.summary


UNTIL = 'until:"2026-11-24 18:00 America/New_York"'


async def test_copies_say_until_when_it_is_true_and_then_that_it_is_over(chat):
    await _sent(chat, UNTIL)
    await chat.deliver()
    assert value_of(post(chat), "Valid until") == "Tuesday 18:00 America/New_York"
    uow = chat.dispatcher.services.unit_of_work
    assert await expire(uow, chat.clock) == 0
    chat.clock.advance(timedelta(days=2))
    assert await expire(uow, chat.clock) == 1
    assert await expire(uow, chat.clock) == 0
    await chat.deliver()
    for channel in ("fake:C1", "fake:C9"):
        (only,) = chat.messenger.seen_in(channel)
        assert only.summary == "This is over: Vote today"
        assert only.sections[0].text == "The **council** votes."
    assert value_of(await chat.say("announce list", **ORGANIZER), "State") == "over"


async def test_what_is_over_is_not_told_late(chat):
    await _sent(chat, UNTIL)
    chat.clock.advance(timedelta(days=2))
    await chat.deliver()
    assert chat.messenger.messages == {}


async def test_an_end_before_the_beginning_is_refused(chat):
    reply = await chat.say(f'{NEW} when:"2026-11-25 09:00 UTC" {UNTIL}', **ORGANIZER)
    assert reply.summary == "It would be over before it goes out."
    assert await _stored(chat) is None


async def test_a_draft_that_is_over_is_not_sent(chat):
    preview = await chat.say(f"{NEW} {UNTIL}", **ORGANIZER)
    chat.clock.advance(timedelta(days=2))
    assert "in the past" in (await chat.press(preview, "Send")).summary


async def test_what_was_posted_everywhere_is_withdrawn_and_not_cancelled(chat):
    await _sent(chat)
    await chat.deliver()
    refused = await chat.say("announce cancel 1", **ORGANIZER)
    assert "announce withdraw 1" in words_of(refused)


async def test_spanish_readers_are_told_where_a_text_exists_in_english_only(chat):
    await followed(chat, options="lang:es")
    preview = await chat.say(NEW, **ORGANIZER)
    assert "A note below says that it exists in English only." in words_of(preview)
    await chat.press(preview, "Send")
    await chat.deliver()
    assert post(chat).sections[-1].text == "Este texto existe solo en inglés\\."
    assert len(post(chat, "fake:C9").sections) == 1
    assert button_of(preview, "Discard")
