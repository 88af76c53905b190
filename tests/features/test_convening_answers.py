"""Answering a convening: buttons, waiting list, one headcount, nothing about persons in public."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.domain.deliveries import Status, Subject
from bot.testing import button_of, conversation, words_of
from tests.features.gatherings import ELSEWHERE, MEMBER, ORGANIZER, STEERING, followed, planned, post, value_of

BO, CY = MEMBER | {"user": "fake:bo", "name": "Bo"}, MEMBER | {"user": "fake:cy", "name": "Cy", "lang": "es"}
JOIN = 'join name:"Ana" city:Eugene email:ana@example.org consent:yes'


@pytest.fixture
async def chat(storage):
    async with conversation(storage) as chat:
        await followed(chat)
        yield chat


async def _answers(storage, convening_id=1):
    async with storage.unit_of_work(writes=False) as uow:
        return await uow.convenings.answers(convening_id)


async def test_a_pressed_yes_is_confirmed_in_private_and_counted_on_the_pressed_card(chat):
    await planned(chat)
    reply = await chat.press(post(chat), "Yes", **MEMBER)
    assert reply.summary == "Thank you: you are coming to “City assembly”."
    assert not reply.public
    assert value_of(reply.card, "Answers") == "1 coming, 0 maybe"


async def test_every_other_copy_shows_the_new_headcount(chat):
    await followed(chat, "fake:C9")
    await planned(chat)
    await chat.press(post(chat), "Yes", **MEMBER)
    await chat.press(post(chat), "Maybe", **BO)
    await chat.deliver()
    for channel in ("fake:C1", "fake:C9"):
        assert [value_of(one, "Answers") for one in chat.messenger.seen_in(channel)] == ["1 coming, 1 maybe"]
    assert chat.messenger.edits == 2


async def test_the_command_answers_like_the_button(chat, storage):
    await planned(chat)
    assert "may come" in (await chat.say("convening rsvp 1 maybe", **MEMBER)).summary
    assert "not coming" in (await chat.say("convening rsvp 1 No", **MEMBER)).summary
    assert [one.answer for one in await _answers(storage)] == ["no"]


async def test_an_answer_in_spanish_is_understood(chat, storage):
    await planned(chat)
    await chat.say("convening rsvp 1 Sí", **CY)
    assert [one.answer for one in await _answers(storage)] == ["yes"]


async def test_double_click(chat, storage):
    await planned(chat)
    card = post(chat)
    replies = [await chat.press(card, "Yes", **MEMBER) for _ in range(20)]
    assert [one.silent for one in replies] == [False] + [True] * 19
    assert len(await _answers(storage)) == 1
    chat.clock.advance(timedelta(seconds=11))
    assert not (await chat.press(card, "Yes", **MEMBER)).silent


async def test_presses_at_the_same_time_make_one_answer_each(chat, storage):
    await planned(chat)
    card = post(chat)
    await asyncio.gather(*(chat.press(card, "Yes", **who) for who in (MEMBER, BO, CY) * 3))
    assert sorted(one.user_id for one in await _answers(storage)) == ["fake:ana", "fake:bo", "fake:cy"]
    await chat.deliver()
    assert value_of(post(chat), "Answers") == "3 coming, 0 maybe"


async def test_the_last_answer_wins(chat, storage):
    await planned(chat)
    for label in ("Yes", "No", "Maybe"):
        await chat.press(post(chat), label, **MEMBER)
    assert [one.answer for one in await _answers(storage)] == ["maybe"]


async def test_somebody_who_joins_later_is_still_counted_once(chat, storage):
    await planned(chat)
    await chat.press(post(chat), "Yes", **MEMBER)
    await chat.say(JOIN, **MEMBER)
    chat.clock.advance(timedelta(minutes=1))
    await chat.press(post(chat), "Yes", **MEMBER)
    assert len(await _answers(storage)) == 1


async def test_button_for_cancelled_event(chat, storage):
    await planned(chat)
    old = post(chat)
    await chat.say("convening cancel 1 reason:Rain", **ORGANIZER)
    reply = await chat.press(old, "Yes", **MEMBER)
    assert "is cancelled. Your answer was not stored." in reply.summary
    assert reply.card.summary.startswith("Cancelled: City assembly")
    with pytest.raises(LookupError):
        button_of(reply.card, "Yes")
    assert await _answers(storage) == ()


async def test_an_answer_after_the_end_is_refused_and_the_card_loses_its_buttons(chat, storage):
    await planned(chat)
    old = post(chat)
    chat.clock.advance(timedelta(days=150))
    reply = await chat.press(old, "Yes", **MEMBER)
    assert "is over" in reply.summary
    assert reply.card.sections[0].buttons == ()
    assert await _answers(storage) == ()


@pytest.mark.parametrize("argument", ["77:yes", "1:always", "x:yes", "", "1", "-1:yes", "9" * 30 + ":no", "²:yes"])
async def test_discord_custom_id_forged(chat, storage, argument):
    from bot.request import Kind, Request

    await planned(chat)
    request = Request(Kind.ACTION, "convening.rsvp", chat.actor, chat.origin, argument)
    reply = await chat.dispatcher.handle(request)
    assert "not" in reply.summary
    assert "went wrong" not in reply.summary
    assert await _answers(storage) == ()


async def test_who_comes_later_than_the_limit_waits_in_order(chat):
    await planned(chat, "capacity:1")
    card = post(chat)
    await chat.press(card, "Yes", **MEMBER)
    assert "number 1 on the waiting list" in (await chat.press(card, "Yes", **BO)).summary
    last = await chat.press(card, "Yes", **ORGANIZER)
    assert "number 2 on the waiting list" in last.summary
    assert value_of(last.card, "Answers") == "1 of 1 places taken, 0 maybe, 2 waiting"


async def test_who_waits_longest_gets_a_free_place_and_hears_it_once(chat):
    await planned(chat, "capacity:1")
    card = post(chat)
    for who in (MEMBER, CY, BO):
        await chat.press(card, "Yes", **who)
    await chat.press(card, "No", **MEMBER)
    await chat.deliver()
    assert len(chat.messenger.seen_in("fake:cy")) == 1
    assert chat.messenger.seen_in("fake:bo") == []
    assert next(one.lang for one in chat.messenger.messages.values() if one.address == "fake:cy") == "es"
    await chat.press(card, "Maybe", **MEMBER)
    await chat.deliver()
    assert len(chat.messenger.seen_in("fake:cy")) == 1


async def test_a_higher_limit_lets_people_in_who_waited(chat):
    await planned(chat, "capacity:1")
    for who in (MEMBER, BO, CY):
        await chat.press(post(chat), "Yes", **who)
    await chat.press(await chat.say("convening edit 1 capacity:2", **ORGANIZER), "Save")
    await chat.deliver()
    message = chat.messenger.seen_in("fake:bo")[0]
    assert message.summary == "A place is free for you: you are coming to “City assembly”."
    assert chat.messenger.seen_in("fake:cy") == []
    assert value_of(post(chat), "Answers") == "2 of 2 places taken, 0 maybe, 1 waiting"


async def test_a_promotion_that_was_given_up_before_it_was_sent_is_not_sent(chat, storage):
    await planned(chat, "capacity:1")
    card = post(chat)
    await chat.press(card, "Yes", **MEMBER)
    await chat.press(card, "Yes", **BO)
    await chat.press(card, "No", **MEMBER)
    await chat.press(card, "No", **BO)
    await chat.deliver()
    assert chat.messenger.seen_in("fake:bo") == []
    async with storage.unit_of_work(writes=False) as uow:
        rows = await uow.deliveries.of_subject(Subject.PROMOTION, 1)
    assert [one.status for one in rows] == [Status.DROPPED]


async def test_a_promotion_to_what_is_over_is_not_sent_late(chat):
    await planned(chat, "capacity:1")
    for user in ("fake:ana", "fake:bo"):
        await chat.say("convening rsvp 1 yes", **MEMBER | {"user": user})
    await chat.say("convening rsvp 1 no", **MEMBER)
    chat.clock.advance(timedelta(days=110))
    await chat.deliver()
    assert chat.messenger.seen_in("fake:bo") == []


async def test_the_promoted_person_can_answer_from_the_message(chat):
    await planned(chat, "capacity:1")
    for who in (MEMBER, BO):
        await chat.press(post(chat), "Yes", **who)
    await chat.press(post(chat), "No", **MEMBER)
    await chat.deliver()
    await chat.press(chat.messenger.seen_in("fake:bo")[0], "No", **BO)
    await chat.deliver()
    assert value_of(post(chat), "Answers") == "0 of 1 places taken, 0 maybe"


async def erased(chat, **who):
    return await chat.press(await chat.say("me delete", **who), "Yes, erase it", **who)


@pytest.mark.parametrize("joined", [True, False], ids=["member", "answered only"])
async def test_erase_me_lowers_the_headcount_on_every_copy(chat, joined):
    await followed(chat, "fake:C9")
    await planned(chat)
    if joined:
        await chat.say(JOIN, **MEMBER)
    for who in (MEMBER, BO):
        await chat.press(post(chat), "Yes", **who)
    await chat.deliver()
    assert (await erased(chat, **MEMBER)).summary == "Everything kept about you is erased."
    await chat.deliver()
    for channel in ("fake:C1", "fake:C9"):
        assert [value_of(one, "Answers") for one in chat.messenger.seen_in(channel)] == ["1 coming, 0 maybe"]


@pytest.mark.parametrize("joined", [True, False], ids=["member", "answered only"])
async def test_erase_me_gives_the_place_to_who_waits_longest_and_tells_them_once(chat, joined):
    await planned(chat, "capacity:1")
    if joined:
        await chat.say(JOIN, **MEMBER)
    for who in (MEMBER, CY, BO):
        await chat.press(post(chat), "Yes", **who)
    await erased(chat, **MEMBER)
    await chat.deliver()
    await chat.say("me delete", **MEMBER)
    await chat.deliver()
    assert len(chat.messenger.seen_in("fake:cy")) == 1
    assert chat.messenger.seen_in("fake:bo") == []
    assert value_of(post(chat), "Answers") == "1 of 1 places taken, 0 maybe, 1 waiting"


async def test_erase_me_drops_the_message_about_a_free_place_that_is_queued(chat):
    await planned(chat, "capacity:1")
    for who in (MEMBER, BO, CY):
        await chat.press(post(chat), "Yes", **who)
    await chat.press(post(chat), "No", **MEMBER)
    await erased(chat, **BO)
    await chat.deliver()
    assert chat.messenger.seen_in("fake:bo") == []
    assert len(chat.messenger.seen_in("fake:cy")) == 1


async def test_erase_me_leaves_the_cards_of_what_is_over_as_they_are(chat):
    await planned(chat)
    await chat.press(post(chat), "Yes", **MEMBER)
    await chat.deliver()
    chat.clock.advance(timedelta(days=150))
    await erased(chat, **MEMBER)
    await chat.deliver()
    assert value_of(post(chat), "Answers") == "1 coming, 0 maybe"


async def test_attendee_list_public(chat):
    await planned(chat, "capacity:1")
    for who in (MEMBER | {"name": "Ana Secret"}, BO):
        await chat.press(post(chat), "Yes", **who)
    await chat.deliver()
    seen = [post(chat), await chat.say("convening show 1", **BO), await chat.say("convening list", **ORGANIZER)]
    for reply in seen:
        assert not [name for name in ("Ana", "Bo", "fake:") if name in words_of(reply)]


async def test_people_of_every_chapter_answer_the_same_convening(chat, storage):
    await followed(chat, "fake:C1")
    await chat.say("channel follow", **ELSEWHERE)
    await planned(chat, **STEERING)
    await chat.press(post(chat, "fake:C2"), "Yes", **ELSEWHERE | {"admin": False})
    await chat.press(post(chat), "Yes", **MEMBER)
    await chat.deliver()
    assert value_of(post(chat), "Answers") == value_of(post(chat, "fake:C2"), "Answers") == "2 coming, 0 maybe"


async def test_a_burst_of_answers_changes_each_posted_card_once(sqlite_storage):
    async with conversation(sqlite_storage) as chat:
        await followed(chat, "fake:C1", "fake:C9")
        await planned(chat)
        card, edits = post(chat), chat.messenger.edits
        for number in range(30):
            await chat.press(card, "Yes", **MEMBER | {"user": f"fake:p{number}"})
        await chat.deliver()
        assert chat.messenger.edits - edits == 2
        assert value_of(post(chat), "Answers") == value_of(post(chat, "fake:C9"), "Answers") == "30 coming, 0 maybe"
