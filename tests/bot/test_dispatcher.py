"""The core's front door: whatever is typed, pressed or sent twice, there is an answer and nothing half-stored."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from bot.dispatcher import REMEMBERED, SILENT
from bot.reply import Form, Reply
from bot.request import Actor, Kind, Origin, Request
from bot.testing import button_of, conversation, words_of
from tests.features.gatherings import ADD, MEMBER, ORGANIZER, followed, planned


@pytest.fixture
async def chat(storage):
    async with conversation(storage) as chat:
        yield chat


async def _upcoming(storage, chat):
    async with storage.unit_of_work(writes=False) as uow:
        return await uow.convenings.upcoming(chat.clock(), 10, workspace_id=None)


async def _audited(storage):
    async with storage.unit_of_work(writes=False) as uow:
        return [(one.act, one.outcome) for one in await uow.audit.recent()]


@asynccontextmanager
async def _without(storage, table):
    """Take a table away, as a fault of the database in the middle of a command."""
    async with storage.engine.begin() as connection:
        await connection.execute(text(f"ALTER TABLE {table} RENAME TO away"))
    yield
    async with storage.engine.begin() as connection:
        await connection.execute(text(f"ALTER TABLE away RENAME TO {table}"))


@pytest.mark.parametrize("typed", ["convning list", "/convning list", "CONVENNG LIST"])
async def test_an_unknown_command_gets_the_nearest_as_buttons_that_work(chat, typed):
    reply = await chat.say(typed)
    assert reply.private
    assert reply.summary == f"I do not know the command “{typed}”."
    assert "Did you mean: convening list" in words_of(reply)
    listed = await chat.press(reply, "convening list")
    assert listed == await chat.say("convening list")


async def test_an_unknown_command_far_from_all_leads_to_help(chat):
    assert "Type help to see what I can do." in words_of(await chat.say("/xyzzy"))


async def test_an_unknown_command_is_cut_and_cannot_format_the_answer(chat):
    reply = await chat.say("/" + "z" * 3000)
    assert len(reply.summary) < 120


async def test_the_name_of_an_action_that_is_gone_is_answered(chat):
    request = Request(Kind.ACTION, "convening.gone", chat.actor, chat.origin, "7")
    reply = await chat.dispatcher.handle(request)
    assert "I do not know the command" in reply.summary


@pytest.mark.parametrize(
    ("typed", "option"), [("/ask", "question"), ("right", "article"), ("convening rsvp", "convening")]
)
async def test_a_missing_option_opens_a_form_that_asks_for_it(chat, typed, option):
    form = await chat.say(typed)
    assert isinstance(form, Form)
    assert next(one.name for one in form.inputs if one.required) == option


async def test_a_missing_option_in_a_message_gives_a_button_that_opens_the_form(chat):
    reply = await chat.say("right", kind=Kind.MESSAGE)
    form = await chat.press(reply, "Open the form")
    assert isinstance(form, Form)
    assert form.inputs[0].name == "article"


async def test_a_form_is_not_shown_to_somebody_who_may_not_send_it(chat, storage):
    reply = await chat.say("convening add", **MEMBER)
    assert isinstance(reply, Reply)
    assert "Only organizers of this chapter can do this." in words_of(reply)
    assert await _audited(storage) == [("convening add", "refused")]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (f"title:{'x' * 121}", "at most 120 characters"),
        (f'description:"{"y " * 800}"', "at most 1500 characters"),
        ('starts:"next blue moon"', "Write it like 2027-03-14 18:30, or"),
        ('starts:"2027-02-30 18:30"', "is not a date and time"),
        ("zone:Mars", "is not a time zone that I know"),
        ("capacity:many", "Write a whole number."),
        ("hide_names:perhaps", "Write yes or no."),
    ],
)
async def test_what_cannot_be_used_is_told_and_kept_for_another_try(chat, storage, wrong, words):
    reply = await chat.say(f"{ADD} {wrong}", **ORGANIZER)
    assert reply.private
    assert words in words_of(reply)
    form = await chat.press(reply, "Change it and try again")
    name, _, value = wrong.partition(":")
    kept = {one.name: one.value for one in form.inputs}
    assert kept[name].strip() == value.strip('"').strip()
    assert name == "title" or kept["title"] == "City assembly"
    assert await _upcoming(storage, chat) == ()


async def test_a_database_error_in_the_middle_of_a_command_stores_nothing_and_leaves_a_reference(chat, storage):
    await followed(chat)
    preview = await chat.say(ADD, **ORGANIZER)
    with capture_logs() as lines:
        async with _without(storage, "audit"):
            reply = await chat.press(preview, "Save")
    assert reply.summary == "Something went wrong on our side."
    assert "Nothing was changed." in words_of(reply)
    assert "audit" not in words_of(reply)
    (line,) = [one for one in lines if one["event"] == "request failed"]
    assert line["reference"] in words_of(reply)
    assert await _upcoming(storage, chat) == ()
    await chat.deliver()
    assert chat.messenger.messages == {}
    saved = await chat.press(preview, "Save")
    assert "City assembly" in words_of(saved)
    assert [one.title for one in await _upcoming(storage, chat)] == ["City assembly"]


async def test_a_database_error_while_reading_is_answered_in_the_readers_language(chat, storage):
    with capture_logs():
        async with _without(storage, "convening"):
            reply = await chat.say("convening list", lang="es")
    assert reply.summary == "Algo falló de nuestro lado."


async def test_a_repeated_request_is_acted_on_once(chat, storage):
    preview = await chat.say(ADD, **ORGANIZER, key="fake:1")
    assert await chat.say(ADD, **ORGANIZER, key="fake:1") is SILENT
    first = await chat.press(preview, "Save", key="fake:2")
    again = [await chat.press(preview, "Save", key="fake:2") for _ in range(20)]
    assert first is not SILENT
    assert all(one is SILENT for one in again)
    assert len(await _upcoming(storage, chat)) == 1


async def test_a_request_repeated_to_another_process_is_acted_on_once(chat, storage):
    await planned(chat)
    answer = "convening rsvp 1 yes"
    assert await chat.say(answer, **MEMBER, key="fake:9") is not SILENT
    async with conversation(storage, clock=chat.clock) as other:
        assert await other.say(answer, **MEMBER, key="fake:9") is SILENT


async def test_a_failed_command_may_be_repeated_to_another_process(chat, storage):
    preview = await chat.say(ADD, **ORGANIZER)
    with capture_logs():
        async with _without(storage, "audit"):
            await chat.press(preview, "Save", key="fake:7")
    async with conversation(storage, clock=chat.clock) as other:
        other.actor, other.origin = chat.actor, chat.origin
        assert "City assembly" in words_of(await other.press(preview, "Save", key="fake:7"))


async def test_requests_without_a_key_are_all_acted_on(chat):
    first = await chat.say("about")
    assert await chat.say("about") == first
    assert first is not SILENT


async def test_what_is_remembered_of_requests_is_bounded(chat):
    actor, origin = Actor("fake:ana"), Origin("fake:T1", "fake:C1")
    request = Request(Kind.COMMAND, "nothing", actor, origin)
    await chat.dispatcher.handle(replace(request, key="first"))
    assert await chat.dispatcher.handle(replace(request, key="first")) is SILENT
    for number in range(REMEMBERED + 1):
        await chat.dispatcher.handle(replace(request, key=str(number)))
    assert await chat.dispatcher.handle(replace(request, key="first")) is not SILENT


async def test_homoglyph_admin(chat):
    reply = await chat.say("channel follow topics:\u0430nnouncements", **ORGANIZER)
    assert "is not one of the choices" in reply.summary
    assert "I do not know the command" in (await chat.say("/\u0430bout")).summary


async def test_no_words_at_all_are_help(chat):
    assert await chat.say("/") == await chat.say("help")
    assert await chat.say("") == await chat.say("help")


async def test_the_buttons_of_a_refusal_hold_commands_only(chat):
    reply = await chat.say("/convenin")
    for section in reply.sections:
        for button in section.buttons:
            assert button_of(reply, button.label).argument in chat.dispatcher.registry.commands
