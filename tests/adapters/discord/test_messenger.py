"""Deliveries: posted once, edited, found again, and every refusal told apart."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapters.discord.app import DiscordAdapter
from adapters.discord.rest import Circuit
from bot.errors import DeliveryDelayed, DeliveryError, DeliveryRefused, DeliveryUncertain
from bot.i18n import core_translators
from bot.ports import Problem
from bot.reply import Button, ChannelMention, Field, Mention, MessageRef, Reply, Section
from tests.loopback.discord_accounts import ANA, CHANNEL, CLOSED, GUILD, THREAD
from tests.loopback.discord_records import Fault
from tests.loopback.discord_server import DiscordServer

HERE = f"discord:{CHANNEL}"
KEY = "abcdefghijklmnopqrstuvwx"
EN = core_translators()["en"]
CARD = Reply("A convening", (Section("Where", buttons=(Button("Yes", "convening.rsvp", "1:yes"),)),))
POSTS, EDITS = r"/channels/\d+/messages", r"/channels/\d+/messages/\d+"


def since() -> datetime:
    return datetime.now(UTC) - timedelta(minutes=5)


async def test_the_same_key_posts_once(adapter: DiscordAdapter, server: DiscordServer) -> None:
    first = await adapter.messenger.post(HERE, CARD, EN, KEY)
    again = await adapter.messenger.post(HERE, CARD, EN, KEY)
    assert first == again == MessageRef(HERE, f"discord:{server.messages[CHANNEL][0]['id']}")
    assert len(server.messages[CHANNEL]) == 1


async def test_sdk_own_retry(adapter: DiscordAdapter, server: DiscordServer) -> None:
    """The client repeats a failed post by itself; the nonce makes people see one."""
    server.faults.append(Fault("POST", POSTS, status=502, after=True))
    await adapter.messenger.post(HERE, CARD, EN, KEY)
    assert [one.status for one in server.sent("POST", POSTS)] == [502, 200]
    assert len(server.messages[CHANNEL]) == 1


async def test_a_lost_answer_is_uncertain_and_the_post_is_found(adapter: DiscordAdapter, server: DiscordServer) -> None:
    server.faults.append(Fault("POST", POSTS, after=True, drop=True))
    with pytest.raises(DeliveryUncertain):
        await adapter.messenger.post(HERE, CARD, EN, KEY)
    found = await adapter.messenger.find(HERE, KEY, since())
    assert found == MessageRef(HERE, f"discord:{server.messages[CHANNEL][0]['id']}")


async def test_what_was_never_posted_is_not_found(adapter: DiscordAdapter) -> None:
    await adapter.messenger.post(HERE, CARD, EN, "another")
    assert await adapter.messenger.find(HERE, KEY, since()) is None


async def test_a_direct_message_is_found_and_edited(adapter: DiscordAdapter, server: DiscordServer) -> None:
    person = f"discord:{ANA}"
    sent = await adapter.messenger.direct(person, CARD, EN, KEY)
    server.channels.discard(ANA)
    assert await adapter.messenger.find(person, KEY, since()) == sent
    await adapter.messenger.edit(sent, Reply("It changed"), EN)
    assert server.messages[ANA + 5000][0]["content"] == "It changed"


async def test_an_edit_takes_away_what_is_not_there_any_more(adapter: DiscordAdapter, server: DiscordServer) -> None:
    posted = await adapter.messenger.post(HERE, CARD, EN, KEY)
    await adapter.messenger.edit(posted, Reply("Cancelled"), EN)
    message = server.messages[CHANNEL][0]
    assert (message["content"], message["components"], message["embeds"]) == ("Cancelled", [], [])


async def test_discord_unknown_message(adapter: DiscordAdapter, server: DiscordServer) -> None:
    posted = await adapter.messenger.post(HERE, CARD, EN, KEY)
    server.messages[CHANNEL].clear()
    with pytest.raises(DeliveryRefused) as refused:
        await adapter.messenger.edit(posted, CARD, EN)
    assert refused.value.code == "message_gone"
    assert server.messages[CHANNEL] == []


async def test_discord_dm_closed(adapter: DiscordAdapter, server: DiscordServer) -> None:
    closed = {"code": 50007, "message": "Cannot send messages to this user"}
    server.faults.append(Fault("POST", POSTS, status=403, body=closed))
    with pytest.raises(DeliveryRefused) as refused:
        await adapter.messenger.direct(f"discord:{ANA}", CARD, EN, KEY)
    assert refused.value.code == Problem.DM_CLOSED


@pytest.mark.parametrize(
    ("fault", "kind", "code"),
    [
        (
            Fault("POST", POSTS, status=403, body={"code": 50001, "message": "Missing Access"}),
            DeliveryRefused,
            "no_permission",
        ),
        (Fault("POST", POSTS, status=404, body={"code": 10003, "message": "Unknown"}), DeliveryRefused, "channel_gone"),
        (Fault("POST", POSTS, status=403, body={"code": 50013, "message": "No"}), DeliveryRefused, "no_permission"),
        (Fault("POST", POSTS, status=400, body={"code": 50083, "message": "Archived"}), DeliveryRefused, "archived"),
        (Fault("POST", POSTS, status=400, body={"code": 50035, "message": "Invalid"}), DeliveryRefused, "unknown"),
        (Fault("POST", POSTS, status=503, body={"code": 0, "message": ""}), DeliveryUncertain, "503"),
        (Fault("POST", POSTS, status=401, body={"code": 0, "message": ""}), DeliveryDelayed, "signed_out"),
        (Fault("PATCH", EDITS, status=503, body={"code": 0, "message": ""}), DeliveryError, "503"),
    ],
)
async def test_each_refusal_is_told_apart(
    adapter: DiscordAdapter, server: DiscordServer, fault: Fault, kind: type[DeliveryError], code: str
) -> None:
    server.faults.append(fault)
    work = (
        adapter.messenger.post(HERE, CARD, EN, KEY)
        if fault.method == "POST"
        else adapter.messenger.edit(MessageRef(HERE, "discord:1"), CARD, EN)
    )
    with pytest.raises(kind) as refused:
        await work
    assert (type(refused.value), refused.value.code) == (kind, code)


def limited(retry_after: Any, headers: dict[str, str]) -> Fault:
    body = {"message": "You are being rate limited.", "retry_after": retry_after, "global": True}
    return Fault("POST", POSTS, status=429, body=body, headers=headers)


async def test_discord_429_global(adapter: DiscordAdapter, server: DiscordServer) -> None:
    """It is handed to the lane, which stops: no call waits inside while its lease runs out."""
    server.faults.append(limited(0.3, {"Via": "1.1 google", "X-RateLimit-Global": "true"}))
    with pytest.raises(DeliveryDelayed) as delayed:
        await adapter.messenger.post(HERE, CARD, EN, KEY)
    assert (delayed.value.retry_after_s, delayed.value.only_here) == (0.3, False)
    await adapter.messenger.post(HERE, CARD, EN, KEY)
    assert [one.status for one in server.sent("POST", POSTS)] == [429, 200]


async def test_a_limit_of_one_channel_holds_for_that_channel_alone(
    adapter: DiscordAdapter, server: DiscordServer
) -> None:
    """What the headers say is kept: a request that would be refused is not sent."""
    spent = {"X-RateLimit-Limit": "5", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset-After": "60"}
    spent["X-RateLimit-Bucket"] = "abc"
    server.faults.append(Fault("POST", f"/channels/{CHANNEL}/messages", status=200, body={"id": "1"}, headers=spent))
    await adapter.messenger.post(HERE, CARD, EN, KEY)
    with pytest.raises(DeliveryDelayed) as delayed:
        await adapter.messenger.post(HERE, CARD, EN, "another")
    assert (50 < delayed.value.retry_after_s <= 60, delayed.value.only_here) == (True, True)
    await adapter.messenger.post(f"discord:{THREAD}", CARD, EN, "another")
    assert [one.status for one in server.sent("POST", POSTS)] == [200, 200]


async def test_a_long_rate_limit_goes_to_the_outbox(adapter: DiscordAdapter, server: DiscordServer) -> None:
    server.faults.append(limited(120, {"Via": "1.1 google"}))
    with pytest.raises(DeliveryDelayed) as delayed:
        await adapter.messenger.post(HERE, CARD, EN, KEY)
    assert delayed.value.retry_after_s == 120


@pytest.mark.parametrize(("header", "seconds"), [("999999999", 3600), ("-1", 0), ("Mon, 23 Nov 2026", 60), ("", 60)])
async def test_retry_after_absurd(adapter: DiscordAdapter, server: DiscordServer, header: str, seconds: int) -> None:
    """Without a Via header the answer is not Discord's own, so only the header tells how long."""
    server.faults.append(limited(1, {"Retry-After": header}))
    with pytest.raises(DeliveryDelayed) as delayed:
        await adapter.messenger.post(HERE, CARD, EN, KEY)
    assert delayed.value.retry_after_s == seconds


async def test_discord_invalid_storm(adapter: DiscordAdapter, server: DiscordServer) -> None:
    refusal = {"code": 50001, "message": "Missing Access"}
    server.faults.append(Fault("POST", POSTS, status=403, body=refusal, times=200))
    codes = []
    for at in range(200):
        with pytest.raises(DeliveryError) as refused:
            await adapter.messenger.post(HERE, CARD, EN, str(at))
        codes.append(refused.value.code)
    assert len(server.sent("POST", POSTS)) == 100
    assert codes[100:] == ["too_many_refusals"] * 100


def test_the_circuit_closes_after_ten_minutes() -> None:
    now = [0.0]
    circuit = Circuit(lambda: now[0])
    for _ in range(100):
        circuit.count(403)
    assert circuit.open_s == 600
    now[0] = 601
    assert circuit.open_s == 0


async def test_channels_where_the_bot_cannot_post_are_told(adapter: DiscordAdapter) -> None:
    assert await adapter.messenger.channel_problem(HERE) == ""
    assert await adapter.messenger.channel_problem(f"discord:{CLOSED}") == Problem.NO_PERMISSION
    assert await adapter.messenger.channel_problem("discord:4242") == Problem.CHANNEL_GONE
    assert await adapter.messenger.channel_problem("discord:#general") == Problem.CHANNEL_GONE


async def test_a_post_to_a_thread_stands_there_and_is_found_and_edited_there(
    adapter: DiscordAdapter, server: DiscordServer
) -> None:
    thread = f"discord:{THREAD}"
    assert await adapter.messenger.channel_problem(HERE, f"discord:{GUILD}", thread) == ""
    assert await adapter.messenger.channel_problem(HERE, f"discord:{GUILD}", "discord:4242") == Problem.CHANNEL_GONE
    posted = await adapter.messenger.post(HERE, CARD, EN, KEY, thread)
    assert CHANNEL not in server.messages
    assert "message_reference" not in server.messages[THREAD][0]
    assert await adapter.messenger.find(HERE, KEY, since(), thread) == posted
    await adapter.messenger.edit(posted, Reply("Changed"), EN)
    assert server.messages[THREAD][0]["content"] == "Changed"


async def test_a_post_below_a_message_is_a_reply_that_its_author_hears_of(
    adapter: DiscordAdapter, server: DiscordServer
) -> None:
    posted = await adapter.messenger.post(HERE, CARD, EN, KEY, f"discord:{CHANNEL}.5555")
    (message,) = server.messages[CHANNEL]
    assert message["message_reference"]["message_id"] == "5555"
    assert message["message_reference"]["fail_if_not_exists"] is False
    assert message["allowed_mentions"] == {"parse": [], "replied_user": True}
    assert await adapter.messenger.find(HERE, KEY, since(), f"discord:{CHANNEL}.5555") == posted


async def test_mention_discord_user(adapter: DiscordAdapter, server: DiscordServer) -> None:
    """Only a typed mention notifies, and only when the message is new."""
    thanked = Reply("thanks <@80351110224678912>", (Section(fields=(Field("Host", Mention("discord:801")),)),))
    posted = await adapter.messenger.post(HERE, thanked, EN, KEY)
    assert server.messages[CHANNEL][0]["allowed_mentions"] == {"parse": [], "replied_user": False, "users": ["801"]}
    assert server.messages[CHANNEL][0]["content"] == "thanks \\<@80351110224678912\\>\n\n**Host:** <@801>"
    await adapter.messenger.edit(posted, thanked, EN)
    assert server.messages[CHANNEL][0]["allowed_mentions"] == {"parse": [], "replied_user": False}


async def test_mention_discord_in_edit(adapter: DiscordAdapter, server: DiscordServer) -> None:
    posted = await adapter.messenger.post(HERE, CARD, EN, KEY)
    await adapter.messenger.edit(posted, Reply("now @everyone"), EN)
    body = server.sent("PATCH", EDITS)[0].body
    assert (body["content"], body["allowed_mentions"]["parse"]) == ("now @everyone", [])


async def test_a_channel_is_named_by_a_link_and_notifies_nobody(adapter: DiscordAdapter, server: DiscordServer) -> None:
    here, elsewhere = ChannelMention(HERE, "710"), ChannelMention("other:C7", "C7")
    fields = (Field("Channel", here), Field("Another", elsewhere))
    await adapter.messenger.post(HERE, Reply("It follows.", (Section(fields=fields),)), EN, KEY)
    posted = server.messages[CHANNEL][0]
    assert posted["content"] == f"It follows.\n\n**Channel:** <#{CHANNEL}>\n**Another:** C7"
    assert posted["allowed_mentions"] == {"parse": [], "replied_user": False}
