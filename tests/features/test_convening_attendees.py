"""What people need and who comes: told with an answer, seen by organizers alone and as far as each person allows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.reply import Form
from bot.testing import button_of, conversation, words_of
from tests.features.gatherings import ELSEWHERE, MEMBER, ORGANIZER, STEERING, followed, planned, post, value_of

BO = MEMBER | {"user": "fake:bo", "name": "Bo", "lang": "es"}
CY = MEMBER | {"user": "fake:cy", "name": "Cy"}


@pytest.fixture
async def chat(sqlite_storage):
    async with conversation(sqlite_storage) as chat:
        await followed(chat)
        yield chat


async def _answers(storage):
    async with storage.unit_of_work(writes=False) as uow:
        return await uow.convenings.answers(1)


async def _joined(chat, called, *, seen, **who):
    """Let somebody join and say who sees their name."""
    await chat.say(f'join name:"{called}" consent:yes', **who)
    storage = chat.dispatcher.services.unit_of_work
    async with storage(writes=True) as uow:
        member = await uow.members.by_user(who["user"])
        await uow.members.save(replace(member, shown={"name": seen}), who["user"], "fake:T1")


async def test_what_somebody_needs_is_asked_after_the_answer_and_counted_for_organizers(chat):
    await planned(chat)
    coming = await chat.press(post(chat), "Yes", **MEMBER)
    form = await chat.press(coming, "I need something", **MEMBER)
    assert isinstance(form, Form)
    noted = await chat.submit(form, {"needs": "ASL, a seat near the door", "language": "Spanish"}, **MEMBER)
    assert noted.summary == "Noted for the organizers: Sign language (ASL), a seat near the door, Spanish"
    maybe = await chat.press(post(chat), "Maybe", **BO)
    form = await chat.press(maybe, "Necesito algo", **BO)
    await chat.submit(form, {"needs": "lengua de señas"}, **BO)
    seen = await chat.say("convening attendees 1", **ORGANIZER)
    assert seen.summary == "“City assembly (#1)”: 1 coming, 1 maybe."
    assert value_of(seen, "Sign language (ASL)") == "2"
    assert value_of(seen, "Something else") == "1"
    assert value_of(seen, "Spanish") == "1"
    assert "Somebody (Yes): Sign language (ASL), a seat near the door, Spanish" in words_of(seen)


async def test_needs_are_told_by_command_too_and_cleared_by_an_empty_form(chat, sqlite_storage):
    await planned(chat)
    assert "have not said that you come" in (await chat.say("convening needs 1 needs:ASL", **MEMBER)).summary
    await chat.say("convening rsvp 1 yes", **MEMBER)
    await chat.say("convening needs 1 needs:captions", **MEMBER)
    await chat.say('convening needs 1 language:"Spanish"', **MEMBER)
    assert [(one.needs, one.speaks) for one in await _answers(sqlite_storage)] == [("captions", "Spanish")]
    form = await chat.say("convening needs 1", **MEMBER)
    assert {one.name: one.value for one in form.inputs} == {"needs": "captions", "language": "Spanish"}
    assert "Nothing is noted" in (await chat.submit(form, {"needs": "", "language": ""}, **MEMBER)).summary
    assert [(one.needs, one.speaks) for one in await _answers(sqlite_storage)] == [("", "")]


async def test_needs_stay_with_a_changed_mind_and_go_with_a_no(chat, sqlite_storage):
    await planned(chat)
    await chat.say("convening rsvp 1 yes", **MEMBER)
    await chat.say("convening needs 1 needs:ASL", **MEMBER)
    await chat.say("convening rsvp 1 maybe", **MEMBER)
    assert [one.needs for one in await _answers(sqlite_storage)] == ["ASL"]
    await chat.say("convening rsvp 1 no", **MEMBER)
    assert [one.needs for one in await _answers(sqlite_storage)] == [""]


async def test_nobody_but_organizers_of_the_chapter_and_the_committee_sees_the_list(chat):
    await planned(chat, **STEERING)
    await chat.say("convening rsvp 1 yes", **MEMBER)
    for who in (MEMBER, ELSEWHERE):
        for text in ("convening attendees 1", "convening attendees 99"):
            reply = await chat.say(text, **who)
            assert "coming" not in reply.summary.replace("coming up", "")
    export = await chat.say("convening attendees 1", **ORGANIZER)
    for who in (MEMBER, ELSEWHERE):
        assert (await chat.press(export, "Export as CSV", **who)).attachments == ()
    assert "1 coming" in (await chat.say("convening attendees 1", **STEERING)).summary


async def test_names_are_shown_as_far_as_each_person_allows(chat):
    await planned(chat)
    await _joined(chat, "Ana Open", seen="organizers", **MEMBER)
    await _joined(chat, "Bo Closed", seen="nobody", **BO)
    for who in (MEMBER, BO, CY):
        await chat.say("convening rsvp 1 yes", **who)
    seen = words_of(await chat.say("convening attendees 1", **ORGANIZER))
    assert "Ana Open (Yes)" in seen
    assert "Bo Closed" not in seen
    assert "2 people show no name." in seen
    assert "fake:" not in seen


async def test_who_hides_their_name_at_one_convening_is_counted_without_it(chat, sqlite_storage):
    await planned(chat)
    await _joined(chat, "Ana Open", seen="members", **MEMBER)
    coming = await chat.press(post(chat), "Yes", **MEMBER)
    assert "Organizers see your name if your settings let them." in words_of(coming)
    hidden = await chat.press(coming, "Hide my name from organizers", **MEMBER)
    assert "never your name" in words_of(hidden)
    assert "Ana" not in words_of(await chat.say("convening attendees 1", **ORGANIZER))
    assert [one.is_hidden for one in await _answers(sqlite_storage)] == [True]
    await chat.press(hidden, "Let organizers see my name", **MEMBER)
    assert "Ana Open" in words_of(await chat.say("convening attendees 1", **ORGANIZER))
    await chat.say("convening rsvp 1 yes hide_name:yes", **MEMBER)
    assert "Ana" not in words_of(await chat.say("convening attendees 1", **ORGANIZER))


async def test_a_convening_that_hides_names_hides_them_from_organizers_too(chat):
    await planned(chat, "hide_names:yes")
    await _joined(chat, "Ana Open", seen="members", **MEMBER)
    coming = await chat.press(post(chat), "Yes", **MEMBER)
    with pytest.raises(LookupError):
        button_of(coming, "Hide my name from organizers")
    seen = await chat.say("convening attendees 1", **ORGANIZER)
    assert "Names are hidden at this convening" in words_of(seen)
    file = (await chat.press(seen, "Export as CSV")).attachments[0]
    assert b"Ana" not in file.content + words_of(seen).encode()


async def test_the_list_is_a_private_file_that_no_spreadsheet_runs_and_the_look_is_audited(chat, sqlite_storage):
    await planned(chat, "capacity:1")
    await _joined(chat, "=HYPERLINK(1)", seen="organizers", **MEMBER)
    for who in (MEMBER, CY):
        await chat.say("convening rsvp 1 yes", **who)
    await chat.say("convening needs 1 needs:ASL", **MEMBER)
    reply = await chat.press(await chat.say("convening attendees 1", **ORGANIZER), "Export as CSV")
    file = reply.attachments[0]
    assert (file.name, file.media_type) == ("convening-1-attendees.csv", "text/csv")
    lines = file.content.decode("utf-8-sig").splitlines()
    assert lines == [
        "Name,Answer,What I need,Language",
        "'=HYPERLINK(1),Yes,Sign language (ASL),",
        ",waiting,,",
    ]
    assert not reply.public
    async with sqlite_storage.unit_of_work(writes=False) as uow:
        acts = [one.act for one in await uow.audit.recent()]
    assert acts[:2] == ["convening attendees csv", "convening attendees"]


async def test_for_a_series_the_answer_says_that_it_is_for_every_date(chat):
    await planned(chat, "repeat:weekly")
    assert "for every date of the series" in words_of(await chat.press(post(chat), "Yes", **MEMBER))
