"""Who may do what, and where a right ends."""

from __future__ import annotations

import pytest

from bot.permissions import ORGANIZER, STEERING, roles_of
from bot.request import Actor, Kind, Origin, Request
from bot.testing import conversation, settings_for_tests, words_of
from tests.features import gatherings

HERE = Origin("fake:T1", "fake:C1")


def _roles(actor: Actor, **settings: object) -> frozenset[str]:
    return roles_of(Request(Kind.COMMAND, "about", actor, HERE), settings_for_tests(**settings))


def test_somebody_has_no_role():
    assert _roles(Actor("fake:ana")) == frozenset()


def test_an_administrator_of_the_workspace_is_an_organizer_and_never_more():
    assert _roles(Actor("fake:olga", is_admin=True)) == {ORGANIZER}


def test_the_committee_is_named_by_account_in_the_settings():
    assert _roles(Actor("fake:steering")) == {ORGANIZER, STEERING}
    assert _roles(Actor("other:steering")) == frozenset()
    assert _roles(Actor("fake:STEERING")) == frozenset()


def test_a_mapped_platform_role_makes_an_organizer():
    held = frozenset({"fake:R1", "fake:R2"})
    assert _roles(Actor("fake:ana", platform_roles=held), organizer_roles=("fake:R2",)) == {ORGANIZER}
    assert _roles(Actor("fake:ana", platform_roles=held), organizer_roles=("fake:R3",)) == frozenset()
    assert _roles(Actor("fake:ana", platform_roles=held)) == frozenset()


def test_a_name_gives_no_right():
    assert _roles(Actor("fake:ana", name="fake:steering")) == frozenset()


@pytest.mark.parametrize(
    ("typed", "who", "words"),
    [
        ("convening add", gatherings.MEMBER, "An administrator of this workspace is an organizer; ask one of them"),
        ("channel follow", gatherings.MEMBER, "An administrator of this workspace is an organizer; ask one of them"),
        ("announce new", gatherings.MEMBER, "ask one of them, or the steering committee"),
    ],
)
async def test_role_member_posts(sqlite_storage, typed, who, words):
    async with conversation(sqlite_storage) as chat:
        reply = await chat.say(typed, **who)
        assert reply.private
        assert words in words_of(reply)
        assert chat.messenger.messages == {}
    async with sqlite_storage.unit_of_work(writes=False) as uow:
        assert [(one.act, one.outcome) for one in await uow.audit.recent()] == [(typed, "refused")]


async def test_the_rights_of_an_organizer_end_at_their_chapter(sqlite_storage):
    async with conversation(sqlite_storage) as chat:
        await gatherings.planned(chat, **gatherings.STEERING)
        reply = await chat.say("convening cancel 1 reason:Storm", **gatherings.ELSEWHERE)
        assert "This belongs to another chapter." in words_of(reply)
        cancelled = await chat.say("convening cancel 1 reason:Storm", **gatherings.STEERING | {"workspace": "fake:T2"})
        assert "another chapter" not in words_of(cancelled)
