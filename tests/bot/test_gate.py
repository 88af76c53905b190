"""Who comes in at all: limits, people and chapters that are kept out."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.dispatcher import SILENT
from bot.domain.grants import Block, Grant
from bot.limits import Buckets
from bot.request import Kind
from bot.testing import conversation, words_of
from tests.features.gatherings import ELSEWHERE, MEMBER, ORGANIZER, STEERING, followed, planned, post

FEW = {"person_per_minute": 6, "person_at_once": 3}


@pytest.fixture
async def chat(sqlite_storage):
    async with conversation(sqlite_storage) as chat:
        yield chat


async def keep_out(storage, chat, **what):
    async with storage.unit_of_work(writes=True) as uow:
        facts = {"user_id": "", "workspace_id": "", "reason": "Threats", "blocked_by": "fake:steering"} | what
        return await uow.blocks.add(Block(0, at=chat.clock(), **facts))


async def test_a_bucket_fills_again_with_time():
    seconds = [0.0]
    buckets = Buckets(6, 2, lambda: seconds[0])
    assert [buckets.wait_s("a") for _ in range(3)] == [0, 0, 10]
    assert buckets.wait_s("b") == 0
    assert buckets.is_first_refusal("a")
    assert not buckets.is_first_refusal("a")
    seconds[0] += 4
    assert buckets.wait_s("a") == pytest.approx(6)
    seconds[0] += 6
    assert [buckets.wait_s("a"), buckets.wait_s("a")] == [0, 10]
    assert buckets.is_first_refusal("a")


async def test_no_limit_is_no_limit():
    buckets = Buckets(0, 1)
    assert {buckets.wait_s("a") for _ in range(1000)} == {0.0}


async def test_whoever_asks_too_much_reads_how_long_to_wait_and_others_do_not(sqlite_storage):
    async with conversation(sqlite_storage, limits=FEW) as chat:
        for _ in range(3):
            assert "short time" not in words_of(await chat.say("about", **MEMBER))
        reply = await chat.say("about", **MEMBER)
        assert reply.private
        assert "That was a lot in a short time." in words_of(reply)
        assert "Try again in 10 seconds." in words_of(reply)
        assert "short time" not in words_of(await chat.say("about", **ORGANIZER))
        assert "Fueron muchas" in words_of(await chat.say("about", **MEMBER | {"lang": "es"}))


async def test_plain_words_that_are_too_many_are_answered_once(sqlite_storage):
    async with conversation(sqlite_storage, limits=FEW) as chat:
        replies = [await chat.say("hello", kind=Kind.MESSAGE, **MEMBER) for _ in range(6)]
        assert "short time" in words_of(replies[3])
        assert replies[4:] == [SILENT, SILENT]


async def test_a_flood_of_one_chapter_leaves_the_others_alone(sqlite_storage):
    async with conversation(sqlite_storage, limits={"chapter_per_minute": 60, "chapter_at_once": 5}) as chat:
        for number in range(5):
            await chat.say("about", **MEMBER | {"user": f"fake:{number}"})
        assert "Many people are asking here" in words_of(await chat.say("about", **MEMBER))
        assert "Many people" not in words_of(await chat.say("about", **ELSEWHERE))


async def test_whoever_is_blocked_is_told_once_and_can_still_see_and_erase_their_data(chat, sqlite_storage):
    await keep_out(sqlite_storage, chat, user_id="fake:ana")
    reply = await chat.say("ask What is a human rights city?", **MEMBER)
    assert reply.private
    assert "The steering committee keeps you out of this bot." in words_of(reply)
    assert "The reason: Threats" in words_of(reply)
    assert await chat.say("hello there", kind=Kind.MESSAGE, **MEMBER) is SILENT
    assert "keeps you out" in words_of(await chat.say("hello", kind=Kind.MESSAGE, **MEMBER | {"direct": True}))
    assert "keeps you out" in words_of(await chat.say("convening list", **MEMBER))
    assert "keeps you out" not in words_of(await chat.say("privacy", **MEMBER))
    asked = await chat.say("me delete", **MEMBER)
    assert "erased" in words_of(await chat.press(asked, "Yes, erase it"))
    assert "keeps you out" in words_of(await chat.say("convening list", **MEMBER))
    assert "keeps you out" not in words_of(await chat.say("convening list", **ORGANIZER))


async def test_no_form_and_no_draft_for_whoever_is_kept_out(chat, sqlite_storage):
    await keep_out(sqlite_storage, chat, user_id="fake:olga")
    assert "keeps you out" in words_of(await chat.say("convening add", **ORGANIZER))
    wrong = await chat.say('join name:"Olga" consent:perhaps', **ORGANIZER)
    assert [button.label for section in wrong.sections for button in section.buttons] == []


async def test_a_suspended_chapter_does_and_receives_nothing_and_the_others_go_on(chat, sqlite_storage):
    await followed(chat)
    await chat.say("channel follow", **ELSEWHERE)
    await planned(chat)
    shown = len(chat.messenger.seen_in("fake:C1"))
    suspended = await keep_out(sqlite_storage, chat, workspace_id="fake:T1")
    reply = await chat.say("channel status", **ORGANIZER)
    assert "The steering committee suspended this chapter." in words_of(reply)
    assert "The reason: Threats" in words_of(reply)
    drafted = await chat.say('announce new title:"Vote" message:"Today"', **STEERING)
    await chat.press(drafted, "Send", **STEERING)
    await chat.deliver()
    assert len(chat.messenger.seen_in("fake:C1")) == shown
    assert post(chat, "fake:C2").summary == "Vote"
    async with sqlite_storage.unit_of_work(writes=True) as uow:
        await uow.blocks.remove(suspended.id)
    assert "suspended" not in words_of(await chat.say("channel status", **ORGANIZER))


async def test_what_waits_for_a_chapter_when_it_is_suspended_is_not_posted(chat, sqlite_storage):
    await followed(chat)
    preview = await chat.say('convening add title:"A" starts:"2027-03-10 18:30" zone:UTC place:"Hall"', **ORGANIZER)
    await chat.press(preview, "Save")
    await keep_out(sqlite_storage, chat, workspace_id="fake:T1")
    await chat.deliver()
    assert chat.messenger.messages == {}


async def test_granted_rights_end_by_the_clock(chat, sqlite_storage):
    until = chat.clock() + timedelta(days=1)
    async with sqlite_storage.unit_of_work(writes=True) as uow:
        await uow.grants.put(Grant(0, "fake:ana", "organizer", "fake:steering", chat.clock(), until, "fake:T1"))
        await uow.grants.put(Grant(0, "fake:bo", "steering", "fake:steering", chat.clock(), until))
    assert "Only organizers" not in words_of(await chat.say("channel status", **MEMBER))
    assert "Only organizers" in words_of(await chat.say("channel status", **MEMBER | {"workspace": "fake:T2"}))
    bo = MEMBER | {"user": "fake:bo", "workspace": "fake:T9"}
    assert "Only organizers" not in words_of(await chat.say("channel status", **bo))
    chat.clock.advance(timedelta(days=1))
    assert "Only organizers" in words_of(await chat.say("channel status", **MEMBER))
    assert "Only organizers" in words_of(await chat.say("channel status", **bo))


async def test_a_flood_of_refusals_fills_no_record(chat, sqlite_storage):
    for _ in range(40):
        await chat.say("channel status", **MEMBER)
    async with sqlite_storage.unit_of_work(writes=False) as uow:
        assert len(await uow.audit.recent(100)) == 20
