"""Planning, showing, changing and cancelling convenings."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.command import RUN
from bot.domain.deliveries import Status, Subject
from bot.registry import load
from bot.reply import Form
from bot.request import Kind, Request
from bot.testing import button_of, conversation, words_of
from tests.features.gatherings import ADD, ELSEWHERE, MEMBER, ORGANIZER, STEERING, followed, planned, post, value_of


@pytest.fixture
async def chat(storage):
    async with conversation(storage) as chat:
        yield chat


async def _stored(storage, convening_id=1):
    async with storage.unit_of_work(writes=False) as uow:
        return await uow.convenings.get(convening_id)


async def _acts(storage):
    async with storage.unit_of_work(writes=False) as uow:
        return [(one.act, one.subject, one.outcome) for one in await uow.audit.recent()]


async def test_add_repeats_weekday_time_and_zone_before_anything_is_saved(chat, storage):
    reply = await chat.say(ADD, **ORGANIZER)
    assert "Wednesday, March 10, 2027, 6:30 PM EST (GMT-05:00)" in reply.summary
    assert "not saved yet" in reply.summary
    assert value_of(reply, "When") == "Wednesday 18:30 America/New_York"
    assert [one.label for one in reply.sections[-1].buttons] == ["Save", "Change"]
    assert await _stored(storage) is None


async def test_saving_posts_the_card_of_the_preview_in_every_followed_channel(chat):
    await followed(chat, "fake:C1", "fake:C9")
    await chat.say("channel follow lang:es", **ELSEWHERE)
    preview = await chat.say(f'{ADD} access:"Ramp" languages:"English, Spanish" city:Eugene', **STEERING)
    reply = await chat.press(preview, "Save")
    await chat.deliver()
    assert "3 channels" in words_of(reply)
    assert reply.replaces
    for channel in ("fake:C1", "fake:C9", "fake:C2"):
        assert len(chat.messenger.seen_in(channel)) == 1
    card = post(chat)
    assert card.sections[0].fields == preview.sections[0].fields
    assert [one.label for one in card.sections[0].buttons] == ["Yes", "Maybe", "No"]
    langs = {one.address: one.lang for one in chat.messenger.messages.values()}
    assert langs == {"fake:C1": "en", "fake:C9": "en", "fake:C2": "es"}


async def test_saving_without_a_followed_channel_says_how_to_follow(chat, storage):
    reply = await planned(chat)
    assert "No channel follows convenings yet" in words_of(reply)
    assert await _stored(storage)


async def test_saving_twice_saves_once(chat, storage):
    preview = await chat.say(ADD, **ORGANIZER)
    first, second = await chat.press(preview, "Save"), await chat.press(preview, "Save")
    assert "is saved" in first.summary
    assert "saved already" in second.summary
    assert await _stored(storage, 2) is None


async def test_saving_twice_at_the_same_moment_saves_once(chat, storage):
    await followed(chat)
    preview = await chat.say(ADD, **ORGANIZER)
    replies = await asyncio.gather(*(chat.press(preview, "Save") for _ in range(4)))
    await chat.deliver()
    assert sum("is saved." in one.summary for one in replies) == 1
    assert len(chat.messenger.seen_in("fake:C1")) == 1


async def test_a_preview_is_the_authors_alone_and_waits_for_an_hour(chat, storage):
    preview = await chat.say(ADD, **ORGANIZER)
    other = await chat.press(preview, "Save", **ORGANIZER | {"user": "fake:oscar"})
    chat.clock.advance(timedelta(minutes=61))
    late = await chat.press(preview, "Save", **ORGANIZER)
    assert "nothing was saved" in other.summary
    assert "nothing was saved" in late.summary
    assert await _stored(storage) is None


async def test_change_opens_the_form_with_everything_typed(chat):
    preview = await chat.say(ADD, **ORGANIZER)
    form = await chat.press(preview, "Change")
    assert isinstance(form, Form)
    assert {one.name: one.value for one in form.inputs}["place"] == "City Hall"
    again = await chat.submit(form, {"place": "Library"})
    assert value_of(again, "Where") == "Library"


async def test_the_time_is_looked_at_again_when_it_is_saved(chat, storage):
    preview = await chat.say(ADD.replace("2027-03-10 18:30", "2026-11-23 10:30"), **ORGANIZER)
    chat.clock.advance(timedelta(minutes=45))
    reply = await chat.press(preview, "Save")
    assert "in the past" in reply.summary
    assert await _stored(storage) is None


async def test_missing_options_open_a_form(chat):
    form = await chat.say("convening add", **ORGANIZER)
    assert isinstance(form, Form)
    assert form.title == "New convening"
    assert [one.name for one in form.inputs if one.required] == ["title", "starts", "zone", "place"]


async def test_a_repeated_convening_stays_upcoming_with_its_next_date(chat):
    await planned(chat, "repeat:semanal")
    chat.clock.advance(timedelta(days=150))
    reply = await chat.say("convening list", **MEMBER)
    assert words_of(reply).count("City assembly") == 1
    when = next(one.value for one in reply.sections[0].fields if one.label == "When")
    assert f"{when.at:%Y-%m-%d %H:%M %Z}" == "2027-04-28 18:30 EDT"
    assert value_of(reply, "Repeats") == "every week"


async def test_the_list_shows_the_soonest_first_without_what_is_over_or_cancelled(chat):
    await planned(chat)
    for title, day in (("Sooner", "2027-01-05"), ("Over", "2026-11-24"), ("Gone", "2027-02-02")):
        await planned_as(chat, title, day)
    await chat.say("convening cancel 4 reason:Rain", **ORGANIZER)
    chat.clock.advance(timedelta(days=5))
    reply = await chat.say("convening list", **MEMBER)
    assert [one.title for one in reply.sections] == ["Sooner (#2)", "City assembly (#1)"]


async def planned_as(chat, title, day):
    text = ADD.replace("City assembly", title).replace("2027-03-10", day)
    await chat.press(await chat.say(text, **ORGANIZER), "Save")


async def test_an_empty_list_says_what_will_appear_there(chat):
    reply = await chat.say("convening list", **MEMBER)
    assert reply.summary == "No convening is planned yet."
    with pytest.raises(LookupError):
        button_of(reply, "Announce a convening")


async def test_show_without_a_number_shows_the_next_one(chat):
    await planned(chat)
    assert (await chat.say("convening show", **MEMBER)).summary.startswith("City assembly: Wednesday")


async def test_show_of_an_unknown_number_says_where_to_look(chat):
    reply = await chat.say("convening show 77", **MEMBER)
    assert "do not know that convening" in reply.summary
    assert "convening list" in words_of(reply)


async def test_edit_with_a_number_alone_opens_the_form_as_it_is_now(chat):
    await planned(chat, 'capacity:20 description:"Two lines"')
    form = await chat.say("convening edit 1", **ORGANIZER)
    values = {one.name: one.value for one in form.inputs}
    assert values["starts"] == "2027-03-10 18:30"
    assert values["capacity"] == "20"
    assert form.hidden["convening"] == "1"


async def test_an_edit_is_shown_first_and_then_changes_every_posted_card(chat):
    await followed(chat, "fake:C1", "fake:C9")
    await planned(chat)
    preview = await chat.say('convening edit 1 place:"Library" starts:"2027-03-12 19:00"', **ORGANIZER)
    assert "Friday, March 12, 2027, 7:00 PM" in preview.summary
    assert value_of(post(chat), "Where") == "City Hall"
    reply = await chat.press(preview, "Save")
    await chat.deliver()
    assert "2 posted cards" in words_of(reply)
    for channel in ("fake:C1", "fake:C9"):
        assert [value_of(one, "Where") for one in chat.messenger.seen_in(channel)] == ["Library"]


async def test_a_form_that_comes_back_blank_in_an_optional_place_clears_it(chat, storage):
    await planned(chat, 'capacity:20 access:"Ramp" ends:"2027-03-10 20:00" repeat:weekly hide_names:yes')
    form = await chat.say("convening edit 1", **ORGANIZER)
    blank = {"capacity": "", "access": " ", "ends": "", "repeat": "", "hide_names": ""}
    await chat.press(await chat.submit(form, blank), "Save")
    stored = await _stored(storage)
    assert (stored.capacity, stored.access, stored.ends, stored.repeat, stored.hide_names) == (0, "", None, "", False)


async def test_an_edit_in_words_leaves_the_rest_as_it_was(chat, storage):
    await planned(chat, 'capacity:20 access:"Ramp" ends:"2027-03-10 20:00"')
    await chat.press(await chat.say('convening edit 1 starts:"2027-03-11 17:00"', **ORGANIZER), "Save")
    stored = await _stored(storage)
    assert (stored.capacity, stored.access, stored.title) == (20, "Ramp", "City assembly")
    assert f"{stored.ends.local:%d %H:%M}" == "11 18:30"


async def test_a_form_opened_before_somebody_elses_change_is_refused(chat, storage):
    await planned(chat)
    form = await chat.say("convening edit 1", **ORGANIZER)
    await chat.press(await chat.say("convening edit 1 place:Library", **STEERING), "Save")
    reply = await chat.submit(form, {"place": "Park"}, **ORGANIZER)
    assert "Somebody changed" in reply.summary
    assert (await _stored(storage)).place == "Library"


async def test_an_answer_in_the_meantime_does_not_outdate_a_form(chat):
    await planned(chat)
    form = await chat.say("convening edit 1", **ORGANIZER)
    await chat.say("convening rsvp 1 yes", **MEMBER)
    reply = await chat.submit(form, {"place": "Park"}, **ORGANIZER)
    assert value_of(reply, "Where") == "Park"


async def test_edit_before_posted(chat):
    await followed(chat)
    await chat.press(await chat.say(ADD, **ORGANIZER), "Save")
    await chat.press(await chat.say("convening edit 1 place:Library", **ORGANIZER), "Save")
    await chat.deliver()
    assert [value_of(one, "Where") for one in chat.messenger.seen_in("fake:C1")] == ["Library"]
    assert chat.messenger.edits == 0


async def test_what_is_over_when_the_bot_comes_back_is_not_posted_late(chat, storage):
    await followed(chat)
    await chat.press(await chat.say(ADD, **ORGANIZER), "Save")
    chat.clock.advance(timedelta(days=110))
    await chat.deliver()
    assert chat.messenger.messages == {}
    async with storage.unit_of_work(writes=False) as uow:
        (row,) = await uow.deliveries.of_subject(Subject.CONVENING, 1)
    assert row.status is Status.DROPPED


async def test_cancelling_leaves_a_readable_card_with_the_reason_and_no_buttons(chat):
    await followed(chat)
    await planned(chat)
    reply = await chat.say('convening cancel 1 reason:"The hall is *closed*"', **ORGANIZER)
    await chat.deliver()
    card = post(chat)
    assert "1 posted card" in words_of(reply)
    assert card.summary.startswith("Cancelled: City assembly")
    assert r"The hall is \*closed\*" in card.sections[0].text
    assert value_of(card, "Where") == "City Hall"
    assert card.sections[0].buttons == ()


async def test_a_convening_cancelled_before_it_was_posted_is_never_posted(chat):
    await followed(chat)
    await chat.press(await chat.say(ADD, **ORGANIZER), "Save")
    await chat.say("convening cancel 1 reason:Rain", **ORGANIZER)
    await chat.deliver()
    assert chat.messenger.seen_in("fake:C1") == []


async def test_a_reason_for_cancelling_may_be_left_out(chat):
    await planned(chat)
    assert "is cancelled" in (await chat.say("convening cancel 1", **ORGANIZER)).summary


async def test_what_is_cancelled_or_over_cannot_be_edited(chat):
    await planned(chat)
    await planned(chat)
    await chat.say("convening cancel 1 reason:Rain", **ORGANIZER)
    assert "is cancelled" in (await chat.say("convening edit 1", **ORGANIZER)).summary
    chat.clock.advance(timedelta(days=200))
    assert "is over" in (await chat.say("convening edit 2", **ORGANIZER)).summary


async def test_role_member_posts(chat, storage):
    reply = await chat.say(ADD, **MEMBER)
    assert "Only organizers of this chapter" in reply.summary
    assert ("convening add", "", "refused") in await _acts(storage)
    assert await _stored(storage) is None


async def test_role_removed_between(chat, storage):
    preview = await chat.say(ADD, **ORGANIZER)
    reply = await chat.press(preview, "Save", admin=False)
    assert "Only organizers" in reply.summary
    assert await _stored(storage) is None


async def test_organizers_of_another_chapter_cannot_change_it_and_steering_can(chat, storage):
    await planned(chat, **STEERING)
    for text in ("convening edit 1 place:Park", "convening edit 1", "convening cancel 1 reason:no"):
        assert "belongs to another chapter" in (await chat.say(text, **ELSEWHERE)).summary
    assert ("convening cancel", "", "refused") in await _acts(storage)
    await chat.say("convening cancel 1 reason:Rain", **STEERING)
    assert (await _stored(storage)).is_cancelled


async def test_every_administrative_act_is_audited(chat, storage):
    await planned(chat)
    await chat.press(await chat.say("convening edit 1 place:Park", **ORGANIZER), "Save")
    await chat.say("convening cancel 1 reason:Rain", **ORGANIZER)
    acts = [(f"convening {act}", "convening:1", "done") for act in ("cancel", "edit", "add")]
    assert await _acts(storage) == acts


async def test_every_button_of_a_card_runs_something_that_exists(chat):
    await followed(chat)
    await planned(chat)
    replies = [post(chat), await chat.say("convening list", **ORGANIZER), await chat.say("convening show 1")]
    registry = load()
    for button in (one for reply in replies for section in reply.sections for one in section.buttons):
        found = registry.split(button.argument)[0] if button.action == RUN else registry.find(button.action)
        assert found, button


async def test_typing_suggests_upcoming_convenings_by_title(chat):
    await planned(chat)
    request = Request(Kind.COMMAND, "convening rsvp", chat.actor, chat.origin)
    labels = [one.label for one in await chat.dispatcher.suggest(request, "convening", "ASSEM")]
    assert labels == ["#1 March 10, 2027 City assembly"]
    assert not await chat.dispatcher.suggest(request, "convening", "picnic")
