"""Getting connected, staying connected, stopping; and the HTTP mode with its signatures."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import io
import json
import socket
import time
from urllib.parse import urlencode

import aiohttp
import pytest

from bot.errors import ConfigError
from tests.adapters.slack.sample import done
from tests.loopback.slack_api import Fault
from tests.loopback.slack_server import SIGNING_SECRET

EVENT = {"type": "message", "channel_type": "im", "channel": "D0ANA", "text": "once?"}


def signed(body: bytes, *, at: float | None = None, secret: str = SIGNING_SECRET, kind: str = "json") -> dict[str, str]:
    """Return the headers of a request as Slack signs it."""
    stamp = str(int(time.time() if at is None else at))
    digest = hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
    content = "application/json" if kind == "json" else "application/x-www-form-urlencoded"
    return {"X-Slack-Signature": f"v0={digest}", "X-Slack-Request-Timestamp": stamp, "Content-Type": content}


class Caller:
    """Slack's side of the HTTP mode."""

    def __init__(self, port: int, session: aiohttp.ClientSession) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}/slack/events"
        self.session = session

    async def post(self, body: bytes, headers: dict[str, str]) -> tuple[int, str, str]:
        async with self.session.post(self.url, data=io.BytesIO(body), headers=headers) as answer:
            return answer.status, await answer.text(), answer.content_type

    async def send(self, payload: dict, **more) -> tuple[int, str, str]:
        body = json.dumps(payload).encode()
        return await self.post(body, {**signed(body), **more})

    async def form(self, fields: dict[str, str]) -> tuple[int, str, str]:
        body = urlencode(fields).encode()
        return await self.post(body, signed(body, kind="form"))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
async def served(connect):
    """Yield the bot in HTTP mode and who calls it."""
    port = free_port()
    async with (
        connect(HRC_SLACK_MODE="http", HRC_SLACK_PORT=str(port)) as town,
        aiohttp.ClientSession() as session,
    ):
        yield town, Caller(port, session)


async def test_http_mode_answers_commands_buttons_modals_and_messages(served):
    town, caller = served
    slack = town.slack
    assert (await caller.form(slack.command_payload("sample echo hello & <b>")))[:2] == (200, "")
    echo = await slack.seen(1)
    assert (await caller.form({"payload": json.dumps(slack.press_payload(echo, "Share"))}))[0] == 200
    assert (await slack.seen(2)).text == "Shared 7"
    await caller.form(slack.command_payload("sample join"))
    view = await slack.opened()
    status, text, kind = await caller.form({"payload": json.dumps(slack.submit_payload(view, {"name": "a\nb"}))})
    assert (status, kind) == (200, "application/json")
    assert json.loads(text)["response_action"] == "errors"
    assert (await caller.form({"payload": json.dumps(slack.submit_payload(view, {"name": "Ana"}))}))[:2] == (200, "")
    assert (await slack.seen(3)).text == "Welcome Ana"
    assert (await caller.send(slack.event_payload(EVENT)))[0] == 200
    assert (await slack.seen(4)).text == "yes: once?"


async def test_slack_signature_missing(served):
    _, caller = served
    assert (await caller.post(b'{"type": "x"}', {"X-Slack-Request-Timestamp": str(int(time.time()))}))[:2] == (401, "")


async def test_slack_signature_wrong(served):
    town, caller = served
    body = json.dumps(town.slack.event_payload(EVENT)).encode()
    assert (await caller.post(body, signed(body, secret="another")))[:2] == (401, "")
    changed = body.replace(b"once?", b"twice?")
    assert (await caller.post(changed, signed(body)))[:2] == (401, "")
    assert done == {}


async def test_slack_signature_non_ascii(served):
    _, caller = served
    reader, writer = await asyncio.open_connection("127.0.0.1", caller.port)
    head = f"POST /slack/events HTTP/1.1\r\nHost: x\r\nX-Slack-Request-Timestamp: {int(time.time())}\r\n"
    writer.write(head.encode() + b"X-Slack-Signature: v0=\xc3\xa9\r\nContent-Length: 2\r\n\r\n{}")
    await writer.drain()
    assert b" 401 " in await reader.readline()
    writer.close()
    await writer.wait_closed()


@pytest.mark.parametrize("stamp", ["abc", "", "-5", "1e9", "²", "9" * 40])
async def test_slack_timestamp_not_number(served, stamp):
    _, caller = served
    headers = {**signed(b"{}"), "X-Slack-Request-Timestamp": stamp}
    assert (await caller.post(b"{}", headers))[:2] == (401, "")


async def test_slack_timestamp_old(served):
    _, caller = served
    assert (await caller.post(b"{}", signed(b"{}", at=time.time() - 301)))[:2] == (401, "")


async def test_slack_timestamp_future(served):
    _, caller = served
    assert (await caller.post(b"{}", signed(b"{}", at=time.time() + 302)))[:2] == (401, "")


async def test_slack_replay_inside_window(served):
    town, caller = served
    body = urlencode(town.slack.command_payload("sample echo once", trigger_id="")).encode()
    headers = signed(body, kind="form")
    assert [(await caller.post(body, headers))[0] for _ in range(2)] == [200, 200]
    await caller.form(town.slack.command_payload("sample echo after"))
    await town.slack.until(lambda: done["after"] == 1)
    assert done["once"] == 1


async def test_slack_event_retry(served):
    town, caller = served
    payload = town.slack.event_payload(EVENT)
    assert (await caller.send(payload))[0] == 200
    retry = {"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_timeout"}
    assert (await caller.send({**payload, "event_time": 1}, **retry))[0] == 200
    await caller.send(town.slack.event_payload({**EVENT, "text": "after"}))
    await town.slack.until(lambda: done["after"] == 1)
    assert done["once?"] == 1


async def test_slack_url_verification(served):
    _, caller = served
    challenge = {"type": "url_verification", "challenge": "<b>3eZbrw1a</b>"}
    assert await caller.send(challenge) == (200, "<b>3eZbrw1a</b>", "text/plain")
    assert (await caller.post(json.dumps(challenge).encode(), {}))[:2] == (401, "")


async def test_body_one_megabyte(served):
    _, caller = served
    body = b"{" + b" " * (1024 * 1024 - 1) + b"}"
    assert len(body) == 1024 * 1024 + 1
    assert (await caller.post(body, signed(body)))[0] == 413
    assert (await caller.post(body[:-2] + b"}", signed(body[:-2] + b"}")))[0] != 413


async def test_json_deep(served):
    town, caller = served
    deep = b"[" * 100_000 + b"]" * 100_000
    assert (await caller.post(deep, signed(deep)))[0] == 400
    nested = b'{"a":' * 100_000 + b"1" + b"}" * 100_000
    assert (await caller.post(nested, signed(nested)))[0] == 400
    await caller.form(town.slack.command_payload("sample echo after"))
    assert "after" in (await town.slack.seen(1)).text


async def test_lone_surrogate(served):
    town, caller = served
    payload = town.slack.event_payload({**EVENT, "text": "\ud800"})
    status, text, _ = await caller.send(payload)
    assert (status, text) == (400, "unreadable body")
    assert town.slack.messages == []


async def test_a_broken_body_is_refused(served):
    _, caller = served
    for body in (b"{", b"\xff", b"[]"):
        assert (await caller.post(body, signed(body)))[0] == 400


async def test_only_posts_to_the_one_address_are_taken(served):
    _, caller = served
    async with caller.session.get(caller.url) as answer:
        assert answer.status == 405


async def test_a_connection_closed_by_slack_is_made_again(town):
    await town.slack.cut(politely=True)
    await town.slack.until(lambda: town.slack.connections == 2)
    await town.slack.command("sample echo again")
    assert "again" in (await town.slack.seen(1)).text


async def test_a_cut_connection_is_made_again(town):
    await town.slack.cut(politely=False)
    await town.slack.until(lambda: town.slack.connections == 2)
    await town.slack.command("sample echo again")
    assert "again" in (await town.slack.seen(1)).text


async def test_a_refreshed_connection_is_made_again(town):
    await town.slack.refresh()
    await town.slack.until(lambda: town.slack.connections == 2)
    await town.slack.command("sample echo again")
    assert "again" in (await town.slack.seen(1)).text


async def test_requests_in_hand_are_finished_before_the_end(slack, connect):
    async with connect() as town:
        slack.faults["response_url"] = [Fault(delay_s=0.5)]
        await slack.ack(await slack.command("sample echo last words"))
        await slack.until(lambda: done["last words"] == 1)
    assert "last words" in slack.messages[0].text
    assert town.adapter is not None


async def test_oauth_variables_change_nothing(connect, slack, monkeypatch):
    monkeypatch.setenv("SLACK_CLIENT_ID", "111.222")
    monkeypatch.setenv("SLACK_CLIENT_SECRET", "not-used")
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-another")
    async with connect(SLACK_CLIENT_ID="111.222", SLACK_CLIENT_SECRET="not-used"):
        await slack.command("sample echo hello")
        assert "hello" in (await slack.seen(1)).text


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"SLACK_APP_TOKEN": ""}, "SLACK_APP_TOKEN"),
        ({"SLACK_BOT_TOKEN": ""}, "SLACK_BOT_TOKEN"),
        ({"SLACK_SIGNING_SECRET": "", "HRC_SLACK_MODE": "http"}, "SLACK_SIGNING_SECRET"),
        ({"SLACK_BOT_TOKEN": "xoxb-wrong"}, "SLACK_BOT_TOKEN"),
        ({"SLACK_APP_TOKEN": "xapp-wrong"}, "SLACK_APP_TOKEN"),
        ({"SLACK_API_URL": "slack.com"}, "SLACK_API_URL"),
    ],
)
async def test_a_missing_or_refused_secret_stops_the_start_in_one_line(connect, variables, named):
    with pytest.raises(ConfigError) as caught:
        async with connect(**variables):
            pass
    assert named in str(caught.value)
    assert "\n" not in str(caught.value)


async def test_a_slack_that_is_away_at_start_is_tried_again(connect, slack):
    slack.faults["auth.test"] = [Fault(status=503)]
    async with connect():
        await slack.command("sample echo hello")
        assert "hello" in (await slack.seen(1)).text
