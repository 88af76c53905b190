"""What became of an announcement, what failed tried again, and all announcements paused."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.deliveries import Subject
from bot.errors import DeliveryRefused
from bot.ports import Problem
from bot.testing import button_of, conversation, words_of
from tests.features.gatherings import ELSEWHERE, MEMBER, ORGANIZER, STEERING, followed, value_of

NEW = 'announce new title:"Vote today" message:"The **council** votes."'


@pytest.fixture
async def chat(sqlite_storage):
    async with conversation(sqlite_storage) as chat:
        await followed(chat, "fake:C1", "fake:C9")
        yield chat


async def _sent(chat, **who):
    await chat.press(await chat.say(NEW, **who or ORGANIZER), "Send")


def _channels(chat):
    """Return where announcements stand; organizers hear by direct message that a channel was lost."""
    return [one.address for one in chat.messenger.messages.values() if one.address.startswith("fake:C")]


async def test_the_report_counts_and_names_each_channel_in_trouble(chat):
    chat.messenger.failures.append(DeliveryRefused(Problem.ARCHIVED))
    await _sent(chat)
    assert value_of(await chat.say("announce report 1", **ORGANIZER), "Channels") == "2 waiting"
    await chat.deliver()
    reply = await chat.say("announce report 1", **ORGANIZER)
    assert value_of(reply, "State") == "sent"
    assert sorted(value_of(reply, "Channels").split(", ")) == ["1 failed", "1 posted"]
    assert value_of(reply, "The last one after").endswith(" s")
    assert "It failed: the channel is archived." in words_of(reply)


async def test_what_failed_is_tried_again_where_it_is_still_asked_for(chat):
    chat.messenger.failures += [DeliveryRefused(Problem.NO_PERMISSION)] * 2
    await _sent(chat)
    await chat.deliver()
    assert _channels(chat) == []
    reply = await chat.say("announce report 1", **ORGANIZER)
    await chat.say("channel unfollow", **ORGANIZER | {"channel": "fake:C9"})
    assert (await chat.press(reply, "Try what failed again", **ORGANIZER)).summary == "1 destination is tried again."
    await chat.deliver()
    assert _channels(chat) == ["fake:C1"]


async def test_one_channel_is_sent_again_or_left(chat):
    chat.messenger.failures += [DeliveryRefused(Problem.NO_PERMISSION)] * 2
    await _sent(chat)
    await chat.deliver()
    reply = await chat.say("announce report 1", **ORGANIZER)
    assert (await chat.press(reply, "Send it again")).summary == "It is sent again."
    await chat.deliver()
    assert len(_channels(chat)) == 1
    assert (await chat.press(await chat.say("announce report 1", **ORGANIZER), "Leave it")).summary
    assert sorted(value_of(await chat.say("announce report 1", **ORGANIZER), "Channels").split(", ")) == [
        "1 never sent",
        "1 posted",
    ]


async def test_what_nobody_knows_is_called_uncertain(chat, sqlite_storage):
    await _sent(chat)
    await chat.deliver()
    async with sqlite_storage.engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE delivery SET status = 'held' WHERE id = 2")
    reply = await chat.say("announce report 1", **ORGANIZER)
    assert "uncertain" in value_of(reply, "Channels")
    assert "It may have arrived" in words_of(reply)
    with pytest.raises(LookupError):
        button_of(reply, "Try what failed again")


@pytest.mark.parametrize("who", [MEMBER, ELSEWHERE], ids=["member", "another chapter"])
async def test_the_report_is_for_those_who_may_send_it(chat, who):
    await _sent(chat)
    assert (await chat.say("announce report 1", **who)).summary in (
        "Only organizers of this chapter can do this.",
        "I do not know that announcement.",
    )


async def test_paused_announcements_wait_also_after_a_restart_and_everything_else_goes_on(sqlite_storage):
    async with conversation(sqlite_storage) as chat:
        await followed(chat)
        await _sent(chat)
        assert (await chat.say("announce pause", **STEERING)).summary == "Announcements are paused."
    async with conversation(sqlite_storage) as chat:
        await chat.deliver()
        assert chat.messenger.messages == {}
        assert "Sending is paused" in words_of(await chat.say("announce report 1", **ORGANIZER))
        chat.clock.advance(timedelta(days=1))
        assert (await chat.say("announce resume", **STEERING)).summary == "Announcements go out again."
        await chat.deliver()
        assert [one.reply.summary for one in chat.messenger.messages.values()] == ["Vote today"]
        assert (await chat.say("announce resume", **STEERING)).summary == "Announcements were not paused."


async def test_only_the_committee_pauses_announcements(chat, sqlite_storage):
    for text in ("announce pause", "announce resume"):
        assert "Only the Alliance's steering committee" in (await chat.say(text, **ORGANIZER)).summary
    async with sqlite_storage.unit_of_work(writes=False) as uow:
        assert await uow.sending.paused(Subject.ANNOUNCEMENT) == ""
