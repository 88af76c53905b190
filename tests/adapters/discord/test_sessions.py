"""Sessions that end and begin again: where the bot connects, and that people are answered afterwards."""

from __future__ import annotations

import pytest

from adapters.discord.app import DiscordAdapter
from bot.errors import ConfigError
from tests.loopback.discord_people import Person
from tests.loopback.discord_records import Fault
from tests.loopback.discord_server import DiscordServer


async def is_answered(person: Person) -> None:
    seen = await person.command("ask", question="still there?")
    assert seen.original and "still there?" in seen.original["content"]


async def test_a_session_that_may_be_resumed_is_resumed_where_discord_said(ana: Person, server: DiscordServer) -> None:
    await server.invalidate(resumable=True)
    await server.until(lambda: server.resumed == 1)
    assert server.connections == ["/gateway", "/resume"]
    assert server.identified == 1
    await is_answered(ana)


async def test_a_request_to_reconnect_is_followed_with_the_same_session(ana: Person, server: DiscordServer) -> None:
    await server.ask_to_reconnect()
    await server.until(lambda: server.resumed == 1)
    assert server.connections == ["/gateway", "/resume"]
    await is_answered(ana)


async def test_a_new_session_begins_where_the_base_says_now(ana: Person, server: DiscordServer) -> None:
    """Even after a resume elsewhere, and though the address changed meanwhile."""
    await server.hang_up(4000)
    await server.until(lambda: server.resumed == 1)
    server.gateway_path = "/gateway2"
    await server.invalidate()
    await server.until(lambda: server.identified == 2)
    assert server.connections == ["/gateway", "/resume", "/gateway2"]
    await is_answered(ana)


async def test_a_new_session_waits_for_a_base_that_is_down(ana: Person, server: DiscordServer) -> None:
    down = Fault("GET", "/gateway/bot", status=503, times=1)
    server.faults.append(down)
    await server.invalidate()
    await server.until(lambda: server.identified == 2)
    assert down.times == 0
    await is_answered(ana)


async def test_a_token_that_died_with_the_session_ends_the_adapter_in_one_line(
    adapter: DiscordAdapter, server: DiscordServer
) -> None:
    server.faults.append(Fault("GET", "/gateway/bot", status=401, body={"code": 0, "message": "401: Unauthorized"}))
    await server.invalidate()
    with pytest.raises(ConfigError, match="DISCORD_BOT_TOKEN"):
        await adapter.run()
