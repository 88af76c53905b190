"""A Slack and a Discord with true limits, as a process of their own: `python -m tests.bench.fake_platforms FAULTS`.

It prints its port. FAULTS is the share of posts that are accepted while the answer is dropped. `GET /stats` tells what
people see, and how often somebody was refused for going too fast.

Source of the limits: Discord's documentation, topics/rate-limits (50 requests in any second); docs.slack.dev,
apis/web-api/rate-limits (about one message a second and channel; here a workspace, which is stricter).
"""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import sys
import time
from collections import Counter, defaultdict, deque
from typing import Any

from aiohttp import web

WORKSPACES = 200
WAY_S = (0.03, 0.09)  # each way
GLOBAL = 50
SLACK_GAP_S = 1.0


class Platforms:
    def __init__(self, faults: float, is_slow: bool) -> None:
        self.faults, self.is_slow = faults, is_slow
        self.messages: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.times: list[float] = []
        self.requests: deque[float] = deque()
        self.last: dict[str, float] = {}
        self.counts: Counter[str] = Counter()
        self.numbers = itertools.count(1)

    async def way(self) -> None:
        if self.is_slow:
            await asyncio.sleep(random.uniform(*WAY_S))

    def drops(self, request: web.Request) -> bool:
        """Drop the answer now and then, after the message was accepted."""
        if random.random() >= self.faults or request.transport is None:
            return False
        self.counts["dropped answers"] += 1
        request.transport.abort()
        return True

    def kept(self, channel: str, message: dict[str, Any]) -> None:
        self.messages[channel].append(message)
        self.times.append(time.time())

    async def stats(self, _: web.Request) -> web.Response:
        seen = [len(some) for some in self.messages.values()]
        texts = Counter(str(one.get("text") or one.get("content")) for some in self.messages.values() for one in some)
        said = {
            "channels": len(seen),
            "twice": sum(count > 1 for count in seen),
            "seconds": max(self.times) - min(self.times) if self.times else 0,
            "texts": dict(texts),
            **self.counts,
        }
        return web.json_response(said)

    async def times_of(self, request: web.Request) -> web.Response:
        """Return when the messages of channels that begin with a prefix came."""
        prefix = request.query["prefix"]
        found = [one["at"] for name, some in self.messages.items() if name.startswith(prefix) for one in some]
        return web.json_response(sorted(found))

    # ---- Slack

    async def slack(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        body = await request.json() if request.method == "POST" else dict(request.query)
        await self.way()
        handler = getattr(self, "slack_" + method.replace(".", "_"))
        answer: web.Response = handler(request, body)
        await self.way()
        return answer

    def slack_auth_test(self, *_: Any) -> web.Response:
        return web.json_response({"ok": True, "team_id": "T0", "user_id": "UBOT", "bot_id": "B0"})

    def slack_chat_postMessage(self, request: web.Request, body: dict[str, Any]) -> web.Response:  # noqa: N802
        channel = body["channel"]
        if self.is_slow and self.too_fast(channel.rpartition("x")[2]):
            return web.json_response({"ok": False}, status=429, headers={"Retry-After": "1"})
        ts = f"{time.time():.6f}"
        kept = {"ts": ts, "text": body["text"], "metadata": body.get("metadata"), "at": time.time()}
        self.kept(channel, kept)
        self.drops(request)
        return web.json_response({"ok": True, "ts": ts, "channel": channel})

    def too_fast(self, workspace: str) -> bool:
        now = time.monotonic()
        if now - self.last.get(workspace, 0.0) < SLACK_GAP_S * 0.95:
            self.counts["slack 429"] += 1
            return True
        self.last[workspace] = now
        return False

    def slack_chat_update(self, _: web.Request, body: dict[str, Any]) -> web.Response:
        for one in self.messages[body["channel"]]:
            if one["ts"] == body["ts"]:
                one["text"] = body["text"]
        self.counts["edits"] += 1
        return web.json_response({"ok": True, "ts": body["ts"]})

    def slack_conversations_history(self, _: web.Request, body: dict[str, Any]) -> web.Response:
        self.counts["look-ups"] += 1
        found = [one for one in self.messages[body["channel"]] if float(one["ts"]) >= float(body["oldest"])]
        return web.json_response({"ok": True, "messages": found[::-1]})

    # ---- Discord

    async def discord(self, request: web.Request) -> web.Response:
        await self.way()
        now = time.monotonic()
        while self.requests and now - self.requests[0] > 1:
            self.requests.popleft()
        if len(self.requests) >= GLOBAL:
            self.counts["discord 429"] += 1
            headers = {"X-RateLimit-Global": "true", "Retry-After": "1", "Via": "1.1 google"}
            return self.json({"retry_after": 1.0, "global": True}, 429, headers)
        self.requests.append(now)
        answer = await self.discord_answer(request)
        await self.way()
        return answer

    async def discord_answer(self, request: web.Request) -> web.Response:
        path = request.match_info["tail"]
        if path == "users/@me":
            return self.json({"id": "1", "username": "Bot", "discriminator": "0", "avatar": None, "bot": True})
        channel = path.split("/")[1]
        if request.method == "GET":
            self.counts["look-ups"] += 1
            return self.json(self.messages[channel][::-1])
        body = await request.json()
        if request.method == "PATCH":
            self.counts["edits"] += 1
            return self.json({"id": path.rpartition("/")[2]})
        same = [one for one in self.messages[channel] if one["nonce"] == body.get("nonce")]
        if not same:
            made = {"id": str(next(self.numbers)), "author": {"id": "1"}, "nonce": body.get("nonce")}
            same = [made | {"content": body.get("content"), "at": time.time()}]
            self.kept(channel, same[0])
        self.drops(request)
        return self.json(same[0])

    def json(self, said: Any, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
        limits = {"X-RateLimit-Limit": "5", "X-RateLimit-Remaining": "4", "X-RateLimit-Reset-After": "1"}
        body = json.dumps(said).encode()
        return web.Response(status=status, body=body, content_type="application/json", headers=limits | (headers or {}))


async def serve(faults: float, is_slow: bool) -> None:
    platforms = Platforms(faults, is_slow)
    app = web.Application()
    app.router.add_get("/stats", platforms.stats)
    app.router.add_get("/times", platforms.times_of)
    app.router.add_route("*", "/slack/{method}", platforms.slack)
    app.router.add_route("*", "/discord/{tail:.*}", platforms.discord)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(float(sys.argv[1]), sys.argv[2] == "slow"))
