"""Which channel receives what."""

from __future__ import annotations

import pytest

from bot.errors import DeliveryDelayed, DeliveryRefused
from bot.ports import Problem
from bot.reply import ChannelMention
from bot.testing import conversation, words_of
from tests.features.gatherings import ELSEWHERE, MEMBER, ORGANIZER, followed, planned, value_of


@pytest.fixture
async def chat(storage):
    async with conversation(storage) as chat:
        yield chat


async def _follows(storage, workspace="fake:T1"):
    async with storage.unit_of_work(writes=False) as uow:
        return [(one.channel_id, one.topics, one.lang) for one in await uow.follows.of_workspace(workspace)]


BOTH = ("convenings", "announcements")


async def test_follow_without_options_takes_this_channel_and_everything(chat, storage):
    reply = await chat.say("channel follow", **ORGANIZER)
    assert reply.summary.startswith("This channel follows now")
    assert value_of(reply, "Receives") == "Convenings, Announcements"
    assert await _follows(storage) == [("fake:C1", BOTH, "en")]


@pytest.mark.parametrize("typed", ["<#C7|general>", "<#C7>", "C7", "fake:C7", "#C7"])
async def test_a_channel_can_be_named_in_every_way_that_platforms_write_it(chat, storage, typed):
    await chat.say(f"channel follow channel:{typed} topics:announcements lang:es", **ORGANIZER)
    assert await _follows(storage) == [("fake:C7", ("announcements",), "es")]


@pytest.mark.parametrize("typed", ["<#>", "other:C7", "two words", "<@U1>", "#", "<!channel>"])
async def test_what_names_no_channel_is_refused(chat, storage, typed):
    reply = await chat.say(f'channel follow channel:"{typed}"', **ORGANIZER)
    assert reply.summary == "I do not know that channel."
    assert await _follows(storage) == []


async def test_tenant_crossing(chat, storage):
    chat.messenger.workspaces["fake:C2"] = "fake:T2"
    chat.messenger.problems["fake:C404"] = Problem.CHANNEL_GONE
    foreign = await chat.say("channel follow channel:<#C2>", **ORGANIZER)
    unknown = await chat.say("channel follow channel:<#C404>", **ORGANIZER)
    assert foreign == unknown
    assert await _follows(storage) == []


async def test_what_another_workspace_follows_can_be_neither_seen_nor_stopped(chat, storage):
    await chat.say("channel follow", **ELSEWHERE)
    reply = await chat.say("channel unfollow channel:<#C2>", **ORGANIZER)
    assert reply.summary == "That channel follows nothing."
    assert "C2" not in words_of(await chat.say("channel status", **ORGANIZER))
    assert await _follows(storage, "fake:T2") == [("fake:C2", BOTH, "en")]


async def test_duplicate_subscription(chat, storage):
    await chat.say("channel follow", **ORGANIZER)
    again = await chat.say("channel follow", **ORGANIZER | {"user": "fake:oscar"})
    assert again.summary == "This channel follows already."
    await planned(chat)
    assert len(chat.messenger.seen_in("fake:C1")) == 1
    assert len(await _follows(storage)) == 1


async def test_following_sends_nothing_of_what_was_announced_before(chat):
    await planned(chat)
    await chat.say("channel follow", **ORGANIZER)
    await chat.say("convening rsvp 1 yes", **MEMBER)
    await chat.deliver()
    assert chat.messenger.seen_in("fake:C1") == []


@pytest.mark.parametrize(
    ("problem", "reason", "fix"),
    [
        (Problem.NOT_IN_CHANNEL, "the bot is not in the channel", "Invite me"),
        (Problem.ARCHIVED, "the channel is archived", "Open the channel again"),
        (Problem.NO_PERMISSION, "the bot may not see the channel or write in it", "Let me see"),
        (Problem.SIGNED_OUT, "the bot is signed out there", "Ask the operator"),
        ("a_code_of_nobodys", "the platform did not take it", "ask the operator"),
    ],
)
async def test_a_channel_where_the_bot_cannot_post_is_refused_with_the_fix(chat, storage, problem, reason, fix):
    chat.messenger.problems["fake:C1"] = problem
    reply = await chat.say("channel follow", **ORGANIZER)
    assert reply.summary == f"I cannot post in that channel: {reason}."
    assert fix in words_of(reply)
    assert await _follows(storage) == []


async def test_channel_archived(chat, storage):
    await followed(chat, "fake:C1", "fake:C9")
    chat.messenger.failures.append(DeliveryRefused(Problem.ARCHIVED))
    await planned(chat)
    await planned(chat)
    stopped = [one for one in ("fake:C1", "fake:C9") if not chat.messenger.seen_in(one)]
    assert len(stopped) == 1
    status = await chat.say("channel status", **ORGANIZER)
    assert value_of(status, "Stopped").startswith("The channel is archived. Open the channel again")
    await chat.say("channel follow", **ORGANIZER | {"channel": stopped[0]})
    await planned(chat)
    assert len(chat.messenger.seen_in(stopped[0])) == 1


async def test_a_channel_that_must_wait_stays_followed(chat):
    await followed(chat)
    chat.messenger.failures.append(DeliveryDelayed("ratelimited", 1))
    await planned(chat)
    assert len(chat.messenger.seen_in("fake:C1")) == 1


async def test_in_a_direct_message_follow_is_refused(chat, storage):
    for text in ("channel follow", "channel unfollow"):
        reply = await chat.say(text, **ORGANIZER | {"channel": "fake:D1", "direct": True})
        assert reply.summary == "A direct message cannot follow anything."
    assert await _follows(storage) == []


async def test_members_cannot_choose_what_channels_receive(chat, storage):
    for text in ("channel follow", "channel unfollow", "channel status"):
        assert "Only organizers" in (await chat.say(text, **MEMBER)).summary
    assert await _follows(storage) == []


async def test_unfollow_takes_one_topic_or_everything(chat, storage):
    await followed(chat)
    one = await chat.say("channel unfollow topics:announcements", **ORGANIZER)
    assert value_of(one, "Receives") == "Convenings"
    assert await _follows(storage) == [("fake:C1", ("convenings",), "en")]
    assert "receives nothing" in (await chat.say("channel unfollow", **ORGANIZER)).summary
    assert await _follows(storage) == []
    assert "follows nothing" in (await chat.say("channel unfollow", **ORGANIZER)).summary


async def test_following_one_topic_more_keeps_the_other_and_the_language(chat, storage):
    await chat.say("channel follow topics:announcements lang:es", **ORGANIZER)
    await chat.say("channel follow topics:convenings", **ORGANIZER)
    assert await _follows(storage) == [("fake:C1", BOTH, "es")]


async def test_status_lists_every_channel_of_the_chapter(chat):
    empty = await chat.say("channel status", **ORGANIZER)
    assert "channel follow" in words_of(empty)
    await followed(chat, "fake:C1", "fake:C9")
    reply = await chat.say("channel status", **ORGANIZER)
    assert [one.title for one in reply.sections[:-1]] == ["This channel", ""]
    assert [one.fields[0].value for one in reply.sections[:-1]] == [
        ChannelMention("fake:C1", "C1"),
        ChannelMention("fake:C9", "C9"),
    ]


async def test_following_and_unfollowing_are_audited(chat, storage):
    await followed(chat)
    await chat.say("channel unfollow", **ORGANIZER)
    async with storage.unit_of_work(writes=False) as uow:
        acts = [(one.act, one.subject) for one in await uow.audit.recent()]
    assert acts == [("channel unfollow", "channel:fake:C1"), ("channel follow", "channel:fake:C1")]


async def test_a_chapter_says_its_language_and_zone_once(chat, storage):
    reply = await chat.say("channel chapter lang:es zone:America/Los_Angeles city:Eugene", **ORGANIZER)
    assert (value_of(reply, "Time zone"), value_of(reply, "City")) == ("America/Los_Angeles", "Eugene, Oregon")
    await chat.say("channel follow", **ORGANIZER)
    assert await _follows(storage) == [("fake:C1", BOTH, "es")]
    await chat.say("channel chapter zone:Boston", **ORGANIZER)
    shown = await chat.say("channel status", **ORGANIZER)
    assert "America/Los_Angeles" in words_of(shown) and "Español" in words_of(shown)


async def test_only_organizers_describe_a_chapter(chat):
    reply = await chat.say("channel chapter lang:es", **MEMBER)
    assert reply.summary == "Only organizers of this chapter can do this."
