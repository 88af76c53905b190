"""Lists of events that a platform keeps: entered, changed and cancelled by the same records as every message."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.deliveries import Status, Subject
from bot.errors import DeliveryRefused, DeliveryUncertain
from bot.ports import Problem
from bot.reminding import Reminding
from bot.testing import FakeMessenger, conversation, words_of
from tests.features.gatherings import ELSEWHERE, MEMBER, ORGANIZER, STEERING, followed, planned

BOARD, FAR = "fake:T1.events", "fake:T2.events"
STARTS = datetime(2027, 3, 10, 23, 30, tzinfo=UTC)  # 18:30 in New York


@dataclass
class Platform(FakeMessenger):
    """A platform whose workspaces have lists of events."""

    def board_of(self, workspace_id):
        return f"{workspace_id}.events"


@pytest.fixture
async def chat(storage):
    async with conversation(storage, messenger=Platform()) as chat:
        await followed(chat)
        yield chat


async def looked(chat, when=None):
    """Let it be that time; look, and send what is due."""
    if when:
        chat.clock.now = when
    services = chat.dispatcher.services
    await Reminding(services.unit_of_work, services.settings, chat.clock, chat.outbox.wake, services.messengers).once()
    await chat.deliver()


def events(chat, board=BOARD):
    return [one.event for one in chat.messenger.seen_in(board)]


async def edited(chat, options):
    await chat.press(await chat.say(f"convening edit 1 {options}", **ORGANIZER), "Save")
    await looked(chat)


async def rows(chat, number=1):
    async with chat.dispatcher.services.unit_of_work(writes=False) as uow:
        return [one for one in await uow.deliveries.of_subject(Subject.EVENT, number) if one.target.channel_id]


async def test_a_convening_is_entered_where_channels_follow_and_nowhere_else(chat):
    await planned(chat, 'ends:"2027-03-10 20:30" city:Eugene description:"Bring a friend"', **STEERING)
    await looked(chat)
    (event,) = events(chat)
    assert (event.title, event.starts, event.place) == ("City assembly", STARTS, "City Hall, Eugene")
    assert event.ends - event.starts == timedelta(hours=2)
    assert event.text == "Bring a friend"
    assert events(chat, FAR) == []


async def test_a_chapter_that_follows_later_gets_the_entry_with_the_next_change(chat):
    await planned(chat, **STEERING)
    await looked(chat)
    await chat.say("channel follow", **ELSEWHERE)
    await edited(chat, "place:Library")
    assert [one.place for one in events(chat, FAR)] == ["Library"]


async def test_an_entry_follows_every_change_and_nothing_but_changes(chat):
    await planned(chat)
    await looked(chat)
    await chat.say("convening rsvp 1 yes", **MEMBER)
    await looked(chat)
    assert [one.shown for one in await rows(chat)] == [1]
    await edited(chat, 'starts:"2027-03-12 19:00" place:Library')
    (event,) = events(chat)
    assert (event.starts, event.place) == (datetime(2027, 3, 13, 0, 0, tzinfo=UTC), "Library")
    assert [one.shown for one in await rows(chat)] == [2]


async def test_a_cancelled_convening_is_cancelled_in_the_list(chat):
    await planned(chat)
    await looked(chat)
    await chat.say("convening cancel 1 reason:Rain", **ORGANIZER)
    await looked(chat)
    (event,) = events(chat)
    assert event.is_cancelled
    assert "Rain" in event.text


async def test_one_that_is_cancelled_before_it_was_entered_is_never_entered(chat):
    await planned(chat)
    await chat.say("convening cancel 1 reason:Rain", **ORGANIZER)
    await looked(chat)
    assert events(chat) == []


async def test_each_date_of_a_repeated_convening_is_entered_once_the_one_before_has_begun(chat):
    await planned(chat, "repeat:FREQ=WEEKLY;COUNT=3")
    await looked(chat)
    assert [one.starts for one in events(chat)] == [STARTS]
    for week in range(1, 4):
        await looked(chat, STARTS + timedelta(weeks=week - 1, seconds=1))
        await looked(chat)
    assert [(one.starts - STARTS).days for one in events(chat)] == [0, 6, 13]  # an hour less in summer
    await looked(chat, STARTS + timedelta(weeks=5))
    assert len(events(chat)) == 3


async def test_an_unknown_outcome_is_looked_up_and_nothing_is_entered_twice(chat):
    await planned(chat)
    lost = chat.messenger.post

    async def accepted_and_lost(*arguments):
        chat.messenger.post = lost
        await lost(*arguments)
        raise DeliveryUncertain("no_answer")

    chat.messenger.post = accepted_and_lost
    await looked(chat)
    for _ in range(3):
        await looked(chat, chat.clock.now + timedelta(minutes=2))
    assert len(events(chat)) == 1
    assert [one.status for one in await rows(chat)] == [Status.SHOWN]


async def test_a_missing_right_is_said_once_to_the_organizer_who_followed(chat):
    for count in range(2):
        await planned(chat, f'title:"Meeting {count}"')
        chat.messenger.failures = [DeliveryRefused(Problem.NO_PERMISSION)]
        await looked(chat)
        await looked(chat)
    told = chat.messenger.seen_in(ORGANIZER["user"])
    assert [one.summary for one in told] == ["I could not enter “Meeting 0” into the list of events of your workspace."]
    assert "right to create events" in words_of(told[0])
    assert events(chat) == []
    async with chat.dispatcher.services.unit_of_work(writes=False) as uow:
        assert [one.paused_reason for one in await uow.follows.of_workspace("fake:T1")] == [""]


async def test_a_date_that_begins_before_it_could_be_entered_is_left_out(chat):
    await planned(chat)
    chat.messenger.failures = [DeliveryUncertain("no_answer")]
    await looked(chat)
    await looked(chat, STARTS + timedelta(minutes=1))
    assert events(chat) == []


async def test_a_platform_without_lists_makes_no_rows(sqlite_storage):
    async with conversation(sqlite_storage) as chat:
        await followed(chat)
        await planned(chat)
        await looked(chat)
        assert await rows(chat) == []
