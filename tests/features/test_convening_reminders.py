"""Reminders: once each, to those who come, outside of their quiet hours, whatever clocks and processes do."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.deliveries import Status, Subject
from bot.domain.reminders import LeadError, leads_of, written
from bot.errors import DeliveryRefused
from bot.ports import Problem
from bot.reminding import LOOKS_S, Reminding
from bot.testing import conversation, words_of
from tests.features.gatherings import MEMBER, ORGANIZER, planned

ANA, BO, CY = (MEMBER | {"user": f"fake:{name}", "direct": False} for name in ("ana", "bo", "cy"))
STARTS = datetime(2027, 3, 10, 23, 30, tzinfo=UTC)  # 18:30 in New York
WEEK, DAY, HOUR = timedelta(days=7), timedelta(days=1), timedelta(hours=1)


@pytest.fixture
async def chat(sqlite_storage):
    async with conversation(sqlite_storage) as chat:
        yield chat


def reminding(chat, **more):
    services = chat.dispatcher.services
    return Reminding(services.unit_of_work, services.settings, chat.clock, chat.outbox.wake, **more)


async def at(chat, when):
    """Look, let it be that time, look for reminders again and send what is due."""
    await reminding(chat).once()
    chat.clock.now = when
    await reminding(chat).once()
    await chat.deliver()


async def answer(chat, word, number=1, **who):
    await chat.say(f"convening rsvp {number} {word}", **who)


def reminders(chat, who=ANA):
    """Return what somebody was reminded of."""
    sent = (one for one in chat.messenger.seen_in(who["user"]))
    return [one for one in sent if one.summary.startswith(("Reminder", "Recordatorio"))]


async def wish(chat, who, **wishes):
    async with chat.dispatcher.services.unit_of_work(writes=True) as uow:
        await uow.preferences.save(replace(await uow.preferences.of(who["user"]), **wishes))


async def rows(chat, lead=DAY):
    """Return the reminders of the convening, and the messages of those of one lead."""
    async with chat.dispatcher.services.unit_of_work(writes=False) as uow:
        found = await uow.reminders.of(1)
        wanted = [one.id for one in found if one.lead == lead]
        return found, [row for one in wanted for row in await uow.deliveries.of_subject(Subject.REMINDER, one)]


async def test_those_who_come_are_reminded_a_week_a_day_and_an_hour_before(storage):
    async with conversation(storage) as chat:
        await planned(chat)
        await answer(chat, "yes", **ANA)
        await answer(chat, "maybe", **BO)
        await answer(chat, "no", **CY)
        await at(chat, STARTS - WEEK - timedelta(minutes=1))
        assert reminders(chat) == []
        for count, lead in enumerate((WEEK, DAY, HOUR), 1):
            for _ in range(3):
                await at(chat, STARTS - lead + timedelta(seconds=5))
            assert [len(reminders(chat, who)) for who in (ANA, BO, CY)] == [count, count, 0]
        text = words_of(reminders(chat)[0])
        assert text.startswith("Reminder: “City assembly” is on Wednesday, March 10, 2027, 6:30 PM EST (GMT-05:00).")
        assert "Where: City Hall" in text
        assert "late" not in text
        assert "You said maybe" in words_of(reminders(chat, BO)[0])


async def test_a_restart_and_a_second_process_remind_nobody_twice(storage):
    for _ in range(2):
        async with conversation(storage) as chat:
            if not await _stored(storage):
                await planned(chat)
                await answer(chat, "yes", **ANA)
                await reminding(chat).once()
            chat.clock.now = STARTS - DAY + timedelta(seconds=5)
            await asyncio.gather(*(reminding(chat).once() for _ in range(3)))
            await at(chat, chat.clock.now)
    _, sent = await rows(chat)
    assert [one.status for one in sent] == [Status.SHOWN]


async def _stored(storage):
    async with storage.unit_of_work(writes=False) as uow:
        return await uow.convenings.get(1)


async def test_whoever_waits_for_a_place_is_not_reminded_until_they_have_one(chat):
    await planned(chat, "capacity:1")
    await answer(chat, "yes", **ANA)
    await answer(chat, "yes", **BO)
    await at(chat, STARTS - WEEK)
    assert [len(reminders(chat, who)) for who in (ANA, BO)] == [1, 0]
    await answer(chat, "no", **ANA)
    await at(chat, STARTS - DAY)
    assert [len(reminders(chat, who)) for who in (ANA, BO)] == [1, 1]


async def test_whoever_says_no_while_the_reminder_waits_gets_none(chat):
    await planned(chat)
    await answer(chat, "yes", **ANA)
    chat.clock.now = STARTS - DAY - HOUR
    await reminding(chat).once()
    await answer(chat, "no", **ANA)
    await at(chat, STARTS - DAY)
    _, sent = await rows(chat)
    assert [(one.status, one.error_code) for one in sent] == [(Status.DROPPED, "not_coming")]
    assert reminders(chat) == []


async def test_whoever_changes_their_mind_twice_gets_it_all_the_same(chat):
    await planned(chat)
    for word in ("yes", "no", "yes"):
        await answer(chat, word, **ANA)
        chat.clock.now = STARTS - DAY - HOUR
        await at(chat, chat.clock.now)
    await at(chat, STARTS - DAY)
    assert len(reminders(chat)) == 1


async def test_whoever_answers_after_it_was_due_needs_none(chat):
    await planned(chat)
    chat.clock.now = STARTS - DAY + timedelta(minutes=5)
    await answer(chat, "yes", **ANA)
    await at(chat, chat.clock.now)
    assert reminders(chat) == []
    await at(chat, STARTS - HOUR)
    assert len(reminders(chat)) == 1


async def test_a_person_can_switch_reminders_off_in_one_tap(chat):
    await planned(chat)
    await answer(chat, "yes", **ANA)
    await at(chat, STARTS - WEEK)
    reply = await chat.press(reminders(chat)[0], "No more reminders", **ANA)
    assert reply.summary == "You get no more reminders of convenings."
    await at(chat, STARTS - DAY)
    assert len(reminders(chat)) == 1


async def test_a_reminder_waits_for_the_end_of_the_readers_quiet_hours(chat):
    await planned(chat)  # 08:30 of the next day in Tokyo
    await answer(chat, "yes", **ANA)
    await wish(chat, ANA, zone="Asia/Tokyo", quiet_to="09:00")
    await at(chat, STARTS - DAY)
    assert reminders(chat) == []
    await at(chat, STARTS - DAY + timedelta(minutes=29))
    assert reminders(chat) == []
    await at(chat, STARTS - DAY + timedelta(minutes=30))
    assert "Thursday, March 11, 2027, 8:30 AM JST" in reminders(chat)[0].summary
    assert "late" not in words_of(reminders(chat)[0])


async def test_a_reminder_that_cannot_wait_for_the_morning_comes_before_the_night(chat):
    await planned(chat)  # 08:30 in Tokyo; an hour before is 07:30, in quiet hours until 08:30
    await answer(chat, "yes", **ANA)
    await wish(chat, ANA, zone="Asia/Tokyo", quiet_from="22:00", quiet_to="08:30")
    await at(chat, datetime(2027, 3, 10, 12, 29, tzinfo=UTC))
    before = len(reminders(chat))
    await at(chat, datetime(2027, 3, 10, 12, 30, tzinfo=UTC))  # 21:30 in Tokyo
    assert len(reminders(chat)) == before + 1
    await at(chat, STARTS - HOUR)
    assert len(reminders(chat)) == before + 1


async def test_a_bot_that_was_down_in_the_evening_does_not_wake_people_at_night(chat):
    await planned(chat)
    await answer(chat, "yes", **ANA)
    await wish(chat, ANA, zone="America/New_York", quiet_from="19:00", quiet_to="08:00")
    chat.clock.now = STARTS - DAY - HOUR
    await reminding(chat).once()
    await at(chat, STARTS - DAY + 2 * HOUR)  # 20:30
    assert reminders(chat) == []
    _, sent = await rows(chat)
    assert (sent[-1].status, sent[-1].error_code) == (Status.PENDING, "quiet_hours")
    assert sent[-1].attempts == 0
    await at(chat, datetime(2027, 3, 10, 13, 0, 1, tzinfo=UTC))
    assert "This reminder comes late" in words_of(reminders(chat)[0])


async def test_a_late_reminder_says_so_within_its_window_and_is_dropped_and_counted_past_it(chat):
    await planned(chat)
    await answer(chat, "yes", **ANA)
    await answer(chat, "maybe", **BO)
    await at(chat, STARTS - HOUR + timedelta(minutes=14))
    (only,) = reminders(chat)
    assert "This reminder comes late" in words_of(only)
    found, _ = await rows(chat)
    assert [(one.lead, one.missed) for one in found] == [(WEEK, 2), (DAY, 2), (HOUR, 0)]


async def test_one_that_waits_too_long_for_its_platform_is_dropped(chat):
    await planned(chat)
    await answer(chat, "yes", **ANA)
    await reminding(chat).once()
    chat.clock.now = STARTS - HOUR
    await at(chat, STARTS - HOUR + timedelta(minutes=16))
    _, sent = await rows(chat, HOUR)
    assert [(one.error_code, one.status) for one in sent] == [("late", Status.DROPPED)]


async def test_reminder_overdue(storage):
    async with conversation(storage) as chat:
        await planned(chat)
        await answer(chat, "yes", **ANA)
        await at(chat, STARTS - 2 * DAY)  # the first of three days
        assert reminders(chat) == []
    async with conversation(storage) as chat:
        await at(chat, STARTS + DAY)
        assert reminders(chat) == []
        found, sent = await rows(chat)
    assert {one.state for one in found} == {"closed"}
    assert [(one.lead, one.missed) for one in found] == [(WEEK, 1), (DAY, 0), (HOUR, 1)]
    assert [one.status for one in sent] == [Status.DROPPED]


async def test_organizers_read_how_many_reminders_arrived_and_how_many_came_too_late(chat):
    await planned(chat)
    await answer(chat, "yes", **ANA)
    await answer(chat, "yes", **BO)
    chat.messenger.failures = [DeliveryRefused(Problem.DM_CLOSED)]
    await at(chat, STARTS - DAY)
    shown = words_of(await chat.say("convening report 1", **ORGANIZER))
    assert "Reminders: 1 sent, 2 on their way, 2 too late, so not sent, 1 could not be delivered" in shown


async def test_a_convening_that_moved_is_reminded_of_anew(chat):
    await planned(chat)
    await answer(chat, "yes", **ANA)
    await at(chat, STARTS - DAY)
    assert len(reminders(chat)) == 1
    edited = await chat.say('convening edit 1 starts:"2027-03-20 18:30"', **ORGANIZER)
    await chat.press(edited, "Save")
    await at(chat, STARTS - HOUR)
    assert len(reminders(chat)) == 1
    await at(chat, datetime(2027, 3, 19, 22, 30, tzinfo=UTC))  # summer time by then
    assert "March 20, 2027, 6:30 PM EDT" in reminders(chat)[-1].summary


async def test_a_convening_that_moves_there_and_back_reminds_nobody_twice(chat):
    await planned(chat)
    await answer(chat, "yes", **ANA)
    await at(chat, STARTS - DAY)
    for day in ("2027-03-20", "2027-03-10"):
        await chat.press(await chat.say(f'convening edit 1 starts:"{day} 18:30"', **ORGANIZER), "Save")
        await at(chat, chat.clock.now)
    assert len(reminders(chat)) == 1
    await at(chat, STARTS - HOUR)
    assert len(reminders(chat)) == 2


async def test_a_cancelled_convening_reminds_nobody(chat):
    await planned(chat)
    await answer(chat, "yes", **ANA)
    chat.clock.now = STARTS - DAY - HOUR
    await reminding(chat).once()
    await chat.say("convening cancel 1 reason:Rain", **ORGANIZER)
    await at(chat, STARTS - DAY)
    assert reminders(chat) == []


async def test_each_date_of_a_repeated_convening_has_its_reminders(chat):
    await planned(chat, "repeat:FREQ=WEEKLY;COUNT=3")
    await answer(chat, "yes", **ANA)
    for week in range(4):
        await at(chat, STARTS + week * WEEK - DAY - (HOUR if week else timedelta(0)))
        await at(chat, STARTS + week * WEEK - DAY)
    days = [one.summary.partition("March ")[2][:2] for one in reminders(chat)]
    assert days == ["10", "17", "24"]


async def test_dst_fold_has_one_reminder(chat):
    preview = await chat.say(
        'convening add title:Night starts:"2027-11-07 01:30" zone:America/New_York place:Park', **ORGANIZER
    )
    await chat.press(preview, "Save")
    await answer(chat, "yes", **ANA)
    await wish(chat, ANA, quiet_from="00:00", quiet_to="00:00")
    for hour in range(30):
        await at(chat, datetime(2027, 11, 6, 5, 30, tzinfo=UTC) + hour * HOUR)
    assert len(reminders(chat)) == 2  # a day and an hour before


async def test_a_closed_direct_channel_is_noted_and_not_tried_again(chat):
    await planned(chat)
    await answer(chat, "yes", **ANA)
    chat.messenger.failures = [DeliveryRefused(Problem.DM_CLOSED)]
    await at(chat, STARTS - DAY)
    await at(chat, STARTS - DAY + HOUR)
    _, sent = await rows(chat)
    assert [(one.status, one.error_code) for one in sent] == [(Status.REFUSED, "dm_closed")]
    assert reminders(chat) == []


async def test_the_reader_gets_their_own_language(chat):
    await planned(chat)
    await answer(chat, "yes", **ANA | {"lang": "es"})
    await at(chat, STARTS - DAY)
    assert reminders(chat)[0].summary.startswith("Recordatorio: «City assembly» es el miércoles, 10 de marzo de 2027")


async def test_somebody_who_deleted_everything_gets_nothing(chat):
    await planned(chat)
    await answer(chat, "yes", **ANA)
    chat.clock.now = STARTS - DAY - HOUR
    await reminding(chat).once()
    await chat.press(await chat.say("me delete", **ANA), "Yes, erase it", **ANA)
    await at(chat, STARTS - DAY)
    assert reminders(chat) == []
    assert (await rows(chat))[1] == []


async def test_a_clock_that_jumps_is_noticed_by_the_running_loop(chat):
    await planned(chat)
    await answer(chat, "yes", **ANA)
    woken = asyncio.Event()
    services = chat.dispatcher.services
    job = Reminding(services.unit_of_work, services.settings, chat.clock, woken.set, looks_s=0.01)
    task = asyncio.create_task(job.run())
    async with asyncio.timeout(20):
        await woken.wait()
        woken.clear()
        chat.clock.now = STARTS - HOUR  # three months at once
        await woken.wait()
        chat.clock.now = STARTS - WEEK  # and back
        chat.clock.now = STARTS - HOUR
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await chat.outbox.once()
    assert len(reminders(chat)) == 1
    assert LOOKS_S <= 5


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("7d, 1d, 1h", "7d, 1d, 1h"),
        ("1 hour, 7 DAYS", "7d, 1h"),
        ("una", None),
        ("2 semanas,90 minutos", "14d, 90m"),
        ("none", "none"),
        ("Ninguno", "none"),
        ("60m, 1h", "1h"),
        ("1m", None),
        ("61d", None),
        ("1d,2d,3d,4d,5d,6d", None),
        ("1h tomorrow", None),
        (",", None),
        ("99999d", None),
        ("²d", None),
    ],
)
def test_times_before_a_convening_are_read_and_stored_in_one_way(text, stored):
    if stored is None:
        with pytest.raises(LeadError):
            leads_of(text)
    else:
        assert written(leads_of(text)) == stored
        assert leads_of(stored) == leads_of(text)
