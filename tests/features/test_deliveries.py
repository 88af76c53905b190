"""Messages that nobody can look up: organizers see them, and decide once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from bot.domain.deliveries import Status, Subject, Target
from bot.errors import DeliveryRefused, DeliveryUncertain
from bot.testing import STEERING, FakeMessenger, conversation, words_of
from tests.bot.test_outbox import report_of, wanted
from tests.storage.test_members import rows


@dataclass
class Secretive(FakeMessenger):
    """The first answer is lost, and the history may not be read."""

    lost: int = 1

    async def post(self, channel_id, reply, t, key, thread_id=""):
        ref = await super().post(channel_id, reply, t, key, thread_id)
        self.lost -= 1
        if self.lost >= 0:
            raise DeliveryUncertain("no_answer")
        return ref

    async def find(self, address, key, since, thread_id=""):
        raise DeliveryRefused("no_permission")


async def tried(chat, storage):
    """Post an announcement whose answer is lost; return it when the look-up was tried."""
    news = await wanted(storage, chat.clock)
    for _ in range(3):
        await chat.deliver()
        chat.clock.advance(timedelta(seconds=20))
    return news


async def test_what_cannot_be_looked_up_is_held_and_sent_again_by_an_organizers_word(storage):
    async with conversation(storage, messenger=Secretive()) as chat:
        news = await tried(chat, storage)
        (row,) = await report_of(storage, news)
        assert (row.status, row.error_code, len(chat.messenger.messages)) == (Status.HELD, "no_permission", 1)
        shown = await chat.say("deliveries", admin=True)
        assert "It may have arrived" in words_of(shown)
        assert "an announcement (#1)" in words_of(shown)
        assert "It is sent again" in words_of(await chat.press(shown, "Send it again"))
        await chat.deliver()
        assert [one.status for one in await report_of(storage, news)] == [Status.SHOWN]
        assert len(chat.messenger.messages) == 2
        assert "waits for no decision" in words_of(await chat.press(shown, "Leave it"))
        assert [one["act"] for one in await rows(storage, "audit")] == ["deliveries again"]


async def test_what_is_left_is_never_sent(sqlite_storage):
    async with conversation(sqlite_storage, messenger=Secretive()) as chat:
        news = await tried(chat, sqlite_storage)
        shown = await chat.say("deliveries", user=STEERING, workspace="fake:T9")
        await chat.press(shown, "Leave it")
        await chat.deliver()
        assert [one.status for one in await report_of(sqlite_storage, news)] == [Status.DROPPED]
        assert words_of(await chat.say("deliveries")) == "No message waits for a decision."


async def test_only_organizers_of_the_chapter_see_and_settle_them(sqlite_storage):
    async with conversation(sqlite_storage, messenger=Secretive()) as chat:
        await tried(chat, sqlite_storage)
        shown = await chat.say("deliveries", admin=True)
        assert "Only organizers" in words_of(await chat.press(shown, "Send it again", admin=False))
        other = await chat.press(shown, "Send it again", admin=True, workspace="fake:T2", user="fake:bo")
        assert "another chapter" in words_of(other)
        assert words_of(await chat.say("deliveries")) == "No message waits for a decision."


@pytest.mark.parametrize(("choice", "status", "seen"), [("skip", Status.DROPPED, 1), ("resend", Status.SHOWN, 2)])
async def test_the_operator_may_decide_once_and_for_all(sqlite_storage, choice, status, seen):
    async with conversation(sqlite_storage, messenger=Secretive(), deliveries={"on_unknown": choice}) as chat:
        news = await tried(chat, sqlite_storage)
        assert [one.status for one in await report_of(sqlite_storage, news)] == [status]
        assert len(chat.messenger.messages) == seen


async def test_a_direct_message_that_waits_names_nobody(sqlite_storage):
    async with conversation(sqlite_storage) as chat:
        async with sqlite_storage.unit_of_work(writes=True) as uow:
            target = Target("fake:T1", user_id="fake:qxbo")
            await uow.deliveries.want(Subject.REMINDER, 1, (target,), 1, chat.clock.now)
            (row,) = await uow.lanes.claim(chat.clock.now, chat.clock.now + timedelta(minutes=1), 1)
            await uow.lanes.finish(replace(row, status=Status.HELD, error_code="no_permission"))
        shown = words_of(await chat.say("deliveries", admin=True))
        assert "a direct message" in shown
        assert "qxbo" not in shown


async def test_a_pause_is_said_and_ends_with_resume(storage):
    async with conversation(storage) as chat:
        news = await wanted(storage, chat.clock)
        async with storage.unit_of_work(writes=True) as uow:
            await uow.sending.pause("restored")
        await chat.deliver()
        assert chat.messenger.messages == {}
        assert "hrc-bot resume" in words_of(await chat.say("deliveries", admin=True))
        async with storage.unit_of_work(writes=True) as uow:
            assert await uow.lanes.next_due() is None
            await uow.sending.resume()
        await chat.deliver()
        assert [one.status for one in await report_of(storage, news)] == [Status.SHOWN]


async def test_a_pause_of_announcements_lets_everything_else_go(sqlite_storage):
    async with conversation(sqlite_storage) as chat:
        await wanted(sqlite_storage, chat.clock)
        async with sqlite_storage.unit_of_work(writes=True) as uow:
            await uow.sending.pause("asked", Subject.ANNOUNCEMENT)
            await uow.deliveries.want(Subject.ANSWER, 1, (Target("fake:T1", "fake:C1"),), 1, chat.clock.now)
            assert await uow.sending.paused(Subject.ANNOUNCEMENT) == "asked"
            found = await uow.lanes.claim(chat.clock.now, chat.clock.now + timedelta(minutes=1), 5)
            assert [one.subject for one in found] == [Subject.ANSWER]
