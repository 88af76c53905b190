"""How payloads reach us: Socket Mode, or HTTP with signed requests.

Source: docs.slack.dev, apis/events-api/using-socket-mode, authentication/verifying-requests-from-slack.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import json
import time
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

import aiohttp
import structlog
from aiohttp import web as http
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from adapters.slack.seen import Seen
from adapters.slack.settings import SlackSettings
from adapters.slack.web import LOGGER, Web, connector_of
from bot.listening import listening

log = structlog.get_logger("adapters.slack")

PATH = "/slack/events"
PING_S = 2.0  # a cut connection is noticed within this time; aiohttp waits half of it for the answer to a ping
WINDOW_S = 300
MAX_BODY = 1024 * 1024
CLOSE_S = 0.5


def answers_with_content(payload: Mapping[str, Any]) -> bool:
    """Say whether the acknowledgement itself carries an answer: a submitted modal's errors."""
    return payload.get("type") == "view_submission"


class _AcknowledgingHandler(AsyncSocketModeHandler):
    """Acknowledges on the wire before Bolt begins; Bolt alone would first look for it after 10 ms."""

    async def handle(self, client: Any, req: SocketModeRequest) -> None:
        if answers_with_content(req.payload):
            await super().handle(client, req)
            return
        await client.send_socket_mode_response(SocketModeResponse(envelope_id=req.envelope_id))
        await run_async_bolt_app(self.app, req)


class SocketConnection:
    """Socket Mode: we call Slack, so no public address is needed."""

    def __init__(self, app: AsyncApp, settings: SlackSettings, web: Web, url: str) -> None:
        handler: Any = _AcknowledgingHandler(
            app, settings.app_token.get_secret_value(), LOGGER, web.client, ping_interval=PING_S
        )
        handler.client.wss_uri = url
        self._handler = handler
        self._settings = settings

    async def open(self) -> None:
        """Connect; the SDK connects again by itself from then on, each time at a new address."""
        client = self._handler.client
        await client.aiohttp_client_session.close()
        client.aiohttp_client_session = aiohttp.ClientSession(connector=connector_of(self._settings))
        await self._handler.connect_async()

    async def close(self) -> None:
        """Disconnect, without waiting long for Slack's goodbye."""
        client = self._handler.client
        client.closed, client.auto_reconnect_enabled = True, False
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(client.disconnect(), CLOSE_S)
        await client.close()


class Pages:
    """A server on `slack.host` and `slack.port`.

    Args:
        routes: what it serves.
    """

    def __init__(self, settings: SlackSettings, routes: Sequence[http.RouteDef]) -> None:
        self._settings = settings
        self._routes = routes
        self._runner: http.AppRunner | None = None

    async def open(self) -> None:
        """Listen.

        Raises:
            ConfigError: the address is not ours, or another program listens there.
        """
        server = http.Application()
        server.router.add_routes(self._routes)
        self._runner = http.AppRunner(server, access_log=None, shutdown_timeout=CLOSE_S)
        await self._runner.setup()
        host, port = self._settings.host, self._settings.port
        with listening("slack", host, port):
            await http.TCPSite(self._runner, host, port).start()

    async def close(self) -> None:
        """Stop listening."""
        if self._runner:
            await self._runner.cleanup()


class HttpConnection(Pages):
    """HTTP mode: Slack calls us."""

    def __init__(self, app: AsyncApp, settings: SlackSettings, routes: Sequence[http.RouteDef] = ()) -> None:
        super().__init__(settings, (http.post(PATH, self._receive), *routes))
        self._app = app
        self._secret = settings.signing_secret.get_secret_value().strip().encode()
        self._seen = Seen()
        self._begun: set[asyncio.Task[Any]] = set()

    async def _receive(self, request: http.Request) -> http.Response:
        raw = await _read(request)
        if raw is None:
            return http.Response(status=413)
        signature = request.headers.get("X-Slack-Signature", "")
        if not is_signed(raw, request.headers.get("X-Slack-Request-Timestamp", ""), signature, self._secret):
            log.warning("a request without a valid signature was refused")
            return http.Response(status=401)
        body = parsed(raw, request.content_type)
        if body is None:
            return http.Response(status=400, text="unreadable body")
        if body.get("type") == "url_verification":
            return http.Response(text=str(body.get("challenge", "")), content_type="text/plain")
        if self._seen.repeated(signature):
            return http.Response()
        return await self._acknowledged(body)

    async def _acknowledged(self, body: dict[str, Any]) -> http.Response:
        # Bolt takes a body that is parsed already in this mode alone; the signature was checked above
        work = asyncio.create_task(self._app.async_dispatch(AsyncBoltRequest(body=body, mode="socket_mode")))
        self._begun.add(work)
        work.add_done_callback(self._begun.discard)
        if not answers_with_content(body):
            return http.Response()
        answer = await work
        if not answer.body:
            return http.Response(status=answer.status)
        return http.Response(status=answer.status, text=answer.body, content_type="application/json")


async def _read(request: http.Request) -> bytes | None:
    """Return the body, None as soon as it is longer than we take."""
    raw = bytearray()
    async for chunk in request.content.iter_chunked(64 * 1024):
        raw += chunk
        if len(raw) > MAX_BODY:
            return None
    return bytes(raw)


def is_signed(raw: bytes, timestamp: str, signature: str, secret: bytes, now: float | None = None) -> bool:
    """Say whether Slack signed these bytes within the last or next five minutes.

    Args:
        now: seconds since 1970; the clock's own when None.
    """
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 16):
        return False
    if abs((time.time() if now is None else now) - int(timestamp)) > WINDOW_S:
        return False
    digest = hmac.new(secret, b"v0:" + timestamp.encode() + b":" + raw, hashlib.sha256).hexdigest()
    return hmac.compare_digest(f"v0={digest}".encode(), signature.encode("utf-8", "surrogateescape"))


def parsed(raw: bytes, content_type: str) -> dict[str, Any] | None:
    """Return a request's body, None when it is no object that could be stored: broken, too deep, half characters."""
    try:
        text = raw.decode()
        if content_type == "application/x-www-form-urlencoded":
            form = dict(parse_qsl(text, keep_blank_values=True))
            body = json.loads(form["payload"]) if "payload" in form else form
        else:
            body = json.loads(text)
        json.dumps(body, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None
