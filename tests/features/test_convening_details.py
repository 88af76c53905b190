"""What a convening tells besides title and time: how it is typed, who reads which language, whom it is shown to."""

from __future__ import annotations

from datetime import date

import pytest

from bot.testing import conversation, words_of
from tests.features.gatherings import ADD, ELSEWHERE, MEMBER, ORGANIZER, STEERING, followed, planned, post, value_of

STARTS = 'starts:"2027-03-10 18:30"'


@pytest.fixture
async def chat(sqlite_storage):
    async with conversation(sqlite_storage) as chat:
        yield chat


async def _stored(storage, convening_id=1):
    async with storage.unit_of_work(writes=False) as uow:
        return await uow.convenings.get(convening_id)


@pytest.mark.parametrize(
    ("starts", "lang", "said"),
    [
        ("next Tuesday 6pm", "en", "Tuesday, November 24, 2026, 6:00 PM EST (GMT-05:00)"),
        ("el 14 de marzo a las 18:30", "es", "domingo, 14 de marzo de 2027, 18:30 EDT (GMT-04:00)"),
    ],
)
async def test_a_spoken_time_is_repeated_with_weekday_and_offset(chat, starts, lang, said):
    reply = await chat.say(ADD.replace(STARTS, f'starts:"{starts}"'), **ORGANIZER | {"lang": lang})
    assert said in reply.summary


async def test_tomorrow_stays_the_same_day_however_long_the_preview_waits(chat, sqlite_storage):
    chat.clock.now = chat.clock.now.replace(hour=4, minute=30)  # 23:30 in New York
    preview = await chat.say(ADD.replace(STARTS, 'starts:"tomorrow 6 pm"') + ' ends:"2 hours"', **ORGANIZER)
    chat.clock.now = chat.clock.now.replace(hour=5, minute=15)  # past midnight there
    await chat.press(preview, "Save")
    stored = await _stored(sqlite_storage)
    assert stored.starts.local.isoformat() == "2026-11-23T18:00:00"
    assert stored.ends.local.isoformat() == "2026-11-23T20:00:00"


async def test_a_date_that_can_be_two_days_is_asked_back(chat):
    reply = await chat.say(ADD.replace(STARTS, 'starts:"03/04/2027 18:30"'), **ORGANIZER)
    assert "can be Thursday, March 4, 2027 or Saturday, April 3, 2027" in reply.summary
    assert "2027-03-04 or 2027-04-03" in words_of(reply)


async def test_est_in_summer_asks_what_is_meant(chat):
    summer = ADD.replace(STARTS, 'starts:"2027-07-10 18:30"')
    preview = await chat.say(summer.replace("America/New_York", "EST"), **ORGANIZER)
    assert "6:30 PM EDT (GMT-04:00)" in preview.summary
    assert "You wrote EST, but on that day the clocks in America/New_York show EDT" in words_of(preview)
    assert "You wrote" not in words_of(await chat.say(ADD.replace("America/New_York", "EST"), **ORGANIZER))
    assert "You wrote" not in words_of(await chat.say(summer.replace("America/New_York", "ET"), **ORGANIZER))


async def test_arizona_keeps_its_clocks_and_mst_alone_asks_which_zone(chat):
    summer = ADD.replace(STARTS, 'starts:"2027-07-10 18:30"')
    reply = await chat.say(summer.replace("America/New_York", "Arizona"), **ORGANIZER)
    assert "6:30 PM MST (GMT-07:00)" in reply.summary
    reply = await chat.say(summer.replace("America/New_York", "MST"), **ORGANIZER)
    assert "America/Denver, America/Phoenix" in words_of(reply)


async def test_an_end_can_be_a_length(chat):
    assert value_of(await chat.say(f"{ADD} ends:90min", **ORGANIZER), "Ends") == "Wednesday 20:00 America/New_York"
    edited = await planned(chat, "ends:90min")
    assert value_of(edited, "Ends") == "Wednesday 20:00 America/New_York"
    edited = await chat.say("convening edit 1 ends:9pm", **ORGANIZER)
    assert value_of(edited, "Ends") == "Wednesday 21:00 America/New_York"


async def test_each_channel_reads_its_language_and_a_note_where_there_is_only_the_other(chat):
    await followed(chat)
    await followed(chat, "fake:C9", options="lang:es")
    await planned(chat, 'description:"We talk." descripcion:"Hablamos."')
    assert post(chat).sections[0].text == r"We talk\."
    assert post(chat, "fake:C9").sections[0].text == r"Hablamos\."
    form = await chat.say("convening edit 1", **ORGANIZER)
    await chat.press(await chat.submit(form, {"descripcion": ""}), "Save")
    await chat.deliver()
    assert "solo en inglés" in post(chat, "fake:C9").sections[0].text


async def test_access_is_shown_by_name_in_each_language_and_free_words_stay(chat):
    await followed(chat, options="lang:es")
    reply = await planned(chat, 'access:"asl, step-free, ramp at the back and captions"')
    assert value_of(reply, "Access") == "Sign language (ASL), Wheelchair access, Live captions, ramp at the back"
    assert value_of(post(chat), "Accesibilidad").startswith("Lengua de señas (ASL), Acceso en silla de ruedas")


async def test_themes_are_those_of_the_knowledge_base(chat, sqlite_storage):
    assert "There is no theme “gardening”" in (await chat.say(f"{ADD} themes:gardening", **ORGANIZER)).summary
    await planned(chat, 'themes:"criteria, Human rights city basics" host:"Chapter Eugene"')
    assert (await _stored(sqlite_storage)).themes == ("criteria", "basics")
    assert (
        value_of(await chat.say("convening show 1", **MEMBER), "Themes")
        == "Human rights city basics, Criteria and self-assessment"
    )
    assert value_of(await chat.say("convening show 1"), "Host") == "Chapter Eugene"


@pytest.mark.parametrize("link", ["javascript:alert(1)", "//x", "https://", "meet at five", "ftp://example.org/x"])
async def test_what_is_no_web_address_is_no_link(chat, link):
    assert "is no link" in (await chat.say(f'{ADD} link:"{link}"', **ORGANIZER)).summary


async def test_a_hidden_place_is_told_to_those_who_come_alone(chat):
    await followed(chat)
    await planned(chat, "hide_place:yes link:https://example.org/room capacity:1")
    for reply in (post(chat), await chat.say("convening list", **MEMBER), await chat.say("convening show 1")):
        assert "City Hall" not in words_of(reply)
        assert "example.org" not in words_of(reply)
    assert "City Hall" not in words_of(await chat.press(post(chat), "Maybe", **MEMBER))
    coming = await chat.press(post(chat), "Yes", **MEMBER)
    assert value_of(coming, "Where") == "City Hall"
    assert value_of(coming, "Online") == "https://example.org/room"
    assert "City Hall" not in words_of(coming.card)
    assert "City Hall" not in words_of(await chat.press(post(chat), "Yes", **MEMBER | {"user": "fake:bo"}))


async def test_one_date_of_a_series_is_left_out_and_taken_in_again(chat, sqlite_storage):
    await followed(chat)
    await planned(chat, "repeat:weekly")
    reply = await chat.say('convening skip 1 date:"2027-03-17"', **ORGANIZER)
    assert reply.summary == "“City assembly (#1)” does not take place on March 17, 2027."
    await chat.deliver()
    assert value_of(post(chat), "Not on") == "March 17, 2027"
    assert (await _stored(sqlite_storage)).dates[1].local.date() == date(2027, 3, 24)
    assert "is not a date" in (await chat.say('convening skip 1 date:"2027-03-17"', **ORGANIZER)).summary
    await chat.say('convening skip 1 date:"2027-03-17" back:yes', **ORGANIZER)
    assert (await _stored(sqlite_storage)).dates[1].local.date() == date(2027, 3, 17)


async def test_a_skipped_date_must_be_one_of_the_series_and_not_the_last(chat):
    await planned(chat)
    reply = await chat.say("convening skip 1 date:2027-03-11", **ORGANIZER)
    assert "Its dates: 2027-03-10." in words_of(reply)
    assert "would have no date left" in (await chat.say("convening skip 1 date:2027-03-10", **ORGANIZER)).summary
    assert "Only organizers" in (await chat.say("convening skip 1 date:2027-03-10", **MEMBER)).summary


async def test_a_chapters_own_convening_is_shown_in_it_alone(chat):
    await followed(chat)
    await chat.say("channel follow", **ELSEWHERE)
    await planned(chat)
    assert chat.messenger.seen_in("fake:C2") == []
    assert "1 convening" in (await chat.say("convening list", **MEMBER)).summary
    for text in ("convening show 1", "convening rsvp 1 yes", "convening edit 1 place:Park"):
        assert (await chat.say(text, **ELSEWHERE)).summary == "I do not know that convening."
    assert "No convening" in (await chat.say("convening list")).summary
    request = await chat.dispatcher.suggest(_typing(chat), "convening", "")
    assert request == []
    assert "1 convening" in (await chat.say("convening list", **STEERING | {"workspace": "fake:T9"})).summary


def _typing(chat):
    from bot.request import Kind, Request

    return Request(Kind.COMMAND, "convening show", chat.actor, chat.origin)


async def test_who_answered_a_chapters_convening_finds_it_in_direct_messages_too(chat):
    await planned(chat)
    await chat.say("convening rsvp 1 yes", **MEMBER)
    assert "not coming" in (await chat.say("convening rsvp 1 no", workspace="", direct=True)).summary


async def test_only_the_committee_shows_a_convening_to_every_chapter(chat, sqlite_storage):
    await chat.say("channel follow", **ELSEWHERE)
    await planned(chat)
    await chat.press(await chat.say("convening edit 1 audience:all", **STEERING), "Save")
    await chat.deliver()
    assert post(chat, "fake:C2").summary.startswith("City assembly")
    assert "1 convening" in (await chat.say("convening list", **ELSEWHERE)).summary


async def test_a_chapter_proposes_its_convening_to_every_chapter_and_the_committee_approves(chat, sqlite_storage):
    await followed(chat)
    await chat.say("channel follow", **ELSEWHERE)
    preview = await chat.say(f"{ADD} audience:all", **ORGANIZER)
    assert value_of(preview, "Shown to") == "this chapter; every chapter once the steering committee approves"
    saved = await chat.press(preview, "Save")
    assert "Until it is approved, it is shown in this chapter alone." in words_of(saved)
    await chat.deliver()
    assert chat.messenger.seen_in("fake:C2") == []
    assert "No convening" in (await chat.say("convening list", **ELSEWHERE)).summary
    (asked,) = chat.messenger.seen_in("fake:steering")
    shown = await chat.press(asked, "Check it", **STEERING)
    assert value_of(shown, "Channels that get it") == "2"
    assert "City Hall" in words_of(shown)
    assert "is shown to every chapter now" in (await chat.press(shown, "Approve", **STEERING)).summary
    await chat.deliver()
    assert post(chat, "fake:C2").summary.startswith("City assembly")
    assert len(chat.messenger.seen_in("fake:C1")) == 1
    assert (await _stored(sqlite_storage)).audience == "all"


async def test_a_proposal_lapses_when_the_convening_changes_and_can_be_made_anew(chat, sqlite_storage):
    await planned(chat, "audience:all")
    await chat.press(await chat.say('convening edit 1 place:"Park"', **ORGANIZER), "Save")
    shown = await chat.say("approvals show 1", **STEERING)
    assert "not valid any more" in shown.summary
    again = await chat.press(await chat.say("convening show 1", **ORGANIZER), "Propose to every chapter")
    assert again.summary == "“City assembly (#1)” is proposed to every chapter."
    await chat.say("convening cancel 1 reason:Rain", **ORGANIZER)
    assert "not valid any more" in (await chat.say("approvals show 2", **STEERING)).summary
    assert (await _stored(sqlite_storage)).audience == "chapter"


@pytest.mark.parametrize("trusted", ["fake:olga", "fake:T1"])
async def test_a_trusted_host_needs_no_approval(sqlite_storage, trusted):
    from bot.settings import Convenings

    async with conversation(sqlite_storage, convenings=Convenings(trusted=(trusted,))) as chat:
        await chat.say("channel follow", **ELSEWHERE)
        await planned(chat, "audience:all")
        assert post(chat, "fake:C2").summary.startswith("City assembly")
        await planned(chat, "title:Second")
        shown = await chat.press(await chat.say("convening show 2", **ORGANIZER), "Show to every chapter")
        assert "is shown to every chapter now" in shown.summary


async def test_nobody_of_another_chapter_shares_a_convening(chat, sqlite_storage):
    await planned(chat)
    shown = await chat.say("convening show 1", **ORGANIZER)
    for who in (ELSEWHERE, MEMBER):
        await chat.press(shown, "Propose to every chapter", **who)
    assert (await _stored(sqlite_storage)).audience == "chapter"
    async with sqlite_storage.unit_of_work(writes=False) as uow:
        assert await uow.approvals.waiting() == ()
