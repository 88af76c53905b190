"""Nobody gets through without the right: every command, button, form and suggestion of the registry is tried."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import text

from bot.command import anyone
from bot.domain.times import Zone
from bot.registry import load
from bot.reply import Form, Reply
from bot.request import Actor, Kind, Origin, Request
from bot.testing import conversation, words_of
from tests.features.gatherings import MEMBER, ORGANIZER, STEERING, followed, planned

REGISTRY = load()
CHECKED = [one for one in (*REGISTRY.commands.values(), *REGISTRY.actions.values()) if one.check is not anyone]
HERE, ELSEWHERE = Origin("fake:T1", "fake:C1"), Origin("fake:T2", "fake:C2")
NOBODY, STRANGER = Actor("fake:eve", "Eve", "en"), Actor("fake:otto", "Otto", "en", is_admin=True)
OWNED = {
    "announcement": "workspace_id = 'fake:T1'",
    "announcement_rev": "announcement_id <= 2",
    "approval": "id <= 1",
    "block": "id <= 1",
    "follow": "workspace_id = 'fake:T1'",
    "given_answer": "id <= 1",
    "published_topic": "1 = 1",
    "role_grant": "workspace_id = 'fake:T1' OR role <> 'organizer'",
}
LOOK_UPS = {"ask", "topics", "criteria", "right", "glossary", "city", "help", "about"}  # of content alone
ARGUMENTS = ("1", "1:1", "1|1", "1:yes", "1:x", "approve:1", "")


def typed(parameter) -> str:
    """Return something that the option takes."""
    if parameter.option.choices:
        return parameter.option.choices[0].value
    if parameter.type is Zone:
        return "America/New_York"
    return {int: "1", bool: "yes", datetime: "2027-03-14 18:30"}.get(parameter.type, "1")


def requests(actor: Actor, origin: Origin):
    """Yield a request for every command with all its options, and for every action with arguments of many shapes."""
    for command in REGISTRY.commands.values():
        if command.name.split()[0] in LOOK_UPS:
            continue
        for chosen in (command.required, command.parameters):
            arguments = {one.name: typed(one) for one in chosen}
            yield Request(Kind.COMMAND, command.name, actor, origin, arguments=arguments)
    for action in REGISTRY.actions.values():
        for argument in ARGUMENTS:
            yield Request(Kind.ACTION, action.name, actor, origin, argument)


@pytest.fixture
async def chat(sqlite_storage):
    async with conversation(
        sqlite_storage,
        steering=("fake:steering", "fake:second"),
        limits={"person_per_minute": 0, "chapter_per_minute": 0},
    ) as chat:
        yield chat


async def owned(storage):
    """Return the rows that belong to the first chapter or to the committee."""
    async with storage.engine.connect() as connection:
        found = {}
        for table, where in OWNED.items():
            rows = await connection.execute(text(f"SELECT * FROM {table} WHERE {where} ORDER BY 1"))
            found[table] = [tuple(row) for row in rows]
    async with storage.unit_of_work(writes=False) as uow:
        convening = await uow.convenings.get(1)
    found["convening"] = [replace(convening, revision=0)]  # answers count up the card's revision
    return found


async def settled(chat):
    """Let a chapter and the committee leave something of every kind."""
    await followed(chat)
    await planned(chat)
    await chat.say("role grant person:fake:bo role:organizer", **ORGANIZER)
    await chat.say("role grant person:fake:bo role:expert theme:udhr", **STEERING)
    await chat.say("role grant person:fake:bo role:steering", **STEERING)
    await chat.say("block add person:fake:mal reason:Threats", **STEERING)
    await chat.say('announce new title:"Vote" message:"Today" audience:chapter', **ORGANIZER)
    await chat.say('announce new title:"All" message:"Today" audience:all', **STEERING)
    await chat.say('questions ask question:"Who feeds the dragon of the city?" consent:yes', **MEMBER)
    await chat.say('questions answer question:1 answer:"Nobody does."', **STEERING)
    await chat.say("report what:1 why:1", **MEMBER)
    await chat.deliver()


@pytest.mark.parametrize("declared", CHECKED, ids=lambda one: one.name)
async def test_a_refusal_says_which_right_is_missing_and_who_can_help(sqlite_storage, declared):
    async with conversation(sqlite_storage) as chat:
        for name in (declared.name, "form.open"):
            kind = Kind.COMMAND if " " in declared.name else Kind.ACTION
            argument = declared.name if name == "form.open" else "1"
            if name == "form.open" and declared.name not in REGISTRY.commands:
                continue
            reply = await chat.dispatcher.handle(Request(kind, name, NOBODY, HERE, argument))
            assert isinstance(reply, Reply)
            assert reply.private
            assert reply.summary.startswith("Only ")
            assert any(word in words_of(reply) for word in ("steering committee", "administrator", "organizer"))
            assert reply.sections[0].text
        form = await chat.dispatcher.form_for(Request(Kind.COMMAND, declared.name, NOBODY, HERE))
        assert not isinstance(form, Form)
    async with sqlite_storage.unit_of_work(writes=False) as uow:
        assert {one.outcome for one in await uow.audit.recent()} == {"refused"}


@pytest.mark.parametrize(("actor", "origin"), [(NOBODY, HERE), (STRANGER, ELSEWHERE)], ids=["member", "organizer"])
async def test_whatever_somebody_without_the_right_tries_changes_nothing(chat, sqlite_storage, actor, origin):
    await settled(chat)
    before = await owned(sqlite_storage)
    assert sorted(table for table, rows in before.items() if not rows) == ["published_topic"]
    for request in requests(actor, origin):
        answer = await chat.dispatcher.handle(request)
        assert not isinstance(answer, Reply) or answer.summary != "Something went wrong on our side.", request
    assert await owned(sqlite_storage) == before
    async with sqlite_storage.unit_of_work(writes=False) as uow:
        committee = {one.user_id for one in await uow.grants.holders("steering", chat.clock())}
    assert actor.user_id not in committee


async def test_nobody_without_the_right_is_offered_values(chat):
    await settled(chat)
    for command in (one for one in REGISTRY.commands.values() if one.check is not anyone):
        for parameter in (one for one in command.parameters if one.option.suggest):
            request = Request(Kind.COMMAND, command.name, NOBODY, HERE)
            assert await chat.dispatcher.suggest(request, parameter.name, "") == (), f"{command.name} {parameter.name}"
