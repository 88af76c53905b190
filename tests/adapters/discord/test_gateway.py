"""The connection: token, intents, sessions that end, mentions and direct messages, answers that come too late."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.discord.app import DiscordAdapter, create
from bot.errors import ConfigError
from storage import Storage
from tests.adapters.discord.conftest import Running, host_for
from tests.adapters.discord.sample import Stage
from tests.loopback.discord_accounts import ANA, CHANNEL, user
from tests.loopback.discord_people import Person
from tests.loopback.discord_records import EPHEMERAL, Fault
from tests.loopback.discord_server import DiscordServer


async def test_a_refused_token_stops_the_start_in_one_line(
    server: DiscordServer, sqlite: Storage, tmp_path: Path
) -> None:
    adapter = create(host_for(server, sqlite, tmp_path, token="wrong"))
    with pytest.raises(ConfigError) as refused:
        await adapter.start()
    await adapter.close()
    assert str(refused.value).startswith("discord.token (the variable DISCORD_BOT_TOKEN): Discord refuses it")
    assert "\n" not in str(refused.value) and "wrong" not in str(refused.value)


async def test_the_start_waits_for_a_discord_that_is_down(server: DiscordServer, running: Running) -> None:
    server.faults.append(Fault("GET", "/users/@me", status=503))
    async with running():
        assert server.identified == 1


async def test_after_an_invalid_session_it_identifies_at_the_same_base(ana: Person, server: DiscordServer) -> None:
    await server.invalidate()
    await server.until(lambda: server.identified == 2)
    seen = await ana.command("ask", question="still there?")
    assert seen.original and "still there?" in seen.original["content"]


async def test_a_closed_connection_is_resumed(ana: Person, server: DiscordServer) -> None:
    await server.hang_up(4000)
    await server.until(lambda: server.resumed == 1)
    seen = await ana.command("ask", question="still there?")
    assert seen.original and "still there?" in seen.original["content"]


async def test_an_event_that_the_library_cannot_read_does_not_end_the_bot(ana: Person, server: DiscordServer) -> None:
    await server.dispatch("MESSAGE_CREATE", {"id": "1"})
    await server.until(lambda: server.identified == 2)
    seen = await ana.command("ask", question="still there?")
    assert seen.original and "still there?" in seen.original["content"]


async def test_a_token_that_dies_while_running_ends_the_adapter_in_one_line(
    adapter: DiscordAdapter, server: DiscordServer
) -> None:
    await server.hang_up(4004)
    with pytest.raises(ConfigError, match="DISCORD_BOT_TOKEN"):
        await adapter.run()


async def test_a_request_in_hand_is_finished_before_closing(
    running: Running, server: DiscordServer, stage: Stage
) -> None:
    stage.door.clear()
    async with running():
        seen = await Person(server, ANA).forge(server.message(), "hrc|party.answer|1:yes")
        await server.until(lambda: seen.answer == 6)
        asyncio.get_running_loop().call_later(0.2, stage.door.set)
    assert [one["content"] for one in seen.follow_ups] == ["You said 1:yes"]


async def test_discord_interaction_late(ana: Person, server: DiscordServer, stage: Stage) -> None:
    """A dead interaction is dropped: nothing is done behind the person's back, nothing is sent twice."""
    late = Fault("POST", "/interactions/.*", status=404, body={"code": 10062, "message": "Unknown interaction"})
    server.faults.append(late)
    await ana.forge(server.message(), "hrc|party.answer|1:yes")
    await server.until(lambda: late.times == 0)
    await ana.command("ask", question="after")
    assert stage.done == [("ask", "after")]
    assert len(server.sent("POST", "/interactions/.*")) == 2


async def test_an_answer_that_somebody_gave_already_is_not_given_again(
    ana: Person, server: DiscordServer, stage: Stage
) -> None:
    taken = Fault("POST", "/interactions/.*", status=400, body={"code": 40060, "message": "already acknowledged"})
    server.faults.append(taken)
    await ana.forge(server.message(), "hrc|party.answer|1:yes")
    await server.until(lambda: taken.times == 0)
    await ana.command("ask", question="after")
    assert stage.done == [("ask", "after")]


async def test_a_follow_up_with_a_lost_answer_is_not_sent_again(ana: Person, server: DiscordServer) -> None:
    page = (await ana.command("ask", question="why?")).original
    assert page
    server.faults.append(Fault("POST", "/webhooks/.*", after=True, drop=True))
    shared = await ana.press(page, "Share")
    await ana.command("ask", question="after")
    assert [one["content"] for one in shared.follow_ups] == ["Shared: why?"]


async def test_an_edit_is_repeated_until_it_shows(ana: Person, server: DiscordServer) -> None:
    server.faults.append(Fault("PATCH", "/webhooks/.*", status=502, times=2))
    seen = await ana.command("ask", question="why?")
    assert seen.original and seen.original["content"].startswith("You asked: why?")


async def test_a_rate_limited_answer_comes_after_the_wait(ana: Person, server: DiscordServer) -> None:
    server.faults.append(Fault("PATCH", "/webhooks/.*", status=429, body={"retry_after": 0.1, "global": False}))
    seen = await ana.command("ask", question="why?")
    assert seen.original and seen.original["content"].startswith("You asked: why?")


async def test_a_mention_is_answered_where_it_stands(ana: Person, server: DiscordServer) -> None:
    asked = await ana.says("<@900> what is a human rights city?", mentions=True)
    posted = await server.until(lambda: server.messages.get(CHANNEL))
    assert posted[0]["content"].startswith("You asked: what is a human rights city?")
    assert posted[0]["message_reference"]["message_id"] == asked
    assert posted[0]["allowed_mentions"] == {"parse": [], "replied_user": False}


async def test_a_direct_message_is_a_question(ana: Person, server: DiscordServer) -> None:
    direct = replace(ana, guild=None, channel=ana.number + 5000)
    server.channels.add(direct.channel)
    await direct.says("what is a human rights city?")
    posted = await server.until(lambda: server.messages.get(direct.channel))
    assert posted[0]["content"].startswith("You asked: what is")


async def test_a_message_that_comes_twice_is_answered_once(ana: Person, server: DiscordServer, stage: Stage) -> None:
    asked = await ana.says("<@900> what is it?", mentions=True)
    await server.until(lambda: server.messages.get(CHANNEL))
    await ana.says("<@900> what is it?", mentions=True, id=asked)
    await ana.says("<@900> and this?", mentions=True)
    await server.until(lambda: len(server.messages[CHANNEL]) == 2)
    assert [one[1] for one in stage.done] == ["what is it?", "and this?"]


async def test_bots_and_messages_to_others_are_left_alone(ana: Person, server: DiscordServer, stage: Stage) -> None:
    await ana.says("hello everybody", mention_everyone=True)
    await ana.says("<@900> hello", mentions=True, author=user(5, "Other", bot=True))
    await ana.says("<@900> a question?", mentions=True)
    await server.until(lambda: server.messages.get(CHANNEL))
    assert stage.done == [("ask", "a question?")]


async def test_what_is_private_is_answered_in_a_direct_message(ana: Person, server: DiscordServer) -> None:
    await ana.says("<@900> /me", mentions=True)
    note = (await server.until(lambda: server.messages.get(CHANNEL)))[0]
    assert "direct message" in note["content"] and "Ana" not in note["content"]
    assert server.messages[ana.number + 5000][0]["content"].startswith("Ana discord:801")


async def test_discord_dm_closed_for_a_private_answer_points_to_the_command(ana: Person, server: DiscordServer) -> None:
    closed = Fault("POST", "/channels/5801/messages", status=403, body={"code": 50007, "message": "Cannot send"})
    server.faults.append(closed)
    await ana.says("<@900> /me", mentions=True)
    note = (await server.until(lambda: server.messages.get(CHANNEL)))[0]
    assert "I cannot send you direct messages" in note["content"]


async def test_a_database_that_stalls_does_not_delay_the_acknowledgement(
    ana: Person, server: DiscordServer, sqlite: Storage
) -> None:
    """The press is held at once; the refusal comes when the storage gives up, and nothing is half-stored."""
    async with sqlite.unit_of_work(writes=True):
        seen = await ana.forge(server.message(), "hrc|party.answer|1:yes")
        await server.until(lambda: seen.answer == 6)
        assert seen.follow_ups == []
        await server.until(lambda: seen.follow_ups)
    assert seen.follow_ups[0]["flags"] & EPHEMERAL
