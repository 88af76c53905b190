"""A Slack of our own on loopback: Web API, Socket Mode, `response_url`, files. It keeps calls and what people see.

async with SlackServer() as slack:
    ...  # point SLACK_API_URL at slack.api_url, connect
    await slack.command("ask what is a human rights city?")
    message = await slack.seen(1)
"""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

from tests.loopback.slack_api import BOT_USER, TEAM, Call, Fault, Message, SlackApi, buttons_of
from tests.loopback.slack_limits import problems

BOT_TOKEN, APP_TOKEN, SIGNING_SECRET = "xoxb-0000-loopback", "xapp-0000-loopback", "0123456789abcdef"
PATIENCE_S = 15.0


class SlackServer(SlackApi):
    """The server. Everything people could see is in `messages` and `views`; rules we broke are in `violations`."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[Call] = []
        self.violations: list[str] = []
        self.faults: dict[str, list[Fault]] = defaultdict(list)
        self.acks: dict[str, dict[str, Any]] = {}
        self.timeline: list[str] = []
        self.connections = 0
        self._hooks: dict[str, dict[str, str]] = {}
        self._sockets: list[web.WebSocketResponse] = []
        self._changed = asyncio.Condition()
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> SlackServer:
        app = web.Application(client_max_size=16 * 1024 * 1024)
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_post("/hook/{name}", self._respond)
        app.router.add_post("/upload/{name}", self._upload)
        app.router.add_get("/link", self._link)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        self.base = f"http://127.0.0.1:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        for socket in self._sockets:
            await socket.close()
        if self._runner:
            await self._runner.cleanup()

    @property
    def api_url(self) -> str:
        return f"{self.base}/api/"

    # ---- what people do

    async def command(self, text: str, *, user: str = "U0ANA", channel: str = "C0TOWN", **more: Any) -> str:
        """Type `/hrc text`; return the envelope's id."""
        return await self.send("slash_commands", self.command_payload(text, user=user, channel=channel, **more))

    def command_payload(
        self, text: str, *, user: str = "U0ANA", channel: str = "C0TOWN", **more: Any
    ) -> dict[str, Any]:
        return {
            "team_id": TEAM,
            "team_domain": "town",
            "channel_id": channel,
            "user_id": user,
            "command": "/hrc",
            "text": text,
            "response_url": self.hook(channel, user),
            "trigger_id": self.trigger(),
            "is_enterprise_install": "false",
            **more,
        }

    async def mention(self, text: str, **more: Any) -> str:
        """Mention the bot in a channel."""
        return await self.event({"type": "app_mention", "text": f"<@{BOT_USER}> {text}", "channel": "C0TOWN", **more})

    async def direct_message(self, text: str, **more: Any) -> str:
        """Write to the bot directly."""
        return await self.event({"type": "message", "channel_type": "im", "channel": "D0ANA", "text": text, **more})

    async def open_home(self, *, user: str = "U0ANA", tab: str = "home", **more: Any) -> str:
        """Open the bot's Home tab, or another of its tabs."""
        event = {"type": "app_home_opened", "user": user, "channel": "D" + user[1:], "tab": tab, "ts": None}
        return await self.event({**event, **more})

    async def event(self, event: dict[str, Any], *, event_id: str = "") -> str:
        """Send an event; return the envelope's id."""
        return await self.send("events_api", self.event_payload(event, event_id=event_id))

    def event_payload(self, event: dict[str, Any], *, event_id: str = "") -> dict[str, Any]:
        event = {"user": "U0ANA", "ts": f"1700000000.{next(self.numbers):06d}", **event}
        return {
            "type": "event_callback",
            "team_id": TEAM,
            "event_id": event_id or f"Ev{next(self.numbers)}",
            "event": {key: value for key, value in event.items() if value is not None},
        }

    async def press(self, message: Message, label: str, *, user: str = "U0ANA", **more: Any) -> str:
        """Press a button of a message; return the envelope's id."""
        return await self.send("interactive", self.press_payload(message, label, user=user, **more))

    def press_payload(self, message: Message, label: str, *, user: str = "U0ANA", **more: Any) -> dict[str, Any]:
        element = message.buttons()[label]
        return {
            "type": "block_actions",
            "user": {"id": user, "team_id": TEAM},
            "team": {"id": TEAM, "domain": "town"},
            "channel": {"id": message.channel},
            "container": {
                "type": "message",
                "message_ts": message.ts,
                "channel_id": message.channel,
                "is_ephemeral": bool(message.only_for),
            },
            "message": {"ts": message.ts, **({"thread_ts": message.thread} if message.thread else {})},
            "response_url": self.hook(message.channel, user, message.ts),
            "trigger_id": self.trigger(),
            "actions": [{**element, "type": "button", "action_ts": str(next(self.numbers))}],
            **more,
        }

    async def press_in_home(self, label: str, *, user: str = "U0ANA") -> str:
        """Press a button of somebody's Home tab."""
        view = self.homes[user]
        payload = {
            "type": "block_actions",
            "user": {"id": user, "team_id": TEAM},
            "team": {"id": TEAM, "domain": "town"},
            "container": {"type": "view", "view_id": view["id"]},
            "view": view,
            "trigger_id": self.trigger(),
            "actions": [{**buttons_of(view)[label], "type": "button", "action_ts": str(next(self.numbers))}],
        }
        return await self.send("interactive", payload)

    async def submit(self, view: dict[str, Any], values: dict[str, str], *, user: str = "U0ANA") -> dict[str, Any]:
        """Send a modal: its initial values, `values` typed over them; return what the acknowledgement says."""
        envelope = await self.send("interactive", self.submit_payload(view, values, user=user))
        return await self.ack(envelope)

    def submit_payload(self, view: dict[str, Any], values: dict[str, str], *, user: str = "U0ANA") -> dict[str, Any]:
        state = {}
        for block in view["blocks"]:
            if block["type"] == "input":
                element = block["element"]
                state[block["block_id"]] = {element["action_id"]: _state(element, values.get(block["block_id"]))}
        return {
            "type": "view_submission",
            "user": {"id": user, "team_id": TEAM},
            "team": {"id": TEAM, "domain": "town"},
            "trigger_id": self.trigger(),
            "view": {**view, "type": "modal", "state": {"values": state}},
        }

    def trigger(self) -> str:
        return f"trigger-{next(self.numbers)}"

    def hook(self, channel: str, user: str, pressed: str = "") -> str:
        """Return a new `response_url`."""
        name = f"hook{next(self.numbers)}"
        self._hooks[name] = {"channel": channel, "user": user, "pressed": pressed}
        return f"{self.base}/hook/{name}"

    async def send(self, kind: str, payload: dict[str, Any], *, envelope: str = "") -> str:
        """Send a payload over the newest connection; return its envelope's id."""
        envelope = envelope or f"envelope-{next(self.numbers)}"
        await self.until(lambda: bool(self._open_sockets()))
        message = {"envelope_id": envelope, "type": kind, "payload": payload, "accepts_response_payload": True}
        await self._open_sockets()[-1].send_str(json.dumps(message))
        return envelope

    async def ack(self, envelope: str) -> dict[str, Any]:
        """Return what came back with the acknowledgement of an envelope."""
        await self.until(lambda: envelope in self.acks)
        return self.acks[envelope]

    async def cut(self, *, politely: bool) -> None:
        """End every connection: with a close frame, or by cutting the line."""
        for socket in self._open_sockets():
            if politely:
                await socket.close(code=WSCloseCode.GOING_AWAY)
            else:
                transport = socket._req.transport if socket._req else None
                if transport:
                    transport.abort()
        self._sockets.clear()

    async def refresh(self) -> None:
        """Ask the client to connect anew."""
        await self._open_sockets()[-1].send_str(json.dumps({"type": "disconnect", "reason": "refresh_requested"}))

    # ---- what people see

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until `holds()`; fails after a while with what was recorded."""
        async with self._changed:
            try:
                await asyncio.wait_for(self._changed.wait_for(holds), PATIENCE_S)
            except TimeoutError:
                seen = [(call.method, call.body.get("text")) for call in self.calls]
                raise AssertionError(f"it never happened; calls: {seen}; broken rules: {self.violations}") from None

    async def seen(self, count: int) -> Message:
        """Wait for `count` messages; return the last of them."""
        await self.until(lambda: len(self.messages) >= count)
        return self.messages[count - 1]

    async def opened(self, count: int = 1) -> dict[str, Any]:
        """Wait for `count` modals; return the last of them."""
        await self.until(lambda: len(self.views) >= count)
        return self.views[count - 1]

    async def home(self, user: str = "U0ANA", count: int = 1) -> dict[str, Any]:
        """Wait until somebody's Home tab was filled `count` times; return it."""
        await self.until(lambda: sum(one.get("user_id") == user for one in self.called("views.publish")) >= count)
        return self.homes[user]

    def called(self, method: str) -> list[dict[str, Any]]:
        """Return the bodies of the calls of a method."""
        return [call.body for call in self.calls if call.method == method]

    # ---- the wire

    async def _changes(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    def _open_sockets(self) -> list[web.WebSocketResponse]:
        return [one for one in self._sockets if not one.closed]

    async def _link(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_str(json.dumps({"type": "hello", "num_connections": 1}))
        self._sockets.append(socket)
        self.connections += 1
        await self._changes()
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                answer = json.loads(message.data)
                self.timeline.append("acknowledged")
                self.acks[answer["envelope_id"]] = answer.get("payload") or {}
                await self._changes()
        return socket

    async def _api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        body = await _body_of(request)
        return await self._faulty(method, body, request, lambda: self._authorized(method, body, request))

    async def _respond(self, request: web.Request) -> web.StreamResponse:
        hook, body = self._hooks[request.match_info["name"]], await request.json()
        return await self._faulty("response_url", body, request, lambda: self._hooked(hook, body))

    async def _faulty(
        self, method: str, body: dict[str, Any], request: web.Request, work: Callable[[], dict[str, Any]]
    ) -> web.StreamResponse:
        """Record the call, judge it by Slack's limits, and answer it, unless a fault was asked for."""
        fault = self.faults[method].pop(0) if self.faults[method] else Fault()
        self.calls.append(Call(method, body))
        self.timeline.append(method)
        await asyncio.sleep(fault.delay_s)
        broken = problems(method, body)
        self.violations += [f"{method}: {one}" for one in broken]
        refused = fault.error or fault.status != 200 or fault.drop == "before"
        answer = (
            {"ok": False, "error": fault.error or "invalid_blocks", **fault.fields} if refused or broken else work()
        )
        await self._changes()
        if fault.drop and request.transport:
            request.transport.abort()
        if fault.status != 200:
            return web.Response(status=fault.status, headers=fault.headers, text="no")
        return web.json_response(answer, headers={"X-OAuth-Scopes": self.scopes, **fault.headers})

    def _hooked(self, hook: dict[str, str], body: dict[str, Any]) -> dict[str, Any]:
        if body.get("replace_original"):
            pressed = next(one for one in self.messages if one.ts == hook["pressed"])
            pressed.body = body
        else:
            only_for = hook["user"] if body.get("response_type") != "in_channel" else ""
            self.shown(hook["channel"], body, only_for)
        return {"ok": True}

    def _authorized(self, method: str, body: dict[str, Any], request: web.Request) -> dict[str, Any]:
        self.token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        wanted = {APP_TOKEN} if method == "apps.connections.open" else {BOT_TOKEN, *self.team_of}
        if method != "oauth.v2.access" and self.token not in wanted:
            return {"ok": False, "error": "invalid_auth"}
        self.calls[-1].team = self.team_of.get(self.token, TEAM)
        return self.answer(method, body)

    async def _upload(self, request: web.Request) -> web.Response:
        self.files[int(request.match_info["name"]) - 1]["content"] = await request.read()
        return web.Response(text="OK")


async def _body_of(request: web.Request) -> dict[str, Any]:
    if request.content_type == "application/json":
        return dict(await request.json())
    return {**request.query, **await request.post()}


def _state(element: dict[str, Any], typed: str | None) -> dict[str, Any]:
    """Return an element's state as Slack sends it: `typed`, or what stood there from the start."""
    if element["type"] == "plain_text_input":
        value = element.get("initial_value") if typed is None else typed
        return {"type": element["type"], "value": value or None}
    if element["type"] == "users_select":
        return {"type": element["type"], "selected_user": typed or element.get("initial_user")}
    groups = [group["options"] for group in element.get("option_groups") or ()] or [element["options"]]
    chosen = next((one for group in groups for one in group if one["value"] == typed), None)
    return {"type": element["type"], "selected_option": chosen if typed is not None else element.get("initial_option")}
