"""The shipped bot on Discord: its own features, deliveries included."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from adapters.discord import plugin
from adapters.discord.settings import DiscordSettings
from bot.app import build
from bot.settings import Settings
from bot.testing import knowledge_for_tests
from storage import Storage
from tests.loopback.discord_accounts import ANA, BEN, CHANNEL
from tests.loopback.discord_people import Person
from tests.loopback.discord_records import EPHEMERAL, Exchange
from tests.loopback.discord_server import TOKEN, DiscordServer

PLAN = {"title": "City assembly", "starts": "2030-03-14 18:30", "zone": "America/New_York", "place": "City Hall"}


@pytest.fixture
async def ada(server: DiscordServer, sqlite: Storage, tmp_path: Path) -> AsyncIterator[Person]:
    """An administrator of the server in which the shipped bot runs."""
    section = DiscordSettings(api_url=server.api_url, token=SecretStr(TOKEN))
    settings = Settings(data_dir=tmp_path / "data", sections={"discord": section})
    app = build(settings, [plugin], sqlite.unit_of_work, knowledge_for_tests())
    adapter = app.adapters["discord"]
    await adapter.start()
    tasks = [asyncio.create_task(adapter.run()), asyncio.create_task(app.outbox.run())]
    yield Person(server, ANA, "Ada", is_admin=True)
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    await adapter.close()


def words(seen: Exchange) -> str:
    return "\n".join(one["content"] for one in seen.shown)


async def planned(ada: Person, **more: str) -> dict[str, Any]:
    """Follow, plan and save a convening; return the card in the channel."""
    await ada.command("channel follow")
    preview = await ada.command("convening add", **PLAN | more)
    assert preview.shown, "no preview"
    await ada.press(preview.shown[0], "Save")
    posted: list[dict[str, Any]] = await ada.server.until(lambda: ada.server.messages.get(CHANNEL), "the card")
    return posted[-1]


@pytest.mark.parametrize("text", ["Meeting @everyone", "@here please read", "<@&720> all staff", "<@801> thanks"])
async def test_mention_discord_in_embed_title_and_every_other_field(ada: Person, text: str) -> None:
    """Title, place, description, access and the reason of a cancellation: readable, and nobody is notified."""
    card = await planned(ada, title=text, place=text, description=text, access=text)
    shown = card["content"].replace("\\", "")
    assert shown.count(text) >= 2
    assert "<@&" not in card["content"].replace("\\<", "") and "<@8" not in card["content"].replace("\\<", "")
    preview = await ada.command("convening cancel", convening="1", reason=text)
    for label in ("Cancel it", "Yes, cancel it"):
        if any(one["label"] == label for row in preview.shown[0]["components"] for one in row["components"]):
            await ada.press(preview.shown[0], label)
    carried = [one.body for one in ada.server.calls if isinstance(one.body, dict) and "content" in one.body]
    assert len(carried) >= 4
    assert all(one["allowed_mentions"]["parse"] == [] and "users" not in one["allowed_mentions"] for one in carried)


async def test_double_click_on_a_convening_counts_once(ada: Person, server: DiscordServer) -> None:
    card = await planned(ada)
    ben = Person(server, BEN, "Ben")
    yes = next(one["label"] for row in card["components"] for one in row["components"])
    pressed = [await ben.press_only(card, yes) for _ in range(20)]
    await server.until(lambda: all(one.answer == 6 for one in pressed) and any(one.follow_ups for one in pressed))
    await ada.command("convening list")
    assert sum(len(one.follow_ups) for one in pressed) == 1
    shown = words(await ada.command("convening show", convening="1"))
    assert "**Answers:** 1 coming, 0 maybe" in shown


async def test_button_for_cancelled_event(ada: Person, server: DiscordServer) -> None:
    card = await planned(ada)
    old = {**card, "content": card["content"], "components": card["components"]}
    yes = next(one["label"] for row in card["components"] for one in row["components"])
    cancelling = await ada.command("convening cancel", convening="1", reason="No room")
    assert cancelling.shown
    await server.until(lambda: "cancelled" in card["content"].lower(), "the cancelled card")
    seen = await ada.answered(await Person(server, BEN, "Ben").press_only(old, yes))
    await server.until(lambda: seen.follow_ups)
    assert seen.follow_ups[0]["flags"] & EPHEMERAL
    assert "is cancelled. Your answer was not stored." in seen.follow_ups[0]["content"]
    assert "cancelled" in old["content"].lower(), "the old message says so too"


async def test_a_followed_channel_is_shown_as_a_link_to_it(ada: Person) -> None:
    elsewhere = replace(ada, channel=CHANNEL + 1)
    followed = await ada.command("channel follow")
    status = await elsewhere.command("channel status")
    assert f"<#{CHANNEL}>" in words(followed)
    assert f"<#{CHANNEL}>" in words(status)


@pytest.mark.parametrize(
    ("locale", "reason"),
    [
        ("en-US", "the bot may not see the channel or write in it"),
        ("es-ES", "el bot no tiene permiso para ver el canal o escribir en él"),
    ],
)
async def test_a_channel_where_the_bot_may_not_write_is_refused_in_plain_words(
    ada: Person, locale: str, reason: str
) -> None:
    closed = replace(ada, channel=CHANNEL + 1, locale=locale)
    seen = await closed.command("channel follow")
    assert reason in words(seen)
    assert "50001" not in words(seen) and "no_permission" not in words(seen)


async def test_a_channel_that_stopped_says_why_in_plain_words(ada: Person, server: DiscordServer) -> None:
    await ada.command("channel follow")
    server.channels.discard(CHANNEL)
    preview = await ada.command("convening add", **PLAN)
    await ada.press(preview.shown[0], "Save")
    await server.until(lambda: any(one.status == 404 for one in server.sent("POST", r"/channels/\d+/messages")))
    for _ in range(50):
        status = words(await ada.command("channel status"))
        if "Stopped" in status:
            break
    assert "**Stopped:** The channel does not exist any more." in status
    assert "10003" not in status


async def test_the_short_version_takes_the_place_of_a_private_answer_and_of_no_public_one(ada: Person) -> None:
    answer = (await ada.command("ask", question="what are the twelve criteria of the self-assessment?")).shown[0]
    whole = answer["content"]
    await ada.answered(await ada.press(answer, "Short version"))
    assert len(answer["content"]) < len(whole)
    assert "Criteria: version of November 23, 2026." in answer["content"]
    await ada.says("<@900> what are the twelve criteria of the self-assessment?", mentions=True)
    public = (await ada.server.until(lambda: ada.server.messages.get(CHANNEL), "the answer"))[0]
    said = public["content"]
    beside = await ada.answered(await ada.press(public, "Short version"))
    assert public["content"] == said
    assert [one["flags"] & EPHEMERAL for one in beside.follow_ups] == [EPHEMERAL]


async def test_a_person_who_is_chosen_is_given_a_role_that_ends_at_once_when_it_is_taken_back(ada: Person) -> None:
    ben = Person(ada.server, BEN, "Ben")
    assert "Only organizers" in words(await ben.command("channel status"))
    assert "The role is given" in words(await ada.command("role grant", person=f"<@{BEN}>", role="organizer"))
    assert "Only organizers" not in words(await ben.command("channel status"))
    assert "The role is taken back" in words(await ada.command("role revoke", person=f"<@{BEN}>", role="organizer"))
    assert "Only organizers" in words(await ben.command("channel status"))
