"""Convenings in calendars, read by another library than the one that writes them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import vobject
from dateutil.rrule import rrulestr

from bot.calendars import Occasion, calendar_file
from bot.i18n import core_translators
from bot.testing import conversation, words_of
from tests.adapters.web.conftest import site
from tests.features.gatherings import ELSEWHERE, MEMBER, ORGANIZER, STEERING, followed, planned, post

ABROAD = STEERING | {"workspace": "fake:T2", "channel": "fake:C2"}
BO = MEMBER | {"user": "fake:bo", "name": "Bo Quick"}
ON = {"web": {"public_url": "http://127.0.0.1:8080"}}
SECRET = re.compile(r"/calendar/mine/([\w-]+)\.ics")


@pytest.fixture
async def chat(sqlite_storage):
    async with conversation(sqlite_storage, **ON) as chat:
        yield chat


@pytest.fixture
async def web(chat, sqlite_storage):
    async with site(chat, sqlite_storage) as made:
        yield made


def read(text):
    """Return a calendar as the independent parser reads it."""
    return vobject.readOne(text if isinstance(text, str) else text.decode())


async def file_of(chat, more="1", **who):
    reply = await chat.say(f"convening calendar {more}", **MEMBER | who)
    return reply.attachments[0].content


async def event_of(chat, more="1"):
    return read(await file_of(chat, more)).vevent


async def own_address(chat, **who):
    """Make the asker's own address; return the path of its page."""
    reply = await chat.say("convening calendar", **who)
    label = next(one.label for section in reply.sections for one in section.buttons)
    made = await chat.press(reply, label, **who)
    return SECRET.search(words_of(made)).group(0)


async def test_a_convening_is_a_file_that_another_library_reads(chat):
    await planned(chat, 'ends:"2027-03-10 20:30" city:Eugene description:"Bring a friend" access:"Captions"')
    content = await file_of(chat)
    calendar = read(content)
    event = calendar.vevent
    assert (calendar.method.value, calendar.version.value, event.status.value) == ("PUBLISH", "2.0", "CONFIRMED")
    assert (event.summary.value, event.location.value) == ("City assembly", "City Hall, Eugene")
    assert event.description.value == "Bring a friend\n\nAccess: Live captions"
    assert event.dtstart.value == datetime(2027, 3, 10, 18, 30, tzinfo=ZoneInfo("America/New_York"))
    assert event.dtend.value.astimezone(UTC) == datetime(2027, 3, 11, 1, 30, tzinfo=UTC)
    assert event.dtstart.params["X-VOBJ-ORIGINAL-TZID"] == ["America/New_York"]
    assert calendar.vtimezone.tzid.value == "America/New_York"
    assert b"\r\n" in content and b"ATTENDEE" not in content and b"ORGANIZER" not in content


async def test_without_an_end_it_lasts_three_hours(chat):
    await planned(chat)
    event = await event_of(chat)
    assert event.dtend.value - event.dtstart.value == timedelta(hours=3)


@pytest.mark.parametrize(
    "rule",
    [
        "weekly",
        "FREQ=MONTHLY;BYDAY=2WE;COUNT=5",
        "FREQ=WEEKLY;UNTIL=20270501T220000Z",
        "FREQ=DAILY;INTERVAL=3;UNTIL=20270401",
        "FREQ=YEARLY;COUNT=3",
    ],
)
async def test_a_calendar_finds_the_same_dates_as_the_bot(chat, sqlite_storage, rule):
    await planned(chat, f'repeat:"{rule}"')
    event = await event_of(chat)
    async with sqlite_storage.unit_of_work(writes=False) as uow:
        convening = await uow.convenings.get(1)
    start = datetime(2027, 3, 10, 18, 30, tzinfo=ZoneInfo("America/New_York"))
    found = list(rrulestr(event.rrule.value, dtstart=start))
    assert [one.replace(tzinfo=None) for one in found] == [one.local for one in convening.dates]


async def test_the_clock_that_is_skipped_in_spring_stays_as_it_was_typed(chat):
    preview = await chat.say(
        'convening add title:Night starts:"2027-03-07 02:30" zone:America/New_York place:Park repeat:weekly',
        **ORGANIZER,
    )
    await chat.press(preview, "Save")
    content = await file_of(chat)
    assert b"DTSTART;TZID=America/New_York:20270307T023000" in content
    assert b"RRULE:FREQ=WEEKLY;COUNT=500" in content


async def test_ics_injection(chat, sqlite_storage):
    await planned(chat, 'description:"a;b,c\\d\r\nATTACH:https://evil.example/x\u2028BEGIN:VALARM"')
    async with sqlite_storage.unit_of_work(writes=False) as uow:
        stored = replace(await uow.convenings.get(1), title="x\r\nATTACH:https://evil.example/x")
    for content in (await file_of(chat), calendar_file(Occasion(stored, "u"), core_translators()["en"], chat.clock())):
        unfolded = content.replace(b"\r\n ", b"").decode()
        names = {re.split("[:;]", line)[0] for line in re.split(r"[\r\n\u2028]+", unfolded)}
        assert not names & {"ATTACH", "X-EVIL"}
        assert not hasattr(read(content).vevent, "attach")
        assert not hasattr(read(content).vevent, "valarm")
    event = read(content).vevent
    assert event.summary.value == "x\nATTACH:https://evil.example/x"
    assert event.description.value.startswith("a;b,c\\d\nATTACH:https://evil.example/x")


async def test_ics_line_fold(chat):
    await planned(chat, 'description:"' + "¿Qué? ñandú 🏙️ " * 30 + '"')
    content = await file_of(chat)
    lines = content.split(b"\r\n")
    assert max(len(line) for line in lines) <= 75
    assert all(line.decode() is not None for line in lines)
    assert read(content).vevent.description.value == ("¿Qué? ñandú 🏙️ " * 30).strip()


async def test_ics_sequence(chat):
    await planned(chat)
    seen = [await event_of(chat)]
    for place in ("Library", "Museum", "Park"):
        await chat.press(await chat.say(f"convening edit 1 place:{place}", **ORGANIZER), "Save")
        seen.append(await event_of(chat))
    await chat.say("convening cancel 1 reason:Rain", **ORGANIZER)
    last = read(await file_of(chat))
    assert [one.sequence.value for one in (*seen, last.vevent)] == ["0", "1", "2", "3", "4"]
    assert len({one.uid.value for one in (*seen, last.vevent)}) == 1
    assert (last.method.value, last.vevent.status.value) == ("CANCEL", "CANCELLED")
    assert "Rain" in last.vevent.description.value


async def test_the_id_in_calendars_outlives_a_restart_and_tells_no_number(chat, sqlite_storage):
    await planned(chat)
    first = (await event_of(chat)).uid.value
    async with conversation(sqlite_storage, **ON) as later:
        assert (await event_of(later)).uid.value == first
    assert re.fullmatch(r"[a-z2-7]{24}@hrc-bot", first)


async def test_all_that_is_ahead_comes_as_one_file(chat):
    await planned(chat, **STEERING)
    await planned(chat, "title:Second", **ABROAD)
    content = await file_of(chat, "")
    assert content.count(b"BEGIN:VEVENT") == 2
    assert content.count(b"BEGIN:VTIMEZONE") == 1


async def test_with_nothing_planned_there_is_no_file_and_it_says_so(chat):
    reply = await chat.say("convening calendar", **MEMBER)
    assert (reply.summary, reply.attachments) == ("No convening is planned yet, so there is no calendar file.", ())


async def test_without_the_web_server_there_is_the_file_and_who_can_switch_the_rest_on(sqlite_storage):
    async with conversation(sqlite_storage) as chat:
        await planned(chat)
        reply = await chat.say("convening calendar", **MEMBER)
    assert len(reply.attachments) == 1
    assert "web.public_url" in words_of(reply)
    assert "http" not in words_of(reply)


async def test_the_feed_of_all_holds_everybodys_convenings_and_a_chapters_its_own(chat, web):
    await planned(chat, **STEERING)
    await planned(chat, 'title:"Far away"', **ABROAD)
    _, headers, everything = await web.get("/calendar/all.ics")
    assert headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert sorted(one.summary.value for one in read(everything).vevent_list) == ["City assembly", "Far away"]
    shown = words_of(await chat.say("convening calendar", **ELSEWHERE))
    path = re.search(r"/calendar/chapter/\w+\.ics", shown).group(0)
    _, _, own = await web.get(path)
    assert [one.summary.value for one in read(own).vevent_list] == ["Far away"]
    assert "fake" not in path


async def test_a_chapters_own_convening_is_in_no_feed_and_on_no_page_of_others(chat, web):
    await planned(chat)
    assert "BEGIN:VEVENT" not in (await web.get("/calendar/all.ics"))[2]
    assert (await web.get("/calendar/convening/1.ics"))[0] == 404
    assert (await chat.say("convening calendar", **ELSEWHERE)).attachments == ()
    assert len((await chat.say("convening calendar", **MEMBER)).attachments) == 1


async def test_a_hidden_place_is_in_no_file_and_a_skipped_day_is_an_exception(chat):
    await planned(chat, "hide_place:yes link:https://example.org/room repeat:weekly")
    await chat.say("convening skip 1 date:2027-03-17", **ORGANIZER)
    content = await file_of(chat)
    assert b"City Hall" not in content and b"example.org" not in content
    assert read(content).vevent.exdate.value[0].isoformat()[:16] == "2027-03-17T18:30"


async def test_a_feed_is_sent_again_only_when_something_changed(chat, web):
    await planned(chat, **STEERING)
    _, headers, _ = await web.get("/calendar/all.ics")
    known = {"If-None-Match": headers["ETag"]}
    chat.clock.advance(timedelta(minutes=5))
    status, again, text = await web.get("/calendar/all.ics", headers=known)
    assert (status, text, again["ETag"]) == (304, "", headers["ETag"])
    await chat.press(await chat.say("convening edit 1 place:Park", **ORGANIZER), "Save")
    assert (await web.get("/calendar/all.ics", headers=known))[0] == 200


async def test_a_cancelled_convening_stays_in_the_feed_as_cancelled(chat, web):
    await planned(chat, **STEERING)
    await chat.say("convening cancel 1 reason:Rain", **ORGANIZER)
    _, _, text = await web.get("/calendar/all.ics")
    assert read(text).vevent.status.value == "CANCELLED"
    assert read(text).method.value == "PUBLISH"


async def test_the_file_of_one_convening_has_an_address(chat, web):
    await planned(chat, **STEERING)
    status, headers, text = await web.get("/calendar/convening/1.ics")
    assert (status, read(text).vevent.summary.value) == (200, "City assembly")
    assert headers["Content-Disposition"] == 'attachment; filename="convening-1.ics"'
    for number in ("2", "0", "x", "²", "9" * 12, "-1"):
        assert (await web.get(f"/calendar/convening/{number}.ics"))[0] == 404


async def test_a_card_links_to_the_file_where_every_chapter_sees_the_convening(chat):
    await followed(chat)
    await planned(chat, **STEERING)
    assert "Calendar file" in words_of(post(chat))
    assert "http://127.0.0.1:8080/calendar/convening/1.ics" in post(chat).sections[0].text
    await planned(chat, "title:Ours")  # of one chapter
    assert "Calendar file" not in words_of(post(chat))


async def test_ones_own_calendar_holds_what_one_said_yes_or_maybe_to_and_no_names(chat, web):
    await planned(chat)
    for title in ("Second", "Third"):
        await planned(chat, f"title:{title}")
    for number, answer in ((1, "yes"), (2, "no"), (3, "maybe")):
        await chat.say(f"convening rsvp {number} {answer}", **BO)
    _, headers, text = await web.get(await own_address(chat, **BO))
    assert sorted(one.summary.value for one in read(text).vevent_list) == ["City assembly", "Third"]
    assert headers["Cache-Control"] == "private, no-cache"
    assert "Bo" not in text and "fake" not in text


async def test_ones_own_calendar_is_there_with_nothing_in_it(chat, web):
    _, _, text = await web.get(await own_address(chat, **BO))
    assert not hasattr(read(text), "vevent")


async def test_ics_feed_secret(chat, web, sqlite_storage):
    await planned(chat)
    await chat.say("convening rsvp 1 yes", **BO)
    old, ana = await own_address(chat, **BO), await own_address(chat, **MEMBER)
    new = await own_address(chat, **BO)
    assert len({old, ana, new}) == 3
    assert [(await web.get(one))[0] for one in (old, ana, new)] == [404, 200, 200]
    asked = await chat.say("me delete", **BO)
    await chat.press(asked, "Yes, erase it", **BO)
    assert [(await web.get(one))[0] for one in (ana, new)] == [200, 404]
    assert (await web.get("/calendar/mine/guess.ics"))[2] == "There is no such calendar.\n"
    assert (await web.get("/calendar/chapter/guess.ics"))[0] == 404


async def test_of_a_secret_address_only_a_hash_is_stored(chat, sqlite_url):
    path = await own_address(chat, **BO)
    secret = SECRET.search(path).group(1).encode()
    assert secret not in Path(sqlite_url.removeprefix("sqlite:///")).read_bytes()


async def test_a_calendar_address_counts_as_kept_and_can_be_seen_in_me(chat):
    await own_address(chat, **BO)
    assert "Calendar addresses of your own: 1" in words_of(await chat.say("me", **BO))


async def test_an_address_made_in_a_channel_is_shown_to_the_asker_alone(chat):
    await own_address(chat, **BO)
    assert chat.dispatcher.registry.actions["convening.my_calendar"].ephemeral
    assert chat.messenger.messages == {}


async def test_both_databases_keep_one_address_for_each_account(storage):
    async with conversation(storage, **ON) as chat:
        first, second = await own_address(chat, **BO), await own_address(chat, **BO)
        async with storage.unit_of_work(writes=False) as uow:
            owners = [await uow.calendars.owner(SECRET.search(one).group(1)) for one in (first, second)]
    assert owners == ["", "fake:bo"]


SUSPENDED = {
    "en": "The steering committee suspended this chapter.",
    "es": "El comité directivo suspendió este capítulo.",
}
BLOCKED = {
    "en": "The steering committee keeps you out of this bot.",
    "es": "El comité directivo no le permite usar este bot.",
}


@pytest.mark.parametrize("lang", ["en", "es"])
async def test_a_suspended_chapters_calendar_is_refused_in_the_words_of_chat(chat, web, lang):
    await planned(chat)
    said = words_of(await chat.say("convening calendar", **ORGANIZER))
    path = re.search(r"/calendar/chapter/[\w-]+\.ics", said).group(0)
    assert (await web.get(path))[0] == 200
    await chat.say("block add chapter:fake:T1 reason:Threats", **STEERING)
    status, _, text = await web.get(path, headers={"Accept-Language": lang})
    assert (status, SUSPENDED[lang] in text) == (403, True)
    assert (await web.get("/calendar/all.ics"))[0] == 200


@pytest.mark.parametrize("lang", ["en", "es"])
async def test_whoever_is_blocked_reads_no_calendar_of_their_own(chat, web, lang):
    path = await own_address(chat, **MEMBER)
    others = await own_address(chat, **BO)
    assert (await web.get(path))[0] == 200
    await chat.say("block add person:fake:ana reason:Threats", **STEERING)
    status, _, text = await web.get(path, headers={"Accept-Language": lang})
    assert (status, BLOCKED[lang] in text) == (403, True)
    assert (await web.get(others))[0] == 200
