"""How an announcement looks on each platform before it goes out, and what Alliance-wide convenings do not do."""

from __future__ import annotations

import pytest

from adapters.discord.messenger import DiscordMessenger
from adapters.slack.messenger import SlackMessenger
from bot.features.announcement_cards import posted
from bot.i18n import core_translators
from bot.reply import Reply, Section
from bot.testing import conversation, words_of
from tests.features.gatherings import MEMBER, ORGANIZER, followed, value_of
from tests.storage.test_records import NEWS

NEW = 'announce new title:"Vote" mensaje:"El *consejo* vota." message:"{text}"'
EN = core_translators()["en"]


@pytest.fixture
async def chat(sqlite_storage):
    async with conversation(sqlite_storage) as chat:
        await followed(chat)
        yield chat


async def test_the_preview_says_in_how_many_parts_each_platform_shows_it(chat):
    preview = await chat.say(NEW.format(text="word " * 500), **ORGANIZER)
    assert value_of(preview, "Fake") == "English: 2 parts, Español: 1 part"
    looks = await chat.press(preview, "How it looks on Fake")
    assert [one.title for one in looks.sections] == [
        "English, part 1 of 2",
        "English, part 2 of 2",
        "Español, part 1 of 1",
    ]
    assert "El consejo vota." in words_of(looks)


async def test_how_it_looks_is_for_those_who_may_send_it(chat):
    preview = await chat.say(NEW.format(text="Come."), **ORGANIZER)
    refused = await chat.press(preview, "How it looks on Fake", **MEMBER)
    assert "Only organizers" in refused.summary


def test_slack_and_discord_tell_how_they_will_write_it_themselves():
    shown = posted(NEWS, EN)
    slack = SlackMessenger.preview(SlackMessenger.__new__(SlackMessenger), shown, EN)
    assert slack == ("News\n\nWe _meet_.",)
    discord = DiscordMessenger.preview(DiscordMessenger.__new__(DiscordMessenger), shown, EN)
    assert len(discord) == 1
    assert "We *meet*." in discord[0]


def test_a_long_text_is_seen_in_the_parts_that_each_platform_makes_of_it():
    long = Reply("News", (Section(text="word " * 1500),))
    slack = SlackMessenger.preview(SlackMessenger.__new__(SlackMessenger), long, EN)
    assert len(slack) == 3
    assert "Part 1 of 3" in slack[0]
    discord = DiscordMessenger.preview(DiscordMessenger.__new__(DiscordMessenger), long, EN)
    assert len(discord) > 1
    assert discord[1].startswith("(continued)")
