"""Commands, from what arrives over the gateway to what people see."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.adapters.discord.conftest import Running
from tests.adapters.discord.sample import Stage
from tests.loopback.discord_accounts import ANA, ROLE
from tests.loopback.discord_people import Person
from tests.loopback.discord_records import EPHEMERAL
from tests.loopback.discord_server import DiscordServer


async def test_a_private_command_is_deferred_privately_and_answered_there(ana: Person) -> None:
    seen = await ana.command("ask", question="why?")
    assert (seen.answer, seen.flags) == (5, EPHEMERAL)
    assert seen.original and seen.original["content"] == "You asked: why?\n\n**Sources**\nwhy?"
    assert seen.follow_ups == []


async def test_a_public_command_is_seen_by_the_channel(ana: Person, stage: Stage) -> None:
    seen = await replace(ana, is_admin=True).command("party add", title="May Day")
    assert seen.flags == 0
    assert stage.done == [("party add", "May Day")]
    assert seen.original and seen.original["content"].startswith("Party: May Day")


async def test_a_refused_public_command_is_told_to_the_asker_alone(ana: Person, stage: Stage) -> None:
    seen = await ana.command("party add", title="May Day")
    assert seen.original is None
    assert [one["flags"] for one in seen.follow_ups] == [EPHEMERAL]
    assert "Only organizers" in seen.follow_ups[0]["content"]
    assert stage.done == []


async def test_the_bare_command_of_a_group_answers_as_show(ana: Person) -> None:
    seen = await replace(ana, is_admin=True).command("me show")
    assert seen.original and seen.original["content"].startswith(f"Ana discord:{ana.number}")
    assert "organizer" in seen.original["content"]


async def test_files_go_with_the_answer(ana: Person) -> None:
    seen = await ana.command("me delete")
    assert seen.original and seen.original["files"] == {"me.json": b"{}"}


async def test_share_posts_for_everybody(ana: Person) -> None:
    seen = await ana.command("ask", question="why?")
    assert seen.original
    shared = await ana.press(seen.original, "Share")
    assert [(one["content"], one["flags"]) for one in shared.follow_ups] == [("Shared: why?", 0)]


async def test_a_card_changes_and_the_presser_alone_is_told(ana: Person, server: DiscordServer) -> None:
    card = (await replace(ana, is_admin=True).command("party add", title="May Day")).original
    assert card
    seen = await ana.press(card, "Yes")
    await server.until(lambda: seen.follow_ups)
    assert seen.answer == 6
    assert card["content"].startswith("Party: 1 comes")
    assert [(one["content"], one["flags"]) for one in seen.follow_ups] == [("You said 1:yes", EPHEMERAL)]


async def test_a_page_turns_in_place(ana: Person) -> None:
    page = (await ana.command("party list")).original
    assert page
    seen = await ana.press(page, "Next")
    assert page["content"] == "Page 2"
    assert seen.follow_ups == []


async def test_double_click(ana: Person, server: DiscordServer, stage: Stage) -> None:
    card = (await replace(ana, is_admin=True).command("party add", title="May Day")).original
    assert card
    pressed = [await ana.press_only(card, "Yes") for _ in range(20)]
    await server.until(lambda: all(one.answer == 6 for one in pressed) and any(one.follow_ups for one in pressed))
    last = await ana.press(card, "No")
    await server.until(lambda: last.follow_ups)
    assert stage.done[1:] == [("answer", f"discord:{ana.number}", "1:yes"), ("answer", f"discord:{ana.number}", "1:no")]
    assert sum(len(one.follow_ups) for one in pressed) == 1
    assert len(last.follow_ups) == 1


async def test_answers_come_in_the_order_of_the_presses(ana: Person, server: DiscordServer, stage: Stage) -> None:
    card = (await replace(ana, is_admin=True).command("party add", title="May Day")).original
    assert card
    await ana.press(card, "Yes")
    pressed = [await ana.press_only(card, label) for label in ("No", "Yes") * 5]
    await server.until(lambda: all(one.follow_ups for one in pressed))
    assert [one[2] for one in stage.done[1:]] == ["1:yes", *["1:no", "1:yes"] * 5]


@pytest.mark.parametrize(
    "forged",
    [
        "rsvp:42:yes",
        "x" * 100,
        "hrc|" + "y" * 5000,
        "hrc|party.delete|1",
        "hrc|command.run|nonsense",
        "hrc99999999:zz|\u202e|\x00",
        "",
    ],
)
async def test_discord_custom_id_forged(ana: Person, stage: Stage, forged: str) -> None:
    page = (await ana.command("party list")).original
    assert page
    seen = await ana.forge(page, forged)
    seen = await ana.answered(seen)
    assert [one["flags"] for one in seen.follow_ups] == [EPHEMERAL]
    assert "I do not know" in seen.follow_ups[0]["content"]
    assert page["content"] == "Page 1"
    assert stage.done == []


@pytest.mark.parametrize(
    "forged", ["hrc|step|0.r.unknown", "hrc|step|x", "hrc|step|9.e.", "hrc|step|" + "9" * 90, "hrc|finish|unknown"]
)
async def test_discord_custom_id_forged_for_a_form(ana: Person, stage: Stage, forged: str) -> None:
    page = (await ana.command("party list")).original
    assert page
    seen = await ana.answered(await ana.forge(page, forged))
    shown = [*seen.follow_ups, page]
    assert "cannot be opened" in shown[0]["content"]
    assert stage.done == []


async def test_buttons_answer_after_a_restart(running: Running, server: DiscordServer, stage: Stage) -> None:
    ana = Person(server, ANA, is_admin=True)
    async with running():
        card = (await ana.command("party add", title="May Day")).original
        asked = (await ana.command("ask", question="why?")).original
    assert card and asked
    async with running():
        seen = await ana.press(card, "Yes")
        await server.until(lambda: seen.follow_ups)
        shared = await ana.press(asked, "Share")
    assert seen.follow_ups[0]["content"] == "You said 1:yes"
    assert card["content"].startswith("Party: 1 comes")
    assert shared.follow_ups[0]["content"] == "Shared: why?"


async def test_time_zones_are_suggested(ana: Person) -> None:
    offered = await ana.types("join", "zone", "new york")
    assert offered[0] == {"name": "America/New_York", "value": "America/New_York"}


async def test_a_mapped_role_makes_an_organizer_only_by_configuration(ana: Person) -> None:
    seen = await replace(ana, roles=[ROLE]).command("me show")
    assert seen.original and "organizer" not in seen.original["content"]


async def test_in_direct_messages_nobody_is_an_administrator(ana: Person) -> None:
    seen = await replace(ana, guild=None, channel=ana.number + 5000, is_admin=True).command("party add", title="x")
    shown = seen.shown
    assert "Only organizers" in shown[0]["content"]
