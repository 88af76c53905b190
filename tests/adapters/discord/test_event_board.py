"""Scheduled events: entered once, edited, cancelled, found again, within Discord's limits."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from adapters.discord.app import DiscordAdapter
from adapters.discord.event_board import body_of
from bot.errors import DeliveryDelayed, DeliveryError, DeliveryRefused, DeliveryUncertain
from bot.i18n import core_translators
from bot.ports import EventBoards, Problem
from bot.reply import Event, MessageRef, Reply
from tests.loopback.discord_accounts import GUILD
from tests.loopback.discord_records import Fault
from tests.loopback.discord_server import DiscordServer

BOARD = f"discord:{GUILD}.events"
KEY, OTHER = "abcdefghijklmnopqrstuvwx", "zyxwvutsrqponmlkjihgfedc"
EN = core_translators()["en"]
STARTS = datetime.now(UTC).replace(microsecond=0) + timedelta(days=30)
EVENT = Event("City assembly", STARTS, STARTS + timedelta(hours=2), "City Hall", "Bring a friend")
EVENTS = r"/guilds/\d+/scheduled-events"


def showing(event: Event) -> Reply:
    return Reply(event.title, event=event)


@pytest.fixture(autouse=True)
def checked(server: DiscordServer):
    yield
    assert server.events.violations == []


async def entered(adapter: DiscordAdapter, event: Event = EVENT, key: str = KEY) -> MessageRef:
    return await adapter.messenger.post(BOARD, showing(event), EN, key)


async def test_an_event_is_entered_with_all_that_discord_asks_for(adapter: DiscordAdapter, server: DiscordServer):
    assert isinstance(adapter.messenger, EventBoards)
    assert adapter.messenger.board_of(f"discord:{GUILD}") == BOARD
    ref = await entered(adapter)
    (made,) = server.events.open
    assert ref == MessageRef(BOARD, f"discord:{made['id']}")
    assert (made["name"], made["entity_metadata"]) == ("City assembly", {"location": "City Hall"})
    assert datetime.fromisoformat(made["scheduled_start_time"]) == STARTS
    assert made["description"] == "Bring a friend\n\nReference: abcdefghijkl"


async def test_an_event_is_edited_and_cancelled(adapter: DiscordAdapter, server: DiscordServer):
    ref = await entered(adapter)
    await adapter.messenger.edit(ref, showing(replace(EVENT, place="Library")), EN)
    assert server.events.open[0]["entity_metadata"] == {"location": "Library"}
    await adapter.messenger.edit(ref, showing(replace(EVENT, is_cancelled=True)), EN)
    assert server.events.open == []


async def test_a_lost_answer_is_uncertain_and_the_event_is_found_by_its_mark(
    adapter: DiscordAdapter, server: DiscordServer
):
    await entered(adapter, key=OTHER)
    server.faults.append(Fault("POST", EVENTS, after=True, drop=True))
    with pytest.raises(DeliveryUncertain):
        await entered(adapter)
    found = await adapter.messenger.find(BOARD, KEY, STARTS)
    assert found == MessageRef(BOARD, f"discord:{server.events.open[-1]['id']}")
    assert await adapter.messenger.find(BOARD, "q" * 24, STARTS) is None


async def test_a_failure_after_the_work_enters_nothing_a_second_time_by_itself(
    adapter: DiscordAdapter, server: DiscordServer
):
    server.faults.append(Fault("POST", EVENTS, status=502, after=True))
    with pytest.raises(DeliveryUncertain):
        await entered(adapter)
    assert len(server.sent("POST", EVENTS)) == len(server.events.open) == 1


@pytest.mark.parametrize(
    ("status", "code", "kind", "problem"),
    [
        (403, 50013, DeliveryRefused, Problem.NO_PERMISSION),
        (403, 50001, DeliveryRefused, Problem.NO_PERMISSION),
        (404, 10004, DeliveryRefused, Problem.CHANNEL_GONE),
        (400, 30038, DeliveryRefused, Problem.FULL),
        (400, 50035, DeliveryRefused, Problem.UNKNOWN),
        (429, 0, DeliveryDelayed, Problem.RATE_LIMITED),
        (401, 0, DeliveryDelayed, Problem.SIGNED_OUT),
    ],
)
async def test_every_refusal_is_told_apart(adapter, server, status, code, kind, problem):
    body, headers = {"code": code, "message": "x"}, {"Retry-After": "7.5"}
    server.faults.append(Fault("POST", EVENTS, status=status, body=body, headers=headers))
    with pytest.raises(kind) as caught:
        await entered(adapter)
    assert caught.value.code == problem
    if status == 429:
        assert caught.value.retry_after_s == 7.5


async def test_a_hundred_events_are_all_that_a_server_takes(adapter: DiscordAdapter, server: DiscordServer):
    for number in range(100):
        server.events.by_id[str(number)] = {"status": 1}
    with pytest.raises(DeliveryRefused) as caught:
        await entered(adapter)
    assert caught.value.code == Problem.FULL


async def test_an_event_that_somebody_deleted_or_that_is_over_is_gone(adapter: DiscordAdapter, server: DiscordServer):
    ref = await entered(adapter)
    server.events.open[0]["status"] = 3
    for _ in range(2):
        with pytest.raises(DeliveryRefused) as caught:
            await adapter.messenger.edit(ref, showing(EVENT), EN)
        assert caught.value.code == "message_gone"
        server.events.by_id.clear()


async def test_a_server_that_cannot_be_reached_is_tried_later(adapter: DiscordAdapter, monkeypatch):
    monkeypatch.setattr("discord.http.Route.BASE", "http://127.0.0.1:9/api")
    with pytest.raises(DeliveryError) as caught:
        await entered(adapter)
    assert type(caught.value) is DeliveryError


@pytest.mark.parametrize("char", ["x", "ñ", "🏙️", "*", "@everyone ", "\n"])
async def test_whatever_people_typed_fits_and_is_no_markup(adapter: DiscordAdapter, server: DiscordServer, char: str):
    long = replace(EVENT, title="T" + char * 400, place="P" + char * 400, text="<@1> **x**" + char * 3000, ends=STARTS)
    ref = await entered(adapter, long)
    (made,) = server.events.open
    assert made["description"].startswith("\\<@1\\> \\*\\*x\\*\\*")
    assert made["description"].endswith("Reference: abcdefghijkl")
    await adapter.messenger.edit(ref, showing(long), EN)


def test_an_empty_place_and_text_are_still_an_event():
    body = body_of(Event("T", STARTS, STARTS, ""), EN)
    assert body["entity_metadata"] == {"location": "-"}
    assert body["description"] == ""
