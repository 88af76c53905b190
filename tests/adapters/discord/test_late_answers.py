"""Answers that are slow, and interactions that are over: deferred in time, a line in the log, nothing crashes."""

from __future__ import annotations

import asyncio

import pytest
from structlog.testing import capture_logs

from tests.adapters.discord.sample import Stage
from tests.loopback.discord_people import Person
from tests.loopback.discord_records import EPHEMERAL, Fault
from tests.loopback.discord_server import DiscordServer

EXPIRED = {"code": 50027, "message": "Invalid Webhook Token"}
UNKNOWN = {"code": 10062, "message": "Unknown interaction"}


async def test_a_command_is_deferred_while_the_core_is_still_at_work(
    ana: Person, server: DiscordServer, stage: Stage
) -> None:
    stage.door.clear()
    seen = await ana.command_only("ask", question="why?")
    await server.until(lambda: seen.answer)
    assert (seen.answer, seen.flags, seen.is_loading) == (5, EPHEMERAL, True)
    assert stage.done == []
    stage.door.set()
    await ana.answered(seen)
    assert seen.original and seen.original["content"].startswith("You asked: why?")


async def test_a_press_is_held_while_the_core_is_still_at_work(
    ana: Person, server: DiscordServer, stage: Stage
) -> None:
    stage.door.clear()
    seen = await ana.forge(server.message(), "hrc|party.answer|1:yes")
    await server.until(lambda: seen.answer)
    assert (seen.answer, stage.done) == (6, [])
    stage.door.set()
    await server.until(lambda: seen.follow_ups)
    assert seen.follow_ups[0]["content"] == "You said 1:yes"


@pytest.mark.parametrize(("status", "body"), [(401, EXPIRED), (404, UNKNOWN)])
async def test_discord_interaction_late_when_the_answer_is_ready(
    ana: Person, server: DiscordServer, stage: Stage, status: int, body: dict[str, object]
) -> None:
    """After 15 minutes nothing can be shown any more: a line in the log, and the next request is answered."""
    over = Fault("PATCH", "/webhooks/.*", status=status, body=body)
    server.faults.append(over)
    stage.door.clear()
    with capture_logs() as lines:
        seen = await ana.command_only("ask", question="why?")
        await server.until(lambda: seen.answer)
        stage.door.set()
        await server.until(lambda: over.times == 0)
        after = await ana.command("ask", question="after")
    logged = [(one["event"], one["code"]) for one in lines if one["log_level"] == "warning"]
    assert logged == [("interaction not answered", body["code"])]
    assert after.original and after.original["content"].startswith("You asked: after")
    assert len(server.sent("PATCH", "/webhooks/.*")) == 2


async def test_discord_interaction_late_at_the_first_answer_leaves_a_line(
    ana: Person, server: DiscordServer, stage: Stage
) -> None:
    late = Fault("POST", "/interactions/.*", status=404, body=UNKNOWN)
    server.faults.append(late)
    with capture_logs() as lines:
        await ana.command_only("ask", question="why?")
        await server.until(lambda: late.times == 0)
        await ana.command("ask", question="after")
    assert ("interaction not answered", 10062) in [(one["event"], one.get("code")) for one in lines]
    assert stage.done == [("ask", "after")]


async def test_a_form_that_comes_too_late_for_discord_leaves_a_line(ana: Person, server: DiscordServer) -> None:
    late = Fault("POST", "/interactions/.*", status=404, body=UNKNOWN)
    server.faults.append(late)
    with capture_logs() as lines:
        await ana.command_only("join")
        await server.until(lambda: late.times == 0)
        await asyncio.wait_for(ana.command("ask", question="after"), 10)
    assert ("interaction not answered", 10062) in [(one["event"], one.get("code")) for one in lines]
