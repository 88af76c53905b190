"""Forms: opened at once, filled in steps of five, corrected with nothing lost, alive after a restart."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

from tests.adapters.discord.conftest import Running
from tests.adapters.discord.sample import Stage
from tests.loopback.discord_accounts import ANA, BEN
from tests.loopback.discord_people import Person
from tests.loopback.discord_records import EPHEMERAL, Exchange
from tests.loopback.discord_server import DiscordServer


def names(seen: Exchange) -> list[str]:
    """Return the inputs of the form that was opened."""
    assert seen.modal, "no form"
    return [one["component"]["custom_id"] for one in seen.modal["components"]]


def values(seen: Exchange) -> dict[str, str]:
    """Return what stands in the form that was opened."""
    assert seen.modal, "no form"
    parts = [one["component"] for one in seen.modal["components"]]
    return {one["custom_id"]: one.get("value", "") or chosen(one) for one in parts}


def chosen(component: dict[str, Any]) -> str:
    return ",".join(one["value"] for one in component.get("options", []) if one.get("default"))


async def test_a_bare_command_opens_its_form_at_once(ana: Person) -> None:
    seen = await ana.command("join")
    assert seen.answer == 9
    assert seen.modal and seen.modal["title"] == "Join us (1/2)"
    assert names(seen) == ["name", "consent", "city", "email", "about"]


async def test_what_was_given_as_options_stands_in_the_form(ana: Person) -> None:
    seen = await ana.command("join", city="Eugene", consent=True, zone="America/New_York")
    assert values(seen) == {"name": "", "consent": "yes", "city": "Eugene", "email": "", "about": ""}
    step = await ana.submit(seen, name="Ana")
    assert step.original
    assert values(await ana.press(step.original, "Continue"))["zone"] == "America/New_York"


async def test_two_steps_lead_to_one_request_with_everything(ana: Person, stage: Stage) -> None:
    first = await ana.command("join")
    step = await ana.submit(first, name="Ana", consent="yes", about="two\nlines")
    assert step.original and step.original["flags"] & EPHEMERAL
    assert step.original["content"] == "Step 2 of 2: what you typed so far is kept."
    second = await ana.press(step.original, "Continue")
    assert names(second) == ["zone", "level", "count"]
    await ana.submit(second, zone="America/New_York", level="a", count="3")
    assert stage.done == [("join", "Ana", "True", "", "", "two\nlines", "America/New_York", "a", "3")]
    assert step.original["content"].startswith("Welcome, Ana")
    assert step.original["components"] == []


async def test_the_optional_rest_of_a_form_can_be_left_out(ana: Person, stage: Stage) -> None:
    step = await ana.submit(await ana.command("join"), name="Ana", consent="yes")
    assert step.original
    await ana.press(step.original, "Send it now")
    assert stage.done == [("join", "Ana", "True", "", "", "", "", "", "1")]


async def test_an_error_names_the_input_and_keeps_every_value(ana: Person, stage: Stage) -> None:
    step = await ana.submit(await ana.command("join"), name="Ana", consent="yes", about="me")
    message = step.original
    assert message
    await ana.submit(await ana.press(message, "Continue"), count="70", level="f")
    assert "**Count:** 70 is not possible here." in message["content"]
    again = await ana.press(message, "Change it and try again")
    assert values(again) == {"zone": "", "level": "f", "count": "70"}
    await ana.submit(again, count="7")
    assert "**Email:** Few letters need an address. Add yours." in message["content"]
    again = await ana.press(message, "Change it and try again")
    assert values(again) == {"name": "Ana", "consent": "yes", "city": "", "email": "", "about": "me"}
    await ana.submit(again, email="a@example.org")
    assert stage.done == [("join", "Ana", "True", "", "a@example.org", "me", "", "f", "7")]


async def test_an_error_in_the_first_step_is_told_before_the_second(ana: Person) -> None:
    step = await ana.submit(await ana.command("join"), name="Ana", consent="perhaps")
    assert step.original and "perhaps" in step.original["content"]
    again = await ana.press(step.original, "Change it and try again")
    assert values(again)["name"] == "Ana"
    await ana.submit(again, consent="yes")
    assert step.original["content"].startswith("Step 2 of 2")


async def test_a_form_outlives_a_restart(running: Running, server: DiscordServer, stage: Stage) -> None:
    ana = Person(server, ANA)
    async with running():
        step = await ana.submit(await ana.command("join"), name="Ana", consent="yes")
    async with running():
        assert step.original
        second = await ana.press(step.original, "Continue")
    async with running():
        await ana.submit(second, level="a")
    assert stage.done == [("join", "Ana", "True", "", "", "", "", "a", "1")]


async def test_a_first_step_that_is_open_during_a_restart_is_not_lost(
    running: Running, server: DiscordServer, stage: Stage
) -> None:
    ana = Person(server, ANA)
    async with running():
        first = await ana.command("join", zone="America/New_York", level="a", count=5)
    async with running():
        step = await ana.submit(first, name="Ana", consent="yes")
        assert step.original
        await ana.press(step.original, "Send it now")
    assert stage.done == [("join", "Ana", "True", "", "", "", "America/New_York", "a", "5")]


async def test_nobody_opens_another_persons_draft(ana: Person, server: DiscordServer) -> None:
    step = await ana.submit(await ana.command("join"), name="Ana", consent="yes")
    assert step.original
    seen = await Person(server, BEN).press(dict(step.original), "Continue")
    assert "cannot be opened" in seen.follow_ups[0]["content"]


async def test_a_handlers_own_form_keeps_what_it_hides(ana: Person, stage: Stage) -> None:
    seen = await ana.command("party edit", title="May Day")
    assert names(seen) == ["host"]
    done = await ana.submit(seen, host="Ben")
    assert stage.done == [("party edit", "May Day", "Ben")]
    assert done.flags == 0


async def test_a_form_that_comes_late_waits_behind_a_button(ana: Person, server: DiscordServer, stage: Stage) -> None:
    stage.door.clear()
    typing = ana.command("party edit", title="May Day")
    sent = await _started(typing, server)
    stage.door.set()
    seen = await sent
    shown = seen.shown[0]
    assert shown["flags"] & EPHEMERAL
    late = await ana.press(shown, "Open the form")
    assert names(late) == ["host"]
    await ana.submit(late, host="Ben")
    assert stage.done == [("party edit", "May Day", "Ben")]


async def _started(typing: Coroutine[Any, Any, Exchange], server: DiscordServer) -> asyncio.Task[Exchange]:
    """Return the person's waiting once the command is deferred."""
    task = asyncio.create_task(typing)
    await server.until(lambda: any(one.answer == 5 for one in server.exchanges.values()))
    return task


async def test_a_conflict_can_be_corrected_with_what_was_typed(ana: Person, stage: Stage) -> None:
    admin = replace(ana, is_admin=True)
    seen = await admin.command("party add", title="taken", host="Ana")
    shown = seen.shown[0]
    assert shown["flags"] & EPHEMERAL
    again = await admin.press(shown, "Change it and try again")
    assert values(again) == {"title": "taken", "host": "Ana"}
    await admin.submit(again, title="May Day")
    assert stage.done == [("party add", "May Day")]


async def test_a_button_opens_a_form(ana: Person) -> None:
    page = (await ana.command("party list")).original
    assert page
    assert names(await ana.press(page, "Join"))[0] == "name"
