"""What a convening's times, rules and texts may be, and what the preview says of them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.reply import Form
from bot.testing import conversation, words_of
from tests.features.gatherings import ADD, MEMBER, ORGANIZER, followed, planned, post, value_of


@pytest.fixture
async def chat(storage):
    async with conversation(storage) as chat:
        yield chat


async def _stored(storage):
    async with storage.unit_of_work(writes=False) as uow:
        return await uow.convenings.get(1)


async def test_date_past(chat, storage):
    reply = await chat.say(ADD.replace("2027-03-10 18:30", "2026-11-22 18:30"), **ORGANIZER)
    assert "Sunday, November 22, 2026, 6:30 PM EST (GMT-05:00) is in the past" in reply.summary
    assert await _stored(storage) is None


@pytest.mark.parametrize("starts", ["0001-01-01 00:00", "9999-12-31 23:59", "2099-01-01 10:00"])
async def test_a_time_outside_of_what_can_be_planned_is_refused_in_words(chat, starts):
    reply = await chat.say(ADD.replace("2027-03-10 18:30", starts), **ORGANIZER)
    assert "is in the past" in reply.summary or "too far away" in reply.summary


async def test_an_end_before_the_start_is_refused(chat):
    reply = await chat.say(f'{ADD} ends:"2027-03-10 17:00"', **ORGANIZER)
    assert "would end before it starts" in reply.summary


async def test_zone_unknown(chat, storage):
    for zone in ("EST5EDT4", "Mars/Olympus"):
        reply = await chat.say(ADD.replace("America/New_York", zone), **ORGANIZER)
        assert f"“{zone}” is not a time zone" in reply.summary
        assert "Did you mean" in words_of(reply)
    assert await _stored(storage) is None


async def test_dst_gap(chat):
    text = ADD.replace("2027-03-10 18:30", "2027-03-07 02:30") + " repeat:weekly"
    preview = await chat.say(text, **ORGANIZER)
    assert value_of(preview, "Date 1") == "Sunday 02:30 America/New_York"
    assert value_of(preview, "Date 2") == "Sunday 03:30 America/New_York"
    preview = await chat.say(ADD.replace("2027-03-10 18:30", "2027-03-14 02:30"), **ORGANIZER)
    assert "3:30 AM EDT" in preview.summary
    assert "does not exist on that day" in words_of(preview)


async def test_dst_fold(chat, storage):
    preview = await chat.say(ADD.replace("2027-03-10 18:30", "2027-11-07 01:30"), **ORGANIZER)
    assert "1:30 AM EDT (GMT-04:00)" in preview.summary
    assert "comes twice on that day" in words_of(preview)
    await chat.press(preview, "Save")
    assert (await _stored(storage)).starts.utc.hour == 5


async def _refused_rule(chat, storage, rule):
    reply = await chat.say(f'{ADD} repeat:"RRULE:{rule}"', **ORGANIZER)
    assert await _stored(storage) is None
    return reply.summary


async def test_rrule_bomb(chat, storage):
    assert "daily at most" in await _refused_rule(chat, storage, "FREQ=SECONDLY")
    assert "at most 500 times" in await _refused_rule(chat, storage, "FREQ=WEEKLY;COUNT=501")


async def test_rrule_slow_never(chat, storage):
    rule = "FREQ=SECONDLY;BYHOUR=3;BYMONTH=2;BYMONTHDAY=30"
    assert "daily at most" in await _refused_rule(chat, storage, rule)


async def test_rrule_never(chat, storage):
    assert "never take place" in await _refused_rule(chat, storage, "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30")


async def test_a_rule_that_starts_on_another_day_is_refused_with_that_day(chat, storage):
    assert "the first date is Friday, March 12" in await _refused_rule(chat, storage, "FREQ=WEEKLY;BYDAY=FR")


async def test_a_rule_that_cannot_be_read_is_refused(chat, storage):
    assert "not a repetition" in await _refused_rule(chat, storage, "sometimes")


async def _refused_title(chat, storage, title):
    form = await chat.say("convening add", **ORGANIZER)
    typed = {"title": title, "starts": "2027-03-10 18:30", "zone": "UTC", "place": "Hall"}
    reply = await chat.submit(form, typed)
    assert await _stored(storage) is None
    return reply.summary


async def test_newline_in_title(chat, storage):
    assert "one line" in await _refused_title(chat, storage, "Convening\r\nBcc: x@example.net")


async def test_nul_byte(chat, storage):
    assert "cannot be stored" in await _refused_title(chat, storage, "title\x00end")


async def test_lone_surrogate(chat, storage):
    assert "cannot be stored" in await _refused_title(chat, storage, "\ud800")


async def test_a_title_that_is_too_long_is_refused_with_the_limit(chat, storage):
    assert "at most 120" in await _refused_title(chat, storage, "x" * 121)


async def test_rtl_override(chat, storage):
    await chat.press(await chat.say(ADD.replace("City assembly", "agenda\u202efdp.exe"), **ORGANIZER), "Save")
    assert (await _stored(storage)).title == "agendafdp.exe"


async def test_combining_flood(chat, storage):
    form = await chat.say("convening add", **ORGANIZER)
    typed = {"title": "o" + "\u0301" * 60, "starts": "2027-03-10 18:30", "zone": "UTC", "place": "Hall"}
    await chat.press(await chat.submit(form, typed), "Save")
    assert (await _stored(storage)).title == "o" + "\u0301" * 8
    refused = await chat.submit(form, typed | {"title": "o" + "\u0301" * 5000})
    assert "too long" in refused.summary


async def test_change_of_an_edit_opens_the_form_that_clears_what_is_blank(chat, storage):
    await planned(chat, 'access:"Ramp"')
    preview = await chat.submit(await chat.say("convening edit 1", **ORGANIZER), {"place": "Park"})
    form = await chat.press(preview, "Change")
    assert isinstance(form, Form)
    await chat.press(await chat.submit(form, {"access": ""}), "Save")
    stored = await _stored(storage)
    assert (stored.place, stored.access) == ("Park", "")


async def test_a_form_shows_what_is_wrong_beside_the_input(chat):
    from bot.request import Kind, Request

    form = await chat.say("convening add", **ORGANIZER)
    typed = {"title": "T", "starts": "2026-11-01 10:00", "zone": "UTC", "place": "Hall"}
    for changes, option in (({}, "starts"), ({"zone": "Nowhere/Land"}, "zone"), ({"capacity": "-1"}, "capacity")):
        request = Request(Kind.ACTION, form.action, chat.actor, chat.origin, arguments=typed | changes)
        assert list(chat.dispatcher.problems(request)) == [option]


async def test_what_people_typed_is_shown_as_text_and_not_as_markup(chat):
    await followed(chat)
    await planned(chat, 'description:"# **Big** [x](https://evil.example)"')
    assert post(chat).sections[0].text == r"\# \*\*Big\*\* \[x\]\(https://evil\.example\)"


async def test_everything_about_a_convening_is_in_spanish_for_spanish_readers(chat):
    await followed(chat, options="lang:es")
    preview = await chat.say(f"{ADD} capacity:5 repeat:semanal", **ORGANIZER | {"lang": "es"})
    assert preview.summary.startswith("Revise, por favor: «City assembly» es el miércoles, 10 de marzo de 2027")
    await chat.press(preview, "Guardar")
    await chat.deliver()
    card = post(chat)
    labels = [one.label for one in card.sections[0].fields]
    assert labels == ["Cuándo", "Se repite", "Dónde", "Respuestas"]
    assert [one.label for one in card.sections[0].buttons] == ["Sí", "Quizás", "No"]
    reply = await chat.press(card, "Sí", **MEMBER | {"lang": "es"})
    assert reply.summary == "Gracias: viene a «City assembly»."


async def test_a_convening_in_progress_can_be_edited_without_moving_it(chat, storage):
    await planned(chat)
    stored = await _stored(storage)
    chat.clock.advance(stored.starts.utc - chat.clock.now + timedelta(hours=1))
    await chat.press(await chat.say('convening edit 1 place:"Next door"', **ORGANIZER), "Save")
    assert (await _stored(storage)).place == "Next door"
    assert "in the past" in words_of(await chat.say('convening edit 1 starts:"2027-03-01 10:00"'))
