"""A Discord on loopback: REST and gateway, what people see, every call on record, and faults on demand.

What Discord is known to refuse is recorded in `violations`; tests assert that there are none.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import re
import time
import zlib
from collections.abc import Callable
from typing import Any

from aiohttp import WSMsgType, web

from tests.loopback.discord_accounts import (
    APPLICATION,
    BOT,
    CHANNEL,
    CLOSED,
    GUILD,
    THREAD,
    application,
    guild,
    user,
)
from tests.loopback.discord_events import ScheduledEvents
from tests.loopback.discord_limits import command_problems, message_problems, modal_problems
from tests.loopback.discord_records import Call, Exchange, Fault
from tests.loopback.discord_schema import body_problems

TOKEN = "loopback.discord.token"
PREFIX = "/api/v10"
_EPOCH_MS = 1420070400000


class DiscordServer:
    """The server; `async with DiscordServer() as server` listens on a free port."""

    def __init__(self, *, history_has_nonce: bool = False) -> None:
        self.calls: list[Call] = []
        self.violations: list[str] = []
        self.faults: list[Fault] = []
        self.messages: dict[int, list[dict[str, Any]]] = {}
        self.exchanges: dict[str, Exchange] = {}
        self.commands: list[dict[str, Any]] = []
        self.channels: set[int] = {CHANNEL, CLOSED, THREAD}
        self.events = ScheduledEvents()
        self.identified = 0
        self.resumed = 0
        self.application: dict[str, Any] = {}  # what it says beside the usual
        self.gateway_path = "/gateway"  # what GET /gateway/bot names
        self.connections: list[str] = []  # the paths of the gateway connections, oldest first
        self.sockets: list[tuple[web.WebSocketResponse, Any]] = []
        self._history_has_nonce = history_has_nonce
        self._changed = asyncio.Condition()
        self._count = itertools.count(1)
        self._sequence = itertools.count(1)
        self._runner: web.AppRunner | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0

    async def __aenter__(self) -> DiscordServer:
        app = web.Application(client_max_size=30 << 20)
        app.router.add_get("/gateway{number:\\d*}", self._gateway)
        app.router.add_get("/resume", self._gateway)
        app.router.add_route("*", PREFIX + "/{tail:.*}", self._rest)
        self._runner = web.AppRunner(app, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        for socket, _ in self.sockets:
            await socket.close()
        if self._runner:
            await self._runner.cleanup()

    @property
    def api_url(self) -> str:
        return f"http://127.0.0.1:{self.port}{PREFIX}"

    def snowflake(self) -> int:
        return ((time.time_ns() // 1_000_000 - _EPOCH_MS) << 22) + next(self._count)

    async def until(self, holds: Callable[[], Any], what: str = "what was expected") -> Any:
        """Wait until `holds` is true and return it; fails after ten seconds."""
        async with self._changed:
            try:
                await asyncio.wait_for(self._changed.wait_for(holds), 10)
            except TimeoutError:
                seen = [(one.method, one.path, one.status) for one in self.calls[-8:]]
                raise AssertionError(f"{what} did not come; last calls: {seen}") from None
        return holds()

    def _notify_soon(self) -> None:
        task = asyncio.get_running_loop().create_task(self._notify())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    def sent(self, method: str, path: str) -> list[Call]:
        """Return the calls whose path matches the pattern."""
        return [one for one in self.calls if one.method == method and re.fullmatch(path, one.path)]

    # ---- gateway ------------------------------------------------------------

    async def _gateway(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(max_msg_size=0)
        await socket.prepare(request)
        press = zlib.compressobj() if request.query.get("compress") == "zlib-stream" else None
        self.sockets.append((socket, press))
        self.connections.append(request.path)
        await self._send(socket, press, {"op": 10, "d": {"heartbeat_interval": 41250}})
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                await self._received(socket, press, json.loads(message.data))
        self.sockets = [one for one in self.sockets if one[0] is not socket]
        return socket

    async def _send(self, socket: web.WebSocketResponse, press: Any, payload: Any) -> None:
        text = json.dumps(payload).encode()
        if press is None:
            await socket.send_str(text.decode())
        else:
            await socket.send_bytes(press.compress(text) + press.flush(zlib.Z_SYNC_FLUSH))

    async def _received(self, socket: web.WebSocketResponse, press: Any, payload: dict[str, Any]) -> None:
        if payload["op"] == 1:
            await self._send(socket, press, {"op": 11})
        elif payload["op"] == 2:
            if payload["d"]["intents"] & (1 << 1 | 1 << 8 | 1 << 15):
                self.violations.append("a privileged intent")
            await self._event(socket, press, "READY", self._ready())
            await self._event(socket, press, "GUILD_CREATE", guild())
            self.identified += 1
        elif payload["op"] == 6:
            await self._event(socket, press, "RESUMED", {})
            self.resumed += 1
        await self._notify()

    def _ready(self) -> dict[str, Any]:
        return {
            "v": 10,
            "user": user(BOT, "Bot", bot=True),
            "guilds": [{"id": str(GUILD), "unavailable": True}],
            "session_id": "session",
            "resume_gateway_url": f"ws://127.0.0.1:{self.port}/resume",
            "application": {"id": str(APPLICATION), "flags": 0},
        }

    async def _event(self, socket: web.WebSocketResponse, press: Any, name: str, data: Any) -> None:
        await self._send(socket, press, {"op": 0, "t": name, "s": next(self._sequence), "d": data})

    async def dispatch(self, name: str, data: Any) -> None:
        """Send an event over the newest connection."""
        socket, press = self.sockets[-1]
        await self._event(socket, press, name, data)

    async def invalidate(self, *, resumable: bool = False) -> None:
        """Say that the session is invalid: the bot has to resume it, or to identify again."""
        socket, press = self.sockets[-1]
        await self._send(socket, press, {"op": 9, "d": resumable})

    async def ask_to_reconnect(self) -> None:
        """Ask the bot to come back with the same session."""
        socket, press = self.sockets[-1]
        await self._send(socket, press, {"op": 7, "d": None})

    async def hang_up(self, code: int) -> None:
        """Close the newest connection."""
        await self.sockets[-1][0].close(code=code)

    # ---- REST ---------------------------------------------------------------

    async def _rest(self, request: web.Request) -> web.StreamResponse:
        path = request.path.removeprefix(PREFIX)
        body, files = await _read(request)
        call = Call(request.method, path, body, files)
        self.calls.append(call)
        self._notify_soon()
        fault = self._fault(call)
        if fault and fault.drop and not fault.after:
            return self._cut(request, call)
        status, said = (fault.status, fault.body) if fault and not fault.after else self._answer(call, request)
        if fault and fault.after:
            if fault.drop:
                return self._cut(request, call)
            status, said = fault.status, fault.body
        call.status = status
        self._notify_soon()
        return _json(status, said, fault.headers if fault else {})

    def _cut(self, request: web.Request, call: Call) -> web.StreamResponse:
        call.status = -1
        self._notify_soon()
        if request.transport:
            request.transport.abort()
        return web.Response(status=500)

    def _fault(self, call: Call) -> Fault | None:
        for fault in self.faults:
            if fault.times and fault.method == call.method and re.fullmatch(fault.path, call.path):
                fault.times -= 1
                return fault
        return None

    def _answer(self, call: Call, request: web.Request) -> tuple[int, Any]:
        is_open = call.path.startswith(("/interactions/", "/webhooks/"))
        if not is_open and request.headers.get("Authorization") != f"Bot {TOKEN}":
            return 401, {"code": 0, "message": "401: Unauthorized"}
        if "DiscordBot" not in request.headers.get("User-Agent", ""):
            self.violations.append("no User-Agent of a bot")
        self.violations += body_problems(call.method, call.path, call.body)
        for (method, pattern), handler in _ROUTES.items():
            found = re.fullmatch(pattern, call.path)
            if found and method == call.method:
                said: tuple[int, Any] = handler(self, call, request, *found.groups())
                return said
        self.violations.append(f"no such endpoint: {call.method} {call.path}")
        return 404, {"code": 0, "message": "404: Not Found"}

    def _me(self, *_: Any) -> tuple[int, Any]:
        return 200, user(BOT, "Bot", bot=True)

    def _application(self, *_: Any) -> tuple[int, Any]:
        return 200, {**application(), **self.application}

    def _gateway_bot(self, *_: Any) -> tuple[int, Any]:
        limits = {"total": 1000, "remaining": 999, "reset_after": 0, "max_concurrency": 1}
        return 200, {
            "url": f"ws://127.0.0.1:{self.port}{self.gateway_path}",
            "shards": 1,
            "session_start_limit": limits,
        }

    def _put_commands(self, call: Call, *_: Any) -> tuple[int, Any]:
        self.violations += command_problems(call.body)
        self.commands = call.body
        return 200, [one | {"id": str(at), "application_id": str(APPLICATION)} for at, one in enumerate(call.body)]

    def _get_commands(self, *_: Any) -> tuple[int, Any]:
        return 200, self.commands

    def _channel(self, _: Call, __: web.Request, number: str) -> tuple[int, Any]:
        known = int(number) in self.channels
        return (200, {"id": number, "type": 0}) if known else (404, {"code": 10003, "message": "Unknown Channel"})

    def _open_direct(self, call: Call, *_: Any) -> tuple[int, Any]:
        person = int(call.body["recipient_id"])
        self.channels.add(person + 5000)
        return 200, {"id": str(person + 5000), "type": 1, "recipients": [user(person, "Person")]}

    def _history(self, call: Call, request: web.Request, channel: str) -> tuple[int, Any]:
        if int(channel) not in self.channels:
            return 404, {"code": 10003, "message": "Unknown Channel"}
        after, limit = int(request.query.get("after", 0)), int(request.query.get("limit", 50))
        every = [one for one in self.messages.get(int(channel), []) if int(one["id"]) > after]
        shown = [one if self._history_has_nonce else {k: v for k, v in one.items() if k != "nonce"} for one in every]
        return 200, shown[:limit][::-1]

    def _post(self, call: Call, _: web.Request, channel: str) -> tuple[int, Any]:
        if int(channel) not in self.channels:
            return 404, {"code": 10003, "message": "Unknown Channel"}
        self._judge(call)
        posted = self.messages.setdefault(int(channel), [])
        nonce = call.body.get("nonce")
        same = next((one for one in posted if nonce and call.body.get("enforce_nonce") and one["nonce"] == nonce), None)
        if same is None:
            same = self._message(call, int(channel))
            posted.append(same)
        return 200, same

    def _edit(self, call: Call, _: web.Request, channel: str, message: str) -> tuple[int, Any]:
        self._judge(call)
        for one in self.messages.get(int(channel), []):
            if one["id"] == message:
                one.update(call.body)
                return 200, one
        code = 10008 if int(channel) in self.channels else 10003
        return 404, {"code": code, "message": "Unknown Message"}

    def message(self, **changes: Any) -> dict[str, Any]:
        """Return a message of the bot as it stands in payloads."""
        return self._message(Call("", "", {}, {}), CHANNEL) | changes

    def _message(self, call: Call, channel: int, flags: int = 0) -> dict[str, Any]:
        made = {
            "id": str(self.snowflake()),
            "channel_id": str(channel),
            "author": user(BOT, "Bot", bot=True),
            "timestamp": "2026-11-23T00:00:00+00:00",
            "edited_timestamp": None,
            "tts": False,
            "mention_everyone": False,
            "mentions": [],
            "mention_roles": [],
            "attachments": [],
            "pinned": False,
            "type": 0,
            "embeds": [],
            "components": [],
            "nonce": "",
        }
        body = dict(call.body)
        if "message_reference" in body:
            body["message_reference"] = {"channel_id": str(channel), "type": 0} | body["message_reference"]
        return made | body | {"files": call.files, "attachments": [], "flags": flags | (body.get("flags") or 0)}

    def _judge(self, call: Call) -> None:
        self.violations += message_problems(call.body | ({"files": True} if call.files else {}))

    # ---- scheduled events

    def _list_events(self, _: Call, __: web.Request, guild: str) -> tuple[int, Any]:
        return self.events.listed(guild)

    def _create_event(self, call: Call, _: web.Request, guild: str) -> tuple[int, Any]:
        return self.events.create(guild, call.body, self.snowflake())

    def _edit_event(self, call: Call, _: web.Request, guild: str, number: str) -> tuple[int, Any]:
        return self.events.edit(guild, number, call.body)

    # ---- interactions -------------------------------------------------------

    def _respond(self, call: Call, _: web.Request, number: str, token: str) -> tuple[int, Any]:
        exchange = self.exchanges.get(token)
        if exchange is None or str(exchange.id) != number:
            return 404, {"code": 10062, "message": "Unknown interaction"}
        if exchange.answer:
            return 400, {"code": 40060, "message": "Interaction has already been acknowledged."}
        exchange.answer, data = call.body["type"], call.body.get("data") or {}
        exchange.answered_s = time.monotonic()
        allowed = {2: (4, 5, 9), 3: (4, 5, 6, 7, 9), 4: (8,), 5: (4, 5, 6, 7)}[exchange.kind]
        if exchange.answer not in allowed or (
            exchange.kind == 5 and exchange.answer in (6, 7) and not exchange.pressed
        ):
            self.violations.append(f"answer {exchange.answer} to an interaction of type {exchange.kind}")
        if exchange.answer == 9:
            self.violations += modal_problems(data)
            exchange.modal = data
        elif exchange.answer == 8:
            exchange.choices = data["choices"]
        elif exchange.answer == 5:
            exchange.flags, exchange.is_loading = data.get("flags", 0), True
            exchange.original = self._message(Call("", "", {}, {}), CHANNEL, exchange.flags)
        return 204, None

    def _edit_original(self, call: Call, _: web.Request, __: str, token: str) -> tuple[int, Any]:
        exchange = self.exchanges[token]
        self._judge(call)
        if exchange.answer == 6 and exchange.pressed is not None:
            exchange.pressed.update(call.body)
            exchange.edited += 1
            return 200, exchange.pressed
        if exchange.original is None:
            return 404, {"code": 10008, "message": "Unknown Message"}
        exchange.original.update(call.body | {"files": call.files})
        exchange.is_loading = False
        return 200, exchange.original

    def _delete_original(self, _: Call, __: web.Request, ___: str, token: str) -> tuple[int, Any]:
        self.exchanges[token].original, self.exchanges[token].is_loading = None, False
        return 204, None

    def _follow_up(self, call: Call, _: web.Request, __: str, token: str) -> tuple[int, Any]:
        exchange = self.exchanges[token]
        self._judge(call)
        if exchange.is_loading:
            self.violations.append("a follow-up takes the place of the loading message")
        made = self._message(call, CHANNEL)
        exchange.follow_ups.append(made)
        return 200, made


_ROUTES: dict[tuple[str, str], Any] = {
    ("GET", "/users/@me"): DiscordServer._me,
    ("GET", "/oauth2/applications/@me"): DiscordServer._application,
    ("GET", "/gateway/bot"): DiscordServer._gateway_bot,
    ("PUT", r"/applications/\d+/commands"): DiscordServer._put_commands,
    ("GET", r"/applications/\d+/commands"): DiscordServer._get_commands,
    ("POST", "/users/@me/channels"): DiscordServer._open_direct,
    ("GET", r"/channels/(\d+)"): DiscordServer._channel,
    ("GET", r"/channels/(\d+)/messages"): DiscordServer._history,
    ("POST", r"/channels/(\d+)/messages"): DiscordServer._post,
    ("PATCH", r"/channels/(\d+)/messages/(\d+)"): DiscordServer._edit,
    ("GET", r"/guilds/(\d+)/scheduled-events"): DiscordServer._list_events,
    ("POST", r"/guilds/(\d+)/scheduled-events"): DiscordServer._create_event,
    ("PATCH", r"/guilds/(\d+)/scheduled-events/(\d+)"): DiscordServer._edit_event,
    ("POST", r"/interactions/(\d+)/([^/]+)/callback"): DiscordServer._respond,
    ("PATCH", r"/webhooks/(\d+)/([^/]+)/messages/@original"): DiscordServer._edit_original,
    ("DELETE", r"/webhooks/(\d+)/([^/]+)/messages/@original"): DiscordServer._delete_original,
    ("POST", r"/webhooks/(\d+)/([^/]+)"): DiscordServer._follow_up,
}


async def _read(request: web.Request) -> tuple[Any, dict[str, bytes]]:
    if request.content_type != "multipart/form-data":
        text = await request.text()
        return json.loads(text) if text else None, {}
    fields = await request.post()
    files = {one.filename: one.file.read() for one in fields.values() if isinstance(one, web.FileField)}
    payload = fields["payload_json"]
    return json.loads(payload if isinstance(payload, str | bytes | bytearray) else "{}"), files


def _json(status: int, said: Any, headers: dict[str, str]) -> web.Response:
    """Return an answer whose content type is exactly what the library looks for."""
    if status == 204:
        return web.Response(status=204, headers=headers)
    return web.Response(
        status=status, body=json.dumps(said, default=str).encode(), content_type="application/json", headers=headers
    )
