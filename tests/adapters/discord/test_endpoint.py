"""Interactions over HTTP: Discord's signature opens the door, and the answer is that of the gateway."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp import ClientSession
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pydantic import SecretStr

from adapters.discord.app import create
from adapters.discord.settings import DiscordSettings
from tests.adapters.discord.conftest import host_for
from tests.adapters.web.conftest import free_port
from tests.loopback.discord_accounts import ANA
from tests.loopback.discord_people import Person, command_data
from tests.loopback.discord_records import Exchange
from tests.loopback.discord_server import TOKEN

COMMAND = 2


@dataclass
class Caller:
    """Discord, calling the bot."""

    url: str
    key: Ed25519PrivateKey

    async def posts(self, body: bytes, *, at: float | None = None, **headers: str) -> tuple[int, str]:
        """Send a signed request; `headers` take the place of those that belong to it, "" leaves one out."""
        stamp = str(int(time.time() if at is None else at))
        signed = {"Timestamp": stamp, "Ed25519": self.key.sign(stamp.encode() + body).hex()} | headers
        sent = {f"X-Signature-{name}": value for name, value in signed.items() if value}
        async with ClientSession() as session, session.post(self.url, data=body, headers=sent) as answer:
            return answer.status, await answer.text()


@pytest.fixture
async def caller(server, sqlite, tmp_path):
    """The bot, connected to the gateway and listening."""
    key, port = Ed25519PrivateKey.generate(), free_port()
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
    host = host_for(server, sqlite, tmp_path / "data")
    section = DiscordSettings(api_url=server.api_url, token=SecretStr(TOKEN), public_key=public, port=port)
    host.settings.sections["discord"] = section
    adapter = create(host)
    await adapter.start()
    serving = asyncio.create_task(adapter.run())
    yield Caller(f"http://127.0.0.1:{port}/discord/interactions", key)
    serving.cancel()
    await adapter.close()


PING = b'{"type": 1}'


async def test_a_ping_is_answered(caller):
    status, said = await caller.posts(PING)
    assert (status, json.loads(said)) == (200, {"type": 1})


WRONG: dict[str, dict[str, Any]] = {
    "no signature": {"Ed25519": ""},
    "no timestamp": {"Timestamp": ""},
    "another key": {"Ed25519": Ed25519PrivateKey.generate().sign(PING).hex()},
    "too short": {"Ed25519": "ab"},
    "no hexadecimal": {"Ed25519": "x" * 128},
    "another time": {"Timestamp": "1"},
    "an hour ago": {"at": time.time() - 3600},
}


@pytest.mark.parametrize("given", WRONG.values(), ids=list(WRONG))
async def test_discord_signature_wrong_is_refused_with_401(caller, given):
    status, _ = await caller.posts(PING, **given)
    assert status == 401


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"type": 2}', b'{"type": 3, "data": {}}', b"[" * 5000])
async def test_a_signed_request_that_is_no_interaction_is_refused(caller, body):
    status, _ = await caller.posts(body)
    assert status == 400


async def test_a_command_over_http_is_answered_as_one_over_the_gateway(caller, server):
    ana = Person(server, ANA)
    exchange = Exchange(server.snowflake(), secrets.token_hex(16), COMMAND, None)
    server.exchanges[exchange.token] = exchange
    payload = ana.payload(exchange, command_data("ask", {"question": "over the wire?"}))
    status, said = await caller.posts(json.dumps(payload).encode())
    assert (status, said) == (202, "")
    seen = await ana.answered(exchange)
    assert seen.original
    assert "over the wire?" in seen.original["content"]
