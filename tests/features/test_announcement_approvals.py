"""Announcements go out when a second person approved exactly what will happen."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.announcements import State
from bot.domain.deliveries import Subject
from bot.settings import Approvals
from bot.testing import button_of, conversation, words_of
from tests.features.gatherings import ELSEWHERE, ORGANIZER, STEERING, followed, post, value_of
from tests.storage.test_members import ANA

NEW = 'announce new title:"Vote today" message:"The **council** votes." mensaje:"El **consejo** vota."'
SECOND = STEERING | {"user": "fake:second"}
THIRD = STEERING | {"user": "fake:third"}
OTHER_ORGANIZER = ORGANIZER | {"user": "fake:otilia"}
COMMITTEE = ("fake:steering", "fake:second", "fake:third")


@pytest.fixture
async def chat(sqlite_storage):
    async with conversation(sqlite_storage, steering=COMMITTEE, approvals=Approvals()) as chat:
        await followed(chat)
        yield chat


async def _stored(chat, number=1):
    async with chat.dispatcher.services.unit_of_work(writes=False) as uow:
        return await uow.announcements.get(number)


async def _rows(chat, number=1):
    async with chat.dispatcher.services.unit_of_work(writes=False) as uow:
        return await uow.deliveries.of_subject(Subject.ANNOUNCEMENT, number)


async def _asked(chat, text=NEW, **who):
    return await chat.press(await chat.say(text, **who or STEERING), "Ask a second person")


async def test_nothing_goes_out_before_a_second_person_approves_what_they_saw(chat):
    asked = await _asked(chat)
    assert asked.summary == "“Vote today (#1)” waits for a second person. Nothing is sent yet."
    await chat.deliver()
    assert chat.messenger.seen_in("fake:C1") == []
    (notice,) = chat.messenger.seen_in("fake:second")
    shown = await chat.press(notice, "Check it", **SECOND)
    words = words_of(shown)
    for seen in ("English (1): Vote today\nThe council votes.", "Español (0): Vote today\nEl consejo vota."):
        assert seen in words
    assert "It goes to 1 channel, once." in words
    assert value_of(shown, "Audience") == "every chapter of the Alliance"
    assert value_of(shown, "When") == "as soon as it is confirmed"
    done = await chat.press(shown, "Approve")
    assert "on its way to 1 channel" in done.summary
    await chat.deliver()
    assert [one.summary for one in chat.messenger.seen_in("fake:C1")] == ["Vote today"]
    assert (await _stored(chat)).sent_by == "fake:steering"


@pytest.mark.parametrize("typed", ["announce approve 1", "announce send 1"])
async def test_a_second_person_who_comes_unasked_sees_it_first_and_approves_it(chat, typed):
    await chat.say(NEW, **STEERING)
    shown = await chat.say(typed, **SECOND)
    assert "The council votes." in words_of(shown)
    assert (await _stored(chat)).state is State.DRAFT
    assert "on its way" in (await chat.press(shown, "Approve")).summary
    await chat.deliver()
    assert chat.messenger.seen_in("fake:third") == []


async def test_nobody_approves_their_own_announcement(chat):
    await chat.say(NEW, **STEERING)
    for _ in range(2):
        refused = await chat.say("announce approve 1", **STEERING)
        assert refused.summary == "Nobody approves what they wrote themselves."
        assert "Another member of the steering committee" in words_of(refused)
        await chat.say("announce send 1", **STEERING)
    assert (await _stored(chat)).state is State.DRAFT


async def test_confirm_by_same_person_from_a_linked_account_is_refused(chat, sqlite_storage):
    async with sqlite_storage.unit_of_work(writes=True) as uow:
        for account in ("fake:steering", "fake:second"):
            await uow.members.save(ANA, account)
    await _asked(chat)
    await chat.deliver()
    assert chat.messenger.seen_in("fake:second") == []
    assert "Nobody approves" in (await chat.say("announce approve 1", **SECOND)).summary
    assert "waits for a second person" in (await chat.say("announce send 1", **SECOND)).summary
    assert (await _stored(chat)).state is State.DRAFT
    await chat.press(await chat.say("announce approve 1", **THIRD), "Approve")
    assert (await _stored(chat)).state is State.SENT


async def test_recipients_huge_is_shown_to_the_second_person_with_the_exact_counts(chat):
    await _asked(chat)
    await chat.press(await chat.say("announce approve 1", **SECOND), "Approve")
    await followed(chat, *(f"fake:D{n}" for n in range(10)))
    warned = await chat.press(await chat.say(NEW.replace("today", "now"), **STEERING), "Ask a second person")
    assert warned.summary == "This would reach 11 channels; usually it is 1."
    await chat.press(warned, "Ask a second person anyway")
    shown = await chat.say("announce approve 2", **SECOND)
    assert "This would reach 11 channels; usually it is 1." in words_of(shown)
    assert "on its way to 11 channels" in (await chat.press(shown, "Approve")).summary


async def test_the_approver_is_shown_again_when_more_channels_would_get_it(chat):
    await _asked(chat)
    shown = await chat.say("announce approve 1", **SECOND)
    await followed(chat, "fake:C9")
    again = await chat.press(shown, "Approve", **SECOND)
    assert again.summary == "It changed since you saw it. Please check it again."
    assert "It goes to 2 channels, once." in words_of(again)
    assert await _rows(chat) == ()
    await chat.press(again, "Approve")
    assert len(await _rows(chat)) == 2


async def test_what_is_cancelled_cannot_be_approved(chat):
    await _asked(chat)
    shown = await chat.say("announce approve 1", **SECOND)
    await chat.say("announce cancel 1", **STEERING)
    assert "not valid any more" in (await chat.press(shown, "Approve", **SECOND)).summary
    assert await _rows(chat) == ()


async def test_what_is_planned_and_approved_too_late_is_not_sent(chat):
    await _asked(chat, NEW + ' when:"2026-11-23 10:00 America/Chicago"')
    shown = await chat.say("announce approve 1", **SECOND)
    chat.clock.advance(timedelta(hours=2))
    assert "in the past" in (await chat.press(shown, "Approve", **SECOND)).summary
    assert await _rows(chat) == ()


async def test_an_organizers_announcement_is_approved_in_the_chapter_or_by_the_committee(chat):
    asked = await _asked(chat, **ORGANIZER)
    assert "Another organizer of this chapter can approve it" in words_of(asked)
    assert "Another organizer" in words_of(await chat.say("announce approve 1", **ORGANIZER))
    assert "do not know" in (await chat.say("announce approve 1", **ELSEWHERE)).summary
    assert button_of(await chat.say("announce approve 1", **SECOND), "Approve")
    await chat.press(await chat.say("announce approve 1", **OTHER_ORGANIZER), "Approve")
    await chat.deliver()
    assert post(chat).summary == "Vote today"


async def test_the_only_member_of_the_committee_reads_how_to_go_on(sqlite_storage):
    async with conversation(sqlite_storage, approvals=Approvals()) as chat:
        await followed(chat)
        refused = await chat.press(await chat.say(NEW, **STEERING), "Ask a second person")
        assert "Nobody else could approve this" in refused.summary
        assert "approvals.alone" in words_of(refused)
        assert (await _stored(chat)).state is State.DRAFT


async def test_the_list_says_that_it_waits_for_a_second_person(chat):
    await _asked(chat)
    assert value_of(await chat.say("announce list", **STEERING), "State") == "waits for a second person"


async def _sent(chat):
    await _asked(chat)
    await chat.press(await chat.say("announce approve 1", **SECOND), "Approve")
    await chat.deliver()


async def test_a_correction_needs_the_approval_again(chat):
    await _sent(chat)
    form = await chat.press(await chat.say("announce list", **STEERING), "Correct it")
    values = {one.name: one.value for one in form.inputs}
    assert (values["title"], values["message"]) == ("Vote today", "The **council** votes.")
    shown = await chat.submit(form, {"message": "The **mayor** votes."}, **STEERING)
    assert "The mayor votes." in words_of(shown)
    assert "1 copy is edited." in words_of(shown)
    await chat.press(shown, "Ask a second person")
    await chat.deliver()
    assert post(chat).sections[0].text == "The **council** votes."
    forged = await chat.say("announce approve 1", **SECOND)
    assert "Nobody approves" in (await chat.press(forged, "Approve", **STEERING)).summary
    await chat.press(await chat.say("announce approve 1", **SECOND), "Approve")
    await chat.deliver()
    (only,) = chat.messenger.seen_in("fake:C1")
    assert only.sections[0].text == "The **mayor** votes."
    assert value_of(only, "Corrected").startswith("Monday 15:0")
