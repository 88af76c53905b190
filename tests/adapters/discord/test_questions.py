"""A question on its way to a person and back, over the wire."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from adapters.discord import plugin
from adapters.discord.settings import DiscordSettings
from bot.app import build
from bot.settings import Settings
from bot.testing import knowledge_for_tests
from storage import Storage
from tests.loopback.discord_accounts import ANA, BEN, CHANNEL, THREAD
from tests.loopback.discord_people import Person
from tests.loopback.discord_records import EPHEMERAL
from tests.loopback.discord_server import TOKEN, DiscordServer

QUESTION = "Who pays for the zeppelin parking @everyone downtown?"


@pytest.fixture
async def ana(server: DiscordServer, sqlite: Storage, tmp_path: Path) -> AsyncIterator[Person]:
    """Somebody in the server in which the shipped bot runs; Ben is the steering committee."""
    section = DiscordSettings(api_url=server.api_url, token=SecretStr(TOKEN))
    settings = Settings(data_dir=tmp_path / "data", steering=(f"discord:{BEN}",), sections={"discord": section})
    app = build(settings, [plugin], sqlite.unit_of_work, knowledge_for_tests())
    adapter = app.adapters["discord"]
    await adapter.start()
    tasks = [asyncio.create_task(adapter.run()), asyncio.create_task(app.outbox.run())]
    yield Person(server, ANA, "Ana")
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    await adapter.close()


async def test_a_question_reaches_an_expert_and_its_answer_the_asker(ana: Person, server: DiscordServer) -> None:
    ben = Person(server, BEN, "Ben", guild=None, channel=BEN + 5000)
    unknown = await ana.command("ask", question=QUESTION)
    asked = await ana.submit(await ana.press(unknown.shown[0], "Ask a person"), consent="yes")
    assert "Your question is with a person now." in asked.shown[0]["content"]
    assert asked.shown[0]["flags"] & EPHEMERAL
    notice = (await server.until(lambda: server.messages.get(BEN + 5000), "the notice"))[0]
    assert "@everyone" in notice["content"]
    answered = await ben.submit(await ben.press(notice, "Answer"), answer="Nobody pays. @everyone parks for free.")
    assert "Your answer is on its way." in answered.shown[0]["content"]
    message = (await server.until(lambda: server.messages.get(ANA + 5000), "the answer"))[0]
    assert "A person answered your question." in message["content"]
    assert "parks for free" in message["content"]
    sent = [one.body for one in server.calls if isinstance(one.body, dict) and "content" in one.body]
    assert all(one["allowed_mentions"]["parse"] == [] for one in sent)


@pytest.mark.parametrize("channel", [CHANNEL, THREAD], ids=["channel", "thread"])
async def test_the_answer_to_a_mention_is_a_reply_to_it_in_its_channel_or_thread(
    ana: Person, server: DiscordServer, channel: int
) -> None:
    ana.channel, ben = channel, Person(server, BEN, "Ben", guild=None, channel=BEN + 5000)
    number = await ana.says(f"<@900> {QUESTION}", mentions=True)
    unknown = (await server.until(lambda: server.messages.get(channel), "the reply"))[0]
    asked = await ana.submit(await ana.press(unknown, "Ask a person"), consent="yes", answer_to="here")
    assert "below the question" in asked.shown[0]["content"]
    notice = (await server.until(lambda: server.messages.get(BEN + 5000), "the notice"))[0]
    await ben.submit(await ben.press(notice, "Answer"), answer="Nobody pays.")
    await server.until(lambda: len(server.messages[channel]) == 2, "the answer")
    answer = server.messages[channel][1]
    assert "A person answered a question that was asked here." in answer["content"]
    assert answer["message_reference"]["message_id"] == number
    assert set(server.messages) == {channel, BEN + 5000}


async def test_the_answer_to_a_command_in_a_thread_stands_in_the_thread(ana: Person, server: DiscordServer) -> None:
    ana.channel, ben = THREAD, Person(server, BEN, "Ben", guild=None, channel=BEN + 5000)
    unknown = await ana.command("ask", question=QUESTION)
    await ana.submit(await ana.press(unknown.shown[0], "Ask a person"), consent="yes", answer_to="here")
    notice = (await server.until(lambda: server.messages.get(BEN + 5000), "the notice"))[0]
    await ben.submit(await ben.press(notice, "Answer"), answer="Nobody pays.")
    answer = (await server.until(lambda: server.messages.get(THREAD), "the answer"))[0]
    assert "message_reference" not in answer
    assert CHANNEL not in server.messages
