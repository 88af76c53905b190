"""Changes and cancellations: told once, with the reason, to everybody who answered but whoever did it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.deliveries import Status, Subject
from bot.retention import deleted
from bot.settings import Retention
from bot.testing import conversation, words_of
from tests.features.gatherings import MEMBER, ORGANIZER, planned, value_of

ANA, BO, CY, DI = (MEMBER | {"user": f"fake:{name}"} for name in ("ana", "bo", "cy", "di"))
STARTS = datetime(2027, 3, 10, 23, 30, tzinfo=UTC)  # 18:30 in New York


@pytest.fixture
async def chat(sqlite_storage):
    async with conversation(sqlite_storage) as chat:
        yield chat


async def answers(chat, **words):
    """Let people answer: ana="yes"."""
    for name, word in words.items():
        await chat.say(f"convening rsvp 1 {word}", **MEMBER | {"user": f"fake:{name}"})


async def edited(chat, options, **who):
    return await chat.press(await chat.say(f"convening edit 1 {options}", **ORGANIZER | who), "Save")


async def later(chat, minutes=6):
    chat.clock.advance(timedelta(minutes=minutes))
    await chat.deliver()


def told(chat, who=ANA):
    return [one for one in chat.messenger.seen_in(who["user"]) if one.summary.startswith(("Changed", "Cancelled"))]


async def wish(chat, who, **wishes):
    async with chat.dispatcher.services.unit_of_work(writes=True) as uow:
        await uow.preferences.save(replace(await uow.preferences.of(who["user"]), **wishes))


async def rows(chat, number=1):
    async with chat.dispatcher.services.unit_of_work(writes=False) as uow:
        return await uow.deliveries.of_subject(Subject.NOTICE, number)


async def test_another_time_is_told_to_all_who_come_may_come_or_wait(storage):
    async with conversation(storage) as chat:
        await planned(chat, "capacity:1")
        await answers(chat, ana="yes", bo="yes", cy="maybe", di="no")
        saved = await edited(chat, 'starts:"2027-03-12 19:00" reason:"The hall is taken"')
        assert "3 people who answered are told directly." in words_of(saved)
        await later(chat)
        assert [len(told(chat, who)) for who in (ANA, BO, CY, DI)] == [1, 1, 1, 0]
        (notice,) = told(chat)
        assert notice.summary == "Changed: “City assembly” is on Friday, March 12, 2027, 7:00 PM EST (GMT-05:00)."
        assert "Reason: The hall is taken" in words_of(notice)
        assert value_of(notice, "Before") == "Wednesday 18:30 America/New_York"
        assert value_of(notice, "Now") == "Friday 19:00 America/New_York"


async def test_another_place_is_told_with_the_old_one(chat):
    await planned(chat)
    await answers(chat, ana="yes")
    await edited(chat, "place:Library")
    await later(chat)
    (notice,) = told(chat)
    assert notice.summary.endswith("is at another place.")
    assert (value_of(notice, "Place before"), value_of(notice, "Place now")) == ("City Hall", "Library")
    assert "Reason" not in words_of(notice)


async def test_what_changes_nothing_about_coming_is_not_told(chat):
    await planned(chat)
    await answers(chat, ana="yes")
    await edited(chat, 'title:"Big assembly" description:"More" capacity:50')
    await later(chat)
    assert told(chat) == []


async def test_several_edits_within_minutes_are_one_change(chat):
    await planned(chat)
    await answers(chat, ana="yes")
    await edited(chat, "place:Library reason:Flood")
    await edited(chat, 'starts:"2027-03-12 19:00"')
    await edited(chat, 'starts:"2027-03-13 19:00" reason:"And a strike"')
    await later(chat)
    (notice,) = told(chat)
    assert value_of(notice, "Before") == "Wednesday 18:30 America/New_York"
    assert value_of(notice, "Now") == "Saturday 19:00 America/New_York"
    assert value_of(notice, "Place before") == "City Hall"
    assert "Reason: Flood And a strike" in words_of(notice)
    await edited(chat, "place:Museum")
    await later(chat)
    assert len(told(chat)) == 2
    assert value_of(told(chat)[1], "Place before") == "Library"


async def test_an_edit_that_is_taken_back_in_time_is_not_told(chat):
    await planned(chat)
    await answers(chat, ana="yes")
    await edited(chat, "place:Library")
    await edited(chat, 'place:"City Hall"')
    await later(chat)
    assert told(chat) == []
    assert [(one.status, one.error_code) for one in await rows(chat)] == [(Status.DROPPED, "unchanged")]


async def test_whoever_did_it_is_not_told(chat):
    await planned(chat)
    await chat.say("convening rsvp 1 yes", **ORGANIZER)
    await answers(chat, ana="yes")
    await edited(chat, "place:Library")
    await chat.say("convening cancel 1 reason:Rain", **ORGANIZER)
    await later(chat)
    assert told(chat, ORGANIZER) == []


async def test_a_cancellation_is_told_once_with_the_reason_to_everybody_who_answered(storage):
    async with conversation(storage) as chat:
        await planned(chat)
        await answers(chat, ana="yes", bo="maybe", cy="no")
        reply = await chat.say('convening cancel 1 reason:"<!channel> *Rain*"', **ORGANIZER)
        assert "3 people who answered are told directly." in words_of(reply)
        for _ in range(3):
            await later(chat)
        assert [len(told(chat, who)) for who in (ANA, BO, CY, DI)] == [1, 1, 1, 0]
        (notice,) = told(chat)
        assert notice.summary == (
            "Cancelled: “City assembly” on Wednesday, March 10, 2027, 6:30 PM EST (GMT-05:00) does not take place."
        )
        assert "Reason: <!channel> *Rain*" in words_of(notice)


async def test_a_change_that_was_not_told_yet_is_not_told_after_a_cancellation(chat):
    await planned(chat)
    await answers(chat, ana="yes")
    await edited(chat, "place:Library")
    await chat.say("convening cancel 1 reason:Rain", **ORGANIZER)
    await later(chat)
    assert [one.summary.split(":")[0] for one in told(chat)] == ["Cancelled"]


async def test_whoever_says_no_before_it_is_told_hears_nothing(chat):
    await planned(chat)
    await answers(chat, ana="yes")
    await edited(chat, "place:Library")
    await answers(chat, ana="no")
    await later(chat)
    assert told(chat) == []


async def test_a_notice_waits_for_the_end_of_quiet_hours_when_there_is_time(chat):
    await planned(chat)
    await answers(chat, ana="yes")
    await wish(chat, ANA, zone="America/New_York", quiet_from="09:00", quiet_to="12:00")
    await edited(chat, "place:Library")  # at ten in the morning
    await later(chat)
    assert told(chat) == []
    await later(chat, 120)
    assert len(told(chat)) == 1


async def test_a_notice_that_cannot_wait_comes_in_quiet_hours(chat):
    await planned(chat)
    await answers(chat, ana="yes")
    await wish(chat, ANA, zone="America/New_York", quiet_from="12:00", quiet_to="18:00")
    chat.clock.now = STARTS - timedelta(hours=4)
    await chat.say("convening cancel 1 reason:Rain", **ORGANIZER)
    await chat.deliver()
    assert len(told(chat)) == 1


async def test_reminders_switched_off_leave_notices_on(chat):
    await planned(chat)
    await answers(chat, ana="yes")
    await wish(chat, ANA, reminders=False)
    await chat.say("convening cancel 1 reason:Rain", **ORGANIZER)
    await chat.deliver()
    assert len(told(chat)) == 1


async def test_a_date_that_is_left_out_is_told_with_its_day(chat):
    await planned(chat, "repeat:FREQ=WEEKLY;COUNT=3")
    await answers(chat, ana="yes")
    await chat.say("convening skip 1 2027-03-17 reason:Holiday", **ORGANIZER)
    await later(chat)
    (notice,) = told(chat)
    assert value_of(notice, "Does not take place on") == "March 17, 2027"
    assert "Reason: Holiday" in words_of(notice)


async def test_a_hidden_place_is_told_to_those_who_come_alone(chat):
    await planned(chat, "hide_place:yes")
    await answers(chat, ana="yes", bo="maybe")
    await edited(chat, "place:Library")
    await later(chat)
    assert "Library" in words_of(told(chat)[0])
    assert "Library" not in words_of(told(chat, BO)[0])
    assert "City Hall" not in words_of(told(chat, BO)[0])
    assert "told to those who answer yes" in words_of(told(chat, BO)[0])


async def test_a_notice_is_in_the_readers_language_and_time(chat):
    await planned(chat)
    await chat.say("convening rsvp 1 yes", **ANA | {"lang": "es"})
    await wish(chat, ANA, zone="America/Denver")
    await edited(chat, 'starts:"2027-03-12 19:00"', lang="en")
    await later(chat)
    (notice,) = [one for one in chat.messenger.seen_in(ANA["user"]) if "City assembly" in one.summary]
    assert notice.summary.startswith("Cambio: «City assembly» es el viernes, 12 de marzo de 2027, 17:00 MST")


async def test_erased_people_are_not_told(chat):
    await planned(chat)
    await answers(chat, ana="yes")
    await edited(chat, "place:Library")
    await chat.press(await chat.say("me delete", **ANA), "Yes, erase it", **ANA)
    await later(chat)
    assert told(chat) == []


async def test_what_a_convening_was_before_it_changed_is_not_kept_for_longer_than_messages(chat):
    await planned(chat)
    await answers(chat, ana="yes")
    await edited(chat, "place:Library")
    chat.clock.advance(timedelta(days=181))
    async with chat.dispatcher.services.unit_of_work(writes=True) as uow:
        assert (await deleted(uow, Retention(), chat.clock()))["notices_of_changes"] == 1
        assert await uow.notices.get(1) is None


async def test_a_near_convening_is_told_sooner(chat):
    await planned(chat)
    await answers(chat, ana="yes")
    chat.clock.now = STARTS - timedelta(minutes=20)
    await edited(chat, "place:Library")
    await later(chat, 1)
    assert len(told(chat)) == 1


async def test_reminders_can_be_chosen_for_one_convening(chat):
    preview = await chat.say(
        'convening add title:A starts:"2027-03-10 18:30" zone:Eastern place:B reminders:"2 days"', **ORGANIZER
    )
    assert value_of(preview, "Reminders") == "2d"
    await chat.press(preview, "Save")
    for words, stored in (("none", "none"), ("usual", ""), ("1 hora, 3d", "3d, 1h")):
        await edited(chat, f'reminders:"{words}"')
        async with chat.dispatcher.services.unit_of_work(writes=False) as uow:
            assert (await uow.convenings.get(1)).reminders == stored
    refused = await chat.say("convening edit 1 reminders:soon", **ORGANIZER)
    assert refused.summary == "“soon” is no time before a convening."
    assert "7d, 1d, 1h" in words_of(refused)
