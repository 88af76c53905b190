"""Writing, checking, sending and cancelling announcements."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.domain.announcements import State
from bot.domain.deliveries import Subject
from bot.errors import DeliveryRefused
from bot.ports import Problem
from bot.reply import Form
from bot.testing import button_of, conversation, words_of
from tests.features.gatherings import ELSEWHERE, MEMBER, ORGANIZER, STEERING, followed, post, value_of

NEW = 'announce new title:"Vote today" message:"The **council** votes."'
SPANISH = NEW + ' mensaje:"El **consejo** vota."'


@pytest.fixture
async def chat(storage):
    async with conversation(storage) as chat:
        yield chat


async def _stored(storage, number=1):
    async with storage.unit_of_work(writes=False) as uow:
        return await uow.announcements.get(number)


async def _deliveries(storage, number=1):
    async with storage.unit_of_work(writes=False) as uow:
        return await uow.deliveries.of_subject(Subject.ANNOUNCEMENT, number)


async def _refusals(storage):
    async with storage.unit_of_work(writes=False) as uow:
        return [one.act for one in await uow.audit.recent() if one.outcome == "refused"]


async def _everywhere(chat):
    """Two channels of one chapter, one of them Spanish, and one of another chapter."""
    await followed(chat, "fake:C1")
    await followed(chat, "fake:C9", options="lang:es")
    await chat.say("channel follow", **ELSEWHERE)


async def test_the_form_has_the_labels_of_the_contract(chat):
    form = await chat.say("announce new", **STEERING)
    assert isinstance(form, Form)
    labels = [one.label for one in form.inputs]
    assert labels == ["Title", "Message", "Mensaje (Spanish, optional)", "Audience", "When"]


async def test_new_shows_each_language_as_it_will_appear_and_the_number_of_channels(chat, storage):
    await _everywhere(chat)
    reply = await chat.say(SPANISH, **STEERING)
    assert "goes to 3 channels. It is not sent yet." in reply.summary
    titles = [(one.title, one.text) for one in reply.sections[:2]]
    assert titles == [
        ("English (2): Vote today", "The **council** votes."),
        ("Español (1): Vote today", "El **consejo** vota."),
    ]
    assert [one.label for one in reply.sections[-1].buttons] == ["Send", "Discard", "Change the audience"]
    assert (await _stored(storage)).state is State.DRAFT
    assert await _deliveries(storage) == ()


async def test_send_posts_once_in_every_followed_channel_in_its_language(chat):
    await _everywhere(chat)
    reply = await chat.press(await chat.say(SPANISH, **STEERING), "Send")
    await chat.deliver()
    assert "on its way to 3 channels" in reply.summary
    assert reply.replaces
    texts = {channel: [one.sections[0].text for one in chat.messenger.seen_in(channel)] for channel in _CHANNELS}
    assert texts == {
        "fake:C1": ["The **council** votes."],
        "fake:C9": ["El **consejo** vota."],
        "fake:C2": ["The **council** votes."],
    }


_CHANNELS = ("fake:C1", "fake:C9", "fake:C2")


async def test_spanish_channels_get_the_english_text_where_there_is_no_other(chat):
    await followed(chat, options="lang:es")
    await chat.press(await chat.say(NEW, **ORGANIZER), "Send")
    await chat.deliver()
    assert post(chat).sections[0].text == "The **council** votes."


async def test_an_organizer_reaches_the_own_chapter_alone(chat):
    await _everywhere(chat)
    reply = await chat.say(NEW, **ORGANIZER)
    assert "goes to 2 channels" in reply.summary
    await chat.press(reply, "Send")
    await chat.deliver()
    assert chat.messenger.seen_in("fake:C2") == []
    assert len(chat.messenger.seen_in("fake:C1")) == 1


async def test_role_by_workspace_admin(chat, storage):
    reply = await chat.say(NEW + " audience:all", **ORGANIZER)
    assert "Only the Alliance's steering committee" in reply.summary
    assert await _refusals(storage) == ["announce new"]
    assert await _stored(storage) is None


async def test_role_member_posts_an_announcement(chat, storage):
    await followed(chat)
    for text in (NEW, "announce send 1", "announce cancel 1", "announce list"):
        assert "Only organizers" in (await chat.say(text, **MEMBER)).summary
    assert sorted(await _refusals(storage)) == ["announce cancel", "announce list", "announce new", "announce send"]
    assert await _stored(storage) is None


async def test_role_removed_between_preview_and_send(storage):
    async with conversation(storage) as chat:
        await followed(chat)
        preview = await chat.say(NEW, **STEERING)
    async with conversation(storage, steering=("fake:somebody",)) as chat:
        reply = await chat.press(preview, "Send", **STEERING | {"admin": True})
        assert "Only the Alliance's steering committee" in reply.summary
        await chat.deliver()
        assert chat.messenger.messages == {}
    assert await _deliveries(storage) == ()


async def test_role_removed_between_sending_and_the_planned_time(storage):
    async with conversation(storage) as chat:
        await followed(chat)
        await chat.press(await chat.say(NEW + ' when:"2026-11-25 09:00 America/Chicago"', **STEERING), "Send")
    async with conversation(storage, steering=("fake:somebody",)) as chat:
        chat.clock.advance(timedelta(days=3))
        await chat.deliver()
        assert chat.messenger.messages == {}


async def test_same_post_twice(chat, storage):
    await followed(chat)
    preview = await chat.say(NEW, **ORGANIZER)
    await chat.press(preview, "Send")
    again = await chat.press(preview, "Send")
    assert "was sent already" in again.summary
    second = await chat.say(NEW, **ORGANIZER)
    assert "The same text was sent less than 10 minutes ago" in words_of(second).replace("\\", "")
    with pytest.raises(LookupError):
        button_of(second, "Send")
    typed = await chat.say("announce send 2", **ORGANIZER)
    assert "Is it meant twice?" in typed.summary
    await chat.deliver()
    assert len(chat.messenger.seen_in("fake:C1")) == 1
    await chat.press(typed, "Send it anyway")
    await chat.deliver()
    assert len(chat.messenger.seen_in("fake:C1")) == 2


async def test_send_pressed_twice_at_the_same_moment_sends_once(chat, storage):
    await followed(chat)
    preview = await chat.say(NEW, **ORGANIZER)
    replies = await asyncio.gather(*(chat.press(preview, "Send") for _ in range(4)))
    await chat.deliver()
    assert sum("on its way" in one.summary for one in replies) == 1
    assert len(chat.messenger.seen_in("fake:C1")) == 1


async def test_the_same_text_after_ten_minutes_needs_no_question(chat):
    await followed(chat)
    await chat.press(await chat.say(NEW, **ORGANIZER), "Send")
    chat.clock.advance(timedelta(minutes=11))
    assert button_of(await chat.say(NEW, **ORGANIZER), "Send")


async def test_recipients_huge_asks_whoever_is_alone_once_more(chat, storage):
    await followed(chat, "fake:C1")
    await chat.press(await chat.say(NEW, **STEERING), "Send")
    await followed(chat, *(f"fake:D{n}" for n in range(10)))
    preview = await chat.say(NEW.replace("today", "now"), **STEERING)
    held = await chat.press(preview, "Send")
    assert held.summary == "This would reach 11 channels; usually it is 1."
    assert await _deliveries(storage, 2) == ()
    assert "on its way to 11 channels" in (await chat.press(held, "Send it anyway")).summary


async def test_without_a_followed_channel_nothing_is_sent_and_it_says_how_to_follow(chat, storage):
    preview = await chat.say(NEW, **ORGANIZER)
    assert "goes to 0 channels" in preview.summary
    reply = await chat.press(preview, "Send")
    assert "channel follow" in words_of(reply)
    assert (await _stored(storage)).state is State.DRAFT


async def test_a_planned_announcement_waits_for_its_time_in_its_zone(chat, storage):
    await followed(chat)
    preview = await chat.say(NEW + ' when:"2026-11-25 09:00 America/Chicago"', **ORGANIZER)
    assert value_of(preview, "When") == "Wednesday 09:00 America/Chicago"
    reply = await chat.press(preview, "Send")
    assert "goes to 1 channel later" in reply.summary
    assert (await _deliveries(storage))[0].next_attempt_at.isoformat() == "2026-11-25T15:00:00+00:00"
    await chat.deliver()
    assert chat.messenger.seen_in("fake:C1") == []
    chat.clock.advance(timedelta(days=2))
    await chat.deliver()
    assert len(chat.messenger.seen_in("fake:C1")) == 1


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ("2026-11-22 09:00 America/Chicago", "Sunday, November 22, 2026, 9:00 AM CST (GMT-06:00) is in the past"),
        ("2026-11-25 09:00", "The time zone is missing"),
        ("2026-11-25 09:00 Mars/Olympus", "“Mars/Olympus” is not a time zone"),
        ("soon", "“soon” is not a date and time"),
        ("9999-12-31 23:59 America/Chicago", "too far away"),
    ],
)
async def test_a_time_that_cannot_be_used_is_refused_with_the_reason(chat, storage, when, words):
    reply = await chat.say(f'{NEW} when:"{when}"', **ORGANIZER)
    assert words in reply.summary
    assert await _stored(storage) is None


@pytest.mark.parametrize(
    ("when", "lang", "shown"),
    [
        ("next Friday 6pm America/Chicago", "en", "Friday 18:00 America/Chicago"),
        ("tomorrow 9:00 America/Port of Spain", "en", "Tuesday 09:00 America/Port_of_Spain"),
        ("el viernes a las 18:30 America/Chicago", "es", "Friday 18:30 America/Chicago"),
    ],
)
async def test_a_time_may_be_said_in_words_with_its_zone(chat, when, lang, shown):
    preview = await chat.say(f'{NEW} when:"{when}"', **ORGANIZER | {"lang": lang})
    assert value_of(preview, "When" if lang == "en" else "Cuándo") == shown


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ("tomorrow 6pm", "The time zone is missing"),
        ("03/04/2027 18:30 America/Chicago", "can be"),
        ("tomorrow at 6 America/Chicago", "in the morning or in the evening"),
    ],
)
async def test_a_time_in_words_that_could_mean_two_things_is_asked_back(chat, storage, when, words):
    assert words in (await chat.say(f'{NEW} when:"{when}"', **ORGANIZER)).summary
    assert await _stored(storage) is None


@pytest.mark.parametrize("when", ["now", "ahora", "NOW"])
async def test_now_is_understood(chat, when):
    assert "not sent yet" in (await chat.say(f"{NEW} when:{when}", **ORGANIZER)).summary


async def test_a_draft_whose_time_went_by_is_not_sent_late(chat, storage):
    await followed(chat)
    preview = await chat.say(NEW + ' when:"2026-11-23 10:00 America/Chicago"', **ORGANIZER)
    chat.clock.advance(timedelta(hours=2))
    assert "in the past" in (await chat.press(preview, "Send")).summary
    assert await _deliveries(storage) == ()


async def test_text_empty(chat, storage):
    form = await chat.say("announce new", **ORGANIZER)
    for blank in ("", "   ", "\u200b\u2060 \ufeff"):
        reply = await chat.submit(form, {"title": "Vote", "message": blank})
        assert not (hasattr(reply, "summary") and "not sent yet" in reply.summary)
    request = _submission(chat, form, {"title": "Vote", "message": "\u200b"})
    assert "Message" in chat.dispatcher.problems(request)["message"]
    assert await _stored(storage) is None


def _submission(chat, form, values):
    from bot.request import Kind, Request

    return Request(Kind.ACTION, form.action, chat.actor, chat.origin, arguments=values)


async def test_discard_and_cancel_end_a_draft(chat, storage):
    await followed(chat)
    preview = await chat.say(NEW, **ORGANIZER)
    assert "is cancelled" in (await chat.press(preview, "Discard")).summary
    assert "is cancelled" in (await chat.press(preview, "Send")).summary
    await chat.say(NEW, **ORGANIZER)
    await chat.say("announce cancel 2", **ORGANIZER)
    await chat.deliver()
    assert chat.messenger.messages == {}
    assert (await _stored(storage, 2)).state is State.CANCELLED


async def test_a_planned_one_that_is_cancelled_is_never_posted(chat):
    await followed(chat)
    sent = await chat.press(await chat.say(NEW + ' when:"2026-11-25 09:00 UTC"', **ORGANIZER), "Send")
    reply = await chat.press(sent, "Cancel it")
    assert "Nothing of it was posted" in words_of(reply)
    chat.clock.advance(timedelta(days=3))
    await chat.deliver()
    assert chat.messenger.messages == {}


async def test_cancel_while_sending(chat):
    await followed(chat, *(f"fake:C{n}" for n in range(5)))
    await chat.press(await chat.say(NEW, **ORGANIZER), "Send")
    for _ in range(2):
        await chat.outbox.once()
        chat.clock.advance(timedelta(seconds=2))
    assert len(chat.messenger.messages) == 2
    await chat.say("announce cancel 1", **ORGANIZER)
    await chat.deliver()
    assert [one.reply.summary for one in chat.messenger.messages.values()] == ["Cancelled: Vote today"] * 2
    listed = await chat.say("announce list", **ORGANIZER)
    assert value_of(listed, "State") == "cancelled"
    assert value_of(listed, "Destinations") == "2 posted, 3 never sent"


async def test_what_was_posted_everywhere_cannot_be_cancelled(chat):
    await followed(chat)
    await chat.press(await chat.say(NEW, **ORGANIZER), "Send")
    await chat.deliver()
    assert "cannot be cancelled any more" in (await chat.say("announce cancel 1", **ORGANIZER)).summary
    assert post(chat).summary == "Vote today"


async def test_the_list_says_what_became_of_each_destination(chat):
    await followed(chat, "fake:C1", "fake:C9")
    chat.messenger.failures.append(DeliveryRefused(Problem.NOT_IN_CHANNEL))
    await chat.press(await chat.say(NEW, **ORGANIZER), "Send")
    await chat.deliver()
    await chat.say(NEW.replace("today", "later"), **ORGANIZER)
    reply = await chat.say("announce list", **ORGANIZER)
    assert [one.title for one in reply.sections] == ["Vote later (#2)", "Vote today (#1)"]
    fields = [{one.label: one.value for one in section.fields} for section in reply.sections]
    assert fields[0]["State"] == "draft, not sent"
    assert fields[1]["Destinations"] == "1 posted, 1 failed (the bot is not in the channel)"


async def test_another_chapters_announcement_looks_like_an_unknown_one(chat):
    await followed(chat)
    await chat.say(NEW, **ORGANIZER)
    for text in ("announce send {}", "announce cancel {}"):
        foreign = await chat.say(text.format(1), **ELSEWHERE)
        unknown = await chat.say(text.format(77), **ELSEWHERE)
        assert foreign == unknown
    assert (await chat.say("announce list", **ELSEWHERE)).summary == "There is no announcement yet."
    assert "1 announcement" in (await chat.say("announce list", **STEERING)).summary


async def test_an_organizer_cannot_send_what_is_for_every_chapter(chat, storage):
    await followed(chat)
    await chat.say(NEW, **STEERING)
    assert "Only the Alliance's steering committee" in (await chat.say("announce send 1", **ORGANIZER)).summary
    assert await _deliveries(storage) == ()


async def test_every_act_is_audited(chat, storage):
    await followed(chat)
    await chat.press(await chat.say(NEW, **ORGANIZER), "Send")
    await chat.say("announce cancel 1", **ORGANIZER)
    async with storage.unit_of_work(writes=False) as uow:
        acts = [(one.act, one.subject) for one in await uow.audit.recent() if one.subject == "announcement:1"]
    assert acts == [(f"announce {act}", "announcement:1") for act in ("cancel", "send", "new")]
