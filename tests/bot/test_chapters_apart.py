"""Chapters apart: whatever strangers and members without rights try, they neither read nor change a chapter's own."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.reply import Form
from bot.request import Actor, Kind, Origin, Request
from bot.testing import conversation, words_of
from tests.bot.test_every_right import LOOK_UPS, REGISTRY, owned, settled
from tests.features.gatherings import MEMBER, ORGANIZER, STEERING

MARK = "zebra"  # stands in everything that belongs to the first chapter's organizers, or to the committee, alone
PEOPLE = {
    "member": (Actor("fake:eve", "Eve", "en"), ("fake:T1", "fake:T2")),
    "organizer elsewhere": (Actor("fake:otto", "Otto", "en", is_admin=True), ("fake:T2",)),
    "granted elsewhere": (Actor("fake:greta", "Greta", "en"), ("fake:T1", "fake:T2")),
    "expert of another theme": (Actor("fake:xenia", "Xenia", "en"), ("fake:T1", "fake:T2")),
}
WORDS = (
    "1",
    "2",
    "3",
    "yes",
    "fake:C1",
    "fake:zebrabo",
    "here",
    "all",
    "fake:eve",
    "organizer",
    "2027-03-14 18:30",
    "x",
)
OWN = {"me.erase"}  # gives up one's own roles
NAMES = [one for one in (*REGISTRY.commands, *REGISTRY.actions) if one.split()[0] not in LOOK_UPS and one not in OWN]
STEPS = st.tuples(
    st.sampled_from(sorted(PEOPLE)), st.booleans(), st.sampled_from(NAMES), st.lists(st.sampled_from(WORDS), max_size=6)
)


@pytest.fixture
async def chat(sqlite_storage):
    no_limits = {"person_per_minute": 0, "chapter_per_minute": 0}
    async with conversation(sqlite_storage, steering=("fake:steering", "fake:second"), limits=no_limits) as chat:
        await settled(chat)
        await chat.say("role grant person:fake:zebrabo role:organizer", **ORGANIZER)
        await chat.say("block add person:fake:zebramal reason:zebra", **STEERING)
        await chat.say('announce new title:"zebra" message:"zebra" audience:chapter', **ORGANIZER)
        await chat.say('report what:"convening 1" why:"zebra"', **MEMBER)
        await chat.say("channel follow", **ORGANIZER | {"channel": "fake:zebra"})
        await chat.say("role grant person:fake:greta role:organizer", **STEERING | {"workspace": "fake:T2"})
        await chat.say("role grant person:fake:xenia role:expert theme:basics", **STEERING)
        yield chat


def request_of(step) -> Request:
    """Return the request of one step; an organizer elsewhere has the platform's rights in that chapter alone."""
    who, is_first, name, words = step
    actor, places = PEOPLE[who]
    place = places[0] if is_first else places[-1]
    origin = Origin(place, place.replace("T", "C"))
    actor = replace(actor, is_admin=actor.is_admin and place == "fake:T2")
    if name in REGISTRY.actions:
        return Request(Kind.ACTION, name, actor, origin, "|".join(words) or "1")
    options = [one.name for one in REGISTRY.commands[name].parameters]
    return Request(Kind.COMMAND, name, actor, origin, arguments=dict(zip(options, words, strict=False)))


def read(answer) -> str:
    """Return everything that somebody is shown; what they typed themselves comes back to them in forms."""
    if isinstance(answer, Form):
        return " ".join(one.value for one in answer.inputs)
    return words_of(answer) + "".join(str(section.fields) for section in answer.sections)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, min_size=5, max_size=15))
async def test_nobody_reads_or_changes_what_belongs_to_another_chapter(chat, sqlite_storage, steps):
    before = await owned(sqlite_storage)
    for step in steps:
        request = request_of(step)
        answer = await chat.dispatcher.handle(request)
        typed = any(MARK in word for word in step[3])
        assert typed or MARK not in read(answer).casefold(), (request, answer)
    assert await owned(sqlite_storage) == before
