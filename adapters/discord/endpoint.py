"""Interactions over HTTP, where an operator prefers that Discord calls the bot; the gateway then brings messages alone.

Source: Discord's documentation, interactions/overview: the signature (Ed25519) covers the timestamp and the body as it
was sent; 401 for a wrong one, which Discord itself probes for; PING is answered with PONG; 202 without a body where the
answer goes through the callback.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import structlog
from aiohttp import web
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from adapters.discord.settings import DiscordSettings
from bot.listening import listening

log = structlog.get_logger("discord")

PATH = "/discord/interactions"
MAX_BODY = 1024 * 1024
OLD_S = 300  # a copy of a request is worth nothing after that
CLOSES_WITHIN_S = 1.0
PING, PONG = 1, 1


class Endpoint:
    """A server for Discord alone.

    Args:
        take: hands an interaction to the library; raises KeyError, TypeError, ValueError or AttributeError for what it
            cannot read.
    """

    def __init__(self, settings: DiscordSettings, take: Callable[[Any], None]) -> None:
        self._settings = settings
        self._key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(settings.public_key))
        self._take = take
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Listen.

        Raises:
            ConfigError: the address is not ours, or another program listens there.
        """
        server = web.Application(client_max_size=MAX_BODY)
        server.router.add_post(PATH, self._serve)
        self._runner = web.AppRunner(server, access_log=None, shutdown_timeout=CLOSES_WITHIN_S)
        await self._runner.setup()
        host, port = self._settings.host, self._settings.port
        with listening("discord", host, port):
            await web.TCPSite(self._runner, host, port).start()

    async def close(self) -> None:
        """Stop listening."""
        if self._runner:
            await self._runner.cleanup()

    async def _serve(self, request: web.Request) -> web.Response:
        body = await request.read()
        if not self._is_discords(request, body):
            return web.Response(status=401, text="The signature is wrong.")
        try:
            data = json.loads(body)
            if data["type"] == PING:
                return web.json_response({"type": PONG})
            self._take(data)
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
            log.warning("an interaction could not be read")
            return web.Response(status=400, text="This is no interaction.")
        return web.Response(status=202)

    def _is_discords(self, request: web.Request, body: bytes) -> bool:
        """Say whether Discord signed the request, and did so just now."""
        stamp = request.headers.get("X-Signature-Timestamp", "")
        try:
            signature = bytes.fromhex(request.headers.get("X-Signature-Ed25519", ""))
            self._key.verify(signature, stamp.encode() + body)
            return abs(time.time() - int(stamp)) <= OLD_S
        except (InvalidSignature, ValueError):
            return False
