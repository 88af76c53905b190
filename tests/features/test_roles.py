"""Roles that people give each other: who may, for how long, and how they end."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.testing import conversation, words_of
from tests.features.gatherings import ELSEWHERE, MEMBER, ORGANIZER, STEERING
from tests.storage.test_members import ANA, join

SECOND = STEERING | {"user": "fake:second"}
BO = MEMBER | {"user": "fake:bo"}


@pytest.fixture
async def chat(sqlite_storage):
    async with conversation(sqlite_storage) as chat:
        yield chat


@pytest.fixture
async def committee(sqlite_storage):
    """A conversation in which the configuration names two people."""
    async with conversation(sqlite_storage, steering=("fake:steering", "fake:second")) as chat:
        yield chat


async def acts(storage):
    async with storage.unit_of_work(writes=False) as uow:
        return [(one.user_id, one.act, one.subject, one.outcome) for one in await uow.audit.recent()]


async def may(chat, who, typed="channel status"):
    return "Only" not in words_of(await chat.say(typed, **who))


@pytest.mark.parametrize("person", ["fake:ana", "<@ana>", "<@!ana|Ana>"])
async def test_an_organizer_names_another_for_the_own_chapter(chat, sqlite_storage, person):
    assert not await may(chat, MEMBER)
    reply = await chat.say(f"role grant person:{person} role:organizer", **ORGANIZER)
    assert reply.summary == "The role is given; I tell both of you before it ends."
    assert "organizer of the chapter fake:T1" in words_of(reply)
    assert await may(chat, MEMBER)
    assert not await may(chat, MEMBER | {"workspace": "fake:T2"})
    assert (await acts(sqlite_storage))[1] == ("fake:olga", "role grant organizer", "person:fake:ana", "done")
    await chat.deliver()
    (told,) = chat.messenger.seen_in("fake:ana")
    assert told.summary == "You were given a role."


async def test_a_member_number_names_the_account_on_this_platform(chat, sqlite_storage):
    member = replace(ANA, id="0a1b2c3d-0000-4000-8000-000000000000")
    await join(sqlite_storage, member, "fake:ana")
    await join(sqlite_storage, member, "other:ana")
    assert "0a1b2c3d" in words_of(await chat.say("me", **MEMBER))
    reply = await chat.say("role grant person:#0a1b2c3d role:organizer", **ORGANIZER)
    assert "The role is given" in words_of(reply)
    assert await may(chat, MEMBER)
    assert await may(chat, MEMBER | {"user": "other:ana"})
    assert "I do not know who that is." in words_of(
        await chat.say("role grant person:#99999999 role:organizer", **ORGANIZER)
    )


@pytest.mark.parametrize(
    ("typed", "who", "words"),
    [
        (
            "person:fake:bo role:steering",
            ORGANIZER,
            "Only the Alliance's steering committee gives and takes this role.",
        ),
        ("person:fake:bo role:expert:udhr", ORGANIZER, "Only the Alliance's steering committee gives"),
        ("person:fake:olga role:organizer", ORGANIZER, "Nobody gives or renews a role of their own."),
        ("person:fake:bo role:organizer", MEMBER, "Only organizers of this chapter can do this."),
        ("person:bo role:organizer", ORGANIZER, "I do not know who that is."),
        ("person:@bo role:organizer", ORGANIZER, "Mention the person"),
        ("person:fake:bo role:king", STEERING, "“king” is not a role."),
        ("person:fake:bo role:expert:weather", STEERING, "An expert needs a theme that I know."),
        ("person:fake:bo role:organizer until:2026-01-01", ORGANIZER, "and not in the past"),
        ("person:fake:bo role:organizer until:2036-01-01", ORGANIZER, "A role can end on 2027-11-23 at the latest"),
        ("person:fake:bo role:organizer until:soon", ORGANIZER, "“soon” is not a date that I can read."),
        ("person:f\u0430ke:bo role:organizer", ORGANIZER, "I do not know who that is."),
        ("person:elsewhere:bo role:organizer", ORGANIZER, "I do not know who that is."),
        ("person:fake:bo role:organizer", ORGANIZER | {"direct": True}, "There is no chapter here."),
    ],
)
async def test_what_cannot_be_given_is_refused_with_the_reason(chat, sqlite_storage, typed, who, words):
    reply = await chat.say(f"role grant {typed}", **who)
    assert reply.private
    assert words in words_of(reply)
    async with sqlite_storage.unit_of_work(writes=False) as uow:
        assert await uow.grants.all() == ()


async def test_an_expert_answers_questions_of_their_theme_and_is_told_of_them(chat):
    assert not await may(chat, BO, "questions list")
    await chat.say("role grant person:fake:bo role:expert theme:udhr", **STEERING)
    assert await may(chat, BO, "questions list")
    await chat.say(
        'questions ask question:"Who wrote the Universal Declaration of Human Rights?" consent:yes', **MEMBER
    )
    await chat.deliver()
    assert [one.summary for one in chat.messenger.seen_in("fake:bo")][1:] == ["1 question waits for you."]
    assert chat.messenger.seen_in("fake:steering") == []


async def test_nobody_joins_the_committee_by_one_voice(committee, sqlite_storage):
    chat = committee
    named = await chat.say("role grant person:fake:second role:steering", **STEERING)
    assert "The configuration names them already" in words_of(named)
    asked = await chat.say("role grant person:fake:bo role:steering", **STEERING)
    assert "It needs a second person" in words_of(asked)
    assert not await may(chat, BO)
    await chat.deliver()
    (notice,) = chat.messenger.seen_in("fake:second")
    own = await chat.say("approvals show 1", **STEERING)
    assert "you had a hand in it" in words_of(own)
    shown = await chat.say("approvals show 1", **SECOND)
    assert "fake:bo" in words_of(shown)
    done = await chat.press(shown, "Approve", **SECOND)
    assert "The role is given" in words_of(done)
    assert await may(chat, BO | {"workspace": "fake:T9"})
    assert notice.summary == "Somebody is to join the steering committee."
    found = [(who, act) for who, act, _, outcome in await acts(sqlite_storage) if outcome == "done"]
    assert ("fake:second", "role grant steering") in found
    assert ("fake:steering", "role ask steering") in found
    listed = await chat.say("role list", **STEERING)
    assert words_of(listed).startswith("1 role was given.")


async def test_where_the_committee_is_one_person_it_says_so_and_the_configuration_allows_it(sqlite_storage):
    async with conversation(sqlite_storage, approvals={"alone": False}) as chat:
        reply = await chat.say("role grant person:fake:bo role:steering", **STEERING)
        assert "approvals.alone" in words_of(reply)
        async with sqlite_storage.unit_of_work(writes=False) as uow:
            assert await uow.grants.all() == ()
    async with conversation(sqlite_storage, approvals={"alone": True}) as chat:
        assert "is given" in words_of(await chat.say("role grant person:fake:bo role:steering", **STEERING))
        assert await may(chat, BO)


async def test_last_admin_removed(sqlite_storage):
    async with conversation(sqlite_storage, steering=("fake:steering",), approvals={"alone": True}) as chat:
        reply = await chat.say("role revoke person:fake:steering role:steering", **STEERING)
        assert "The last member of the steering committee cannot be removed." in words_of(reply)
        await chat.say("role grant person:fake:bo role:steering", **STEERING)
    async with conversation(sqlite_storage, steering=(), clock=chat.clock) as chat:
        for who in (BO, BO | {"user": "fake:bo"}):
            reply = await chat.say("role revoke person:fake:bo role:steering", **who)
            assert "The last member of the steering committee cannot be removed." in words_of(reply)
        assert await may(chat, BO)
        listed = await chat.say("role list", **BO)
        pressed = await chat.press(listed, "Take it back", **BO)
        assert "The last member" in words_of(pressed)
        assert await may(chat, BO)


async def test_linked_accounts_are_one_member_of_the_committee(sqlite_storage):
    async with conversation(sqlite_storage, approvals={"alone": True}) as chat:
        await chat.say("role grant person:fake:bo role:steering", **STEERING)
        await chat.say("role grant person:fake:ana role:steering", **STEERING)
    await join(sqlite_storage, ANA, "fake:bo")
    await join(sqlite_storage, ANA, "fake:ana")
    async with conversation(sqlite_storage, steering=(), clock=chat.clock) as chat:
        reply = await chat.say("role revoke person:fake:ana role:steering", **BO)
        assert "The last member of the steering committee cannot be removed." in words_of(reply)


async def test_a_role_that_is_taken_back_is_missing_at_the_next_press(chat, sqlite_storage):
    await chat.say("role grant person:fake:bo role:organizer", **ORGANIZER)
    await chat.deliver()
    draft = await chat.say('announce new title:"Vote" message:"Today" audience:chapter', **BO)
    gone = await chat.say("role revoke person:fake:bo role:organizer", **ORGANIZER)
    assert gone.summary == "The role is taken back, from now on."
    assert "Only organizers of this chapter can do this." in words_of(await chat.press(draft, "Send", **BO))
    await chat.deliver()
    assert chat.messenger.seen_in("fake:bo")[0].summary == "This role ended."
    assert "Nobody granted them that role." in words_of(
        await chat.say("role revoke person:fake:bo role:organizer", **ORGANIZER)
    )
    revoked = ("fake:olga", "role revoke organizer", "person:fake:bo", "done")
    assert revoked in await acts(sqlite_storage)


async def test_holder_and_giver_are_told_a_month_and_a_week_before_and_then_it_ends(chat):
    await chat.say("role grant person:fake:bo role:organizer", **ORGANIZER)
    await chat.deliver()
    seen = []
    for days, count in ((334, 1), (1, 2), (22, 2), (1, 3), (6, 3)):
        chat.clock.advance(timedelta(days=days))
        await chat.deliver()
        assert len(chat.messenger.seen_in("fake:bo")) == count
        seen = [one.summary for one in chat.messenger.seen_in("fake:olga")]
    assert seen == ["A role ends in 30 days.", "A role ends in 7 days."]
    assert await may(chat, BO)
    chat.clock.advance(timedelta(days=1))
    assert not await may(chat, BO)
    assert "Ended" in words_of(await chat.say("role list", **ORGANIZER))


async def test_renewing_needs_somebody_else_and_ends_the_old_notices(chat):
    await chat.say("role grant person:fake:bo role:organizer", **ORGANIZER)
    chat.clock.advance(timedelta(days=340))
    await chat.deliver()
    listed = await chat.say("role list", **BO)
    assert "Nobody gives or renews a role of their own." in words_of(await chat.press(listed, "Renew it", **BO))
    renewed = await chat.press(await chat.say("role list", **ORGANIZER), "Renew it", **ORGANIZER)
    assert "The role is given" in words_of(renewed)
    told = len(chat.messenger.seen_in("fake:bo"))
    chat.clock.advance(timedelta(days=20))
    await chat.deliver()
    assert [one.summary for one in chat.messenger.seen_in("fake:bo")][told:] == ["You were given a role."]
    chat.clock.advance(timedelta(days=300))
    assert await may(chat, BO)


async def test_organizers_see_and_end_the_roles_of_their_own_chapter_alone(chat):
    await chat.say("role grant person:fake:bo role:organizer", **ORGANIZER)
    await chat.say("role grant person:fake:eve role:expert:udhr", **STEERING)
    assert words_of(await chat.say("role list", **ELSEWHERE)).startswith("0 roles were given.")
    mine = words_of(await chat.say("role list", **ORGANIZER))
    assert "fake:bo" in mine
    assert "fake:eve" not in mine
    every = await chat.say("role list", **STEERING)
    assert "fake:eve" in words_of(every)
    assert "Named in the configuration, without an end" in words_of(every)
    only = words_of(await chat.say("role list person:fake:eve", **STEERING))
    assert "fake:bo" not in only
    foreign = await chat.press(every, "Take it back", **ELSEWHERE)
    assert "This is not there any more." in words_of(foreign)


async def test_short_grants_are_not_announced_before_they_begin(chat):
    await chat.say("role grant person:fake:bo role:organizer until:2026-11-27", **ORGANIZER)
    await chat.deliver()
    assert len(chat.messenger.seen_in("fake:bo")) == 1
    assert chat.messenger.seen_in("fake:olga") == []
