"""What is for the asker alone never stands in a channel, and no request notifies anybody."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.adapters.discord.sample import Stage
from tests.loopback.discord_accounts import CHANNEL
from tests.loopback.discord_people import Person
from tests.loopback.discord_records import EPHEMERAL, Fault
from tests.loopback.discord_server import DiscordServer

SECRET = "For you alone"


def in_channel(server: DiscordServer) -> str:
    """Return all that stands in the channel."""
    return "\n".join(one["content"] for one in server.messages.get(CHANNEL, []))


async def test_a_private_answer_to_a_public_command_is_ephemeral(ana: Person) -> None:
    seen = await ana.command("party tell")
    assert (seen.answer, seen.original) == (5, None)
    assert [(one["content"], one["flags"]) for one in seen.follow_ups] == [(f"{SECRET}: told", EPHEMERAL)]


async def test_a_private_answer_is_not_sent_while_the_public_place_of_it_stands(
    ana: Person, server: DiscordServer
) -> None:
    """A follow-up would take the place of the public "thinking"."""
    fault = Fault("DELETE", "/webhooks/.*", status=403, body={"code": 50013, "message": "No"}, times=3)
    server.faults.append(fault)
    exchange = await ana.command_only("party tell")
    await server.until(lambda: fault.times == 2)
    await ana.command("ask", question="after")
    assert exchange.follow_ups == []
    assert exchange.is_loading


async def test_a_private_answer_does_not_replace_a_public_message(ana: Person, server: DiscordServer) -> None:
    public = server.message(content="Everybody reads this")
    seen = await ana.answered(await ana.forge(public, "hrc|party.secret|1"))
    assert public["content"] == "Everybody reads this"
    assert [(one["content"], one["flags"]) for one in seen.follow_ups] == [(f"{SECRET}: 1", EPHEMERAL)]


async def test_a_private_answer_replaces_a_private_message(ana: Person) -> None:
    page = (await ana.command("party list")).original
    assert page
    await ana.answered(await ana.forge(page, "hrc|party.secret|1"))
    assert page["content"] == f"{SECRET}: 1"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("/party tell", f"{SECRET}: told"),  # declared public, private this time
        ("/party list", "Page 1"),  # declared private
        ("/nonsense", "I do not know the command"),  # a refusal
        ("/party add title:x", "Only organizers"),
        ("is it broken?", "Something went wrong"),
    ],
)
async def test_what_is_private_in_answer_to_a_mention_is_a_direct_message(
    ana: Person, server: DiscordServer, said: str, told: str
) -> None:
    await ana.says(f"<@900> {said}", mentions=True)
    await server.until(lambda: server.messages.get(CHANNEL))
    assert in_channel(server) == "I answered you in a direct message, so that only you see it."
    assert told in server.messages[ana.number + 5000][0]["content"]


@pytest.mark.parametrize("refusal", [(403, 50007), (403, 50001), (400, 50035)])
async def test_what_is_private_stays_unsaid_where_direct_messages_are_refused(
    ana: Person, server: DiscordServer, refusal: tuple[int, int]
) -> None:
    status, code = refusal
    path = f"/channels/{ana.number + 5000}/messages"
    server.faults.append(Fault("POST", path, status=status, body={"code": code, "message": "No"}))
    await ana.says("<@900> /party tell", mentions=True)
    await server.until(lambda: server.messages.get(CHANNEL))
    assert SECRET not in in_channel(server)
    assert "I cannot send you direct messages" in in_channel(server)


async def test_in_a_direct_message_what_is_private_is_answered_there(ana: Person, server: DiscordServer) -> None:
    direct = replace(ana, guild=None, channel=ana.number + 5000)
    server.channels.add(direct.channel)
    await direct.says("/party tell")
    posted = await server.until(lambda: server.messages.get(direct.channel))
    assert posted[0]["content"] == f"{SECRET}: told"


async def test_answers_to_mentions_and_direct_messages_have_buttons_that_work(
    ana: Person, server: DiscordServer
) -> None:
    direct = replace(ana, guild=None, channel=ana.number + 5000)
    server.channels.add(direct.channel)
    await ana.says("<@900> what is it?", mentions=True)
    await direct.says("what is it?")
    await server.until(lambda: server.messages.get(CHANNEL) and server.messages.get(direct.channel))
    for person in (ana, direct):
        shared = await person.press(server.messages[person.channel][0], "Share")
        assert shared.follow_ups[0]["content"] == "Shared: what is it?"


def messages_in(body: Any) -> bool:
    return isinstance(body, dict) and ("content" in body or "embeds" in body)


async def test_mention_discord_everyone_in_every_request_that_makes_or_changes_a_message(
    ana: Person, server: DiscordServer, stage: Stage
) -> None:
    """First answers, edits, follow-ups, cards, forms, posts and direct messages alike."""
    admin = replace(ana, is_admin=True, name="@everyone")
    card = (await admin.command("party add", title="@everyone")).original
    assert card
    said = await admin.press(card, "Yes")
    await server.until(lambda: said.follow_ups)
    page = (await admin.command("party list")).original
    assert page
    await admin.press(page, "Next")
    step = await admin.submit(await admin.command("join"), name="@everyone", consent="yes")
    assert step.original
    await admin.press(step.original, "Send it now")
    await admin.command("ask", question="@here <@&720> <@801>")
    await admin.says("<@900> what is @everyone?", mentions=True)
    await server.until(lambda: server.messages.get(CHANNEL))
    await admin.says("<@900> /me", mentions=True)
    await server.until(lambda: len(server.messages[CHANNEL]) == 2)
    carried = [one for one in server.calls if messages_in(one.body)]
    assert {(one.method, one.path.split("/")[1]) for one in carried} == {
        ("PATCH", "webhooks"),
        ("POST", "webhooks"),
        ("POST", "channels"),
    }
    assert [one.body["allowed_mentions"] for one in carried] == [{"parse": [], "replied_user": False}] * len(carried)
