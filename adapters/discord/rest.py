"""REST calls whose waiting is ours: the library's own would sleep inside a call, while a delivery's lease runs out.

Source: Discord's documentation, topics/rate-limits: buckets come from the headers and are never hard-coded.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from typing import Any

import aiohttp
import discord
import structlog
from discord.http import HTTPClient, Ratelimit, Route

from adapters.discord.connections import connector
from adapters.discord.wire import form_parts
from bot.errors import DeliveryDelayed, DeliveryError, DeliveryRefused, DeliveryUncertain
from bot.ports import Problem

log = structlog.get_logger("discord")

GONE = "message_gone"
MANY = 1_000  # buckets; then those that rest are forgotten
AT_ONCE_S = 1e-6  # of the library's patience: longer waits are raised
_GONE = (10008, 10070, 180000)  # a message or event that somebody deleted, an event that is over
_PROBLEMS = {
    10003: Problem.CHANNEL_GONE,
    10004: Problem.CHANNEL_GONE,  # the server is gone, and its channels with it
    50001: Problem.NO_PERMISSION,
    50013: Problem.NO_PERMISSION,
    50007: Problem.DM_CLOSED,
    50278: Problem.DM_CLOSED,  # no server in common
    50083: Problem.ARCHIVED,
    30038: Problem.FULL,
}
_HOUR_S = 3600.0
_answered: ContextVar[tuple[int, bool]] = ContextVar("_answered", default=(0, False))  # status, whether for all routes


class Circuit:
    """Stops all calls for ten minutes after 100 refusals in ten minutes: an address is banned at 10,000."""

    LIMIT, WINDOW_S = 100, 600.0

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._refusals: deque[float] = deque(maxlen=self.LIMIT)

    def count(self, status: int) -> None:
        """Remember an answer of 401, 403 or 429."""
        if status in (401, 403, 429):
            self._refusals.append(self._now())
            if self.open_s:
                log.error("too many refusals, deliveries pause", seconds=round(self.open_s))

    @property
    def open_s(self) -> float:
        """Return for how long nothing may be sent; 0 when it may."""
        is_full = len(self._refusals) == self.LIMIT and self._refusals[-1] - self._refusals[0] < self.WINDOW_S
        return max(self._refusals[-1] + self.WINDOW_S - self._now(), 0.0) if is_full else 0.0


class Bucket(Ratelimit):
    """What the headers say of one channel, without waiting: a request that would be refused is not sent."""

    async def acquire(self) -> None:
        """Take a place.

        Raises:
            RateLimited: none is left until the bucket is filled again.
        """
        self._last_request = self._loop.time()
        if self.is_expired():
            self.reset()  # type: ignore[no-untyped-call]  # the library leaves it without types
        if self.remaining <= 0 and self.expires is not None:
            raise discord.RateLimited(self.expires - self._loop.time())
        self.remaining -= 1
        self.outgoing += 1

    async def __aexit__(self, *_: object) -> None:
        self.outgoing -= 1


class Http(HTTPClient):
    """The library's client for deliveries: it never waits for a limit."""

    def __init__(self) -> None:
        trace = aiohttp.TraceConfig()
        trace.on_request_end.append(_noted)
        super().__init__(asyncio.get_running_loop(), connector(), http_trace=trace)
        self.max_ratelimit_timeout = AT_ONCE_S

    def get_ratelimit(self, key: str) -> Ratelimit:
        """Return what is known of a bucket."""
        if key not in self._buckets:
            self._buckets[key] = Bucket(None)
            if len(self._buckets) % MANY == 0:
                self._try_clear_expired_ratelimits()
        return self._buckets[key]


class Line:
    """The way by which deliveries go: signs in when it is first needed; `me` is the bot's own number by then."""

    def __init__(self, token: str) -> None:
        self.token = token
        self._http: Http | None = None
        self._signing_in = asyncio.Lock()
        self.me = ""

    async def ready(self) -> HTTPClient:
        """Return the client, signed in.

        Raises:
            LoginFailure: Discord refuses the token.
        """
        async with self._signing_in:
            self._http = self._http or Http()
            if not self.me:
                self.me = str((await self._http.static_login(self.token))["id"])
        return self._http

    async def close(self) -> None:
        """Close the connections."""
        if self._http is not None:
            await self._http.close()


class Rest:
    """Calls that end in time; what went wrong becomes a delivery error.

    Args:
        http: returns the library's client, signed in.
        circuit: counts refusals.
        within_s: how long an answer is waited for.
        stops: end a call that outlasts us; else it goes on alone, since a client that waits for a limit inside would be
            left waiting for ever.
    """

    def __init__(
        self, http: Callable[[], Awaitable[HTTPClient]], circuit: Circuit, within_s: float, *, stops: bool
    ) -> None:
        self._http = http
        self._circuit = circuit
        self._within_s = within_s
        self._stops = stops
        self._late: set[asyncio.Task[Any]] = set()

    async def call(self, route: Route, body: dict[str, Any], *, is_post: bool, **more: Any) -> Any:
        """Send a body that `wire.body_of` made; raises as `bot.ports.Messenger` says."""
        if self._circuit.open_s:
            raise DeliveryDelayed("too_many_refusals", self._circuit.open_s)
        if body.get("files"):
            more["form"] = form_parts(body)
        elif body:
            more["json"] = body["payload"]
        task = asyncio.create_task(self._sent(route, more, is_post=is_post))
        self._late.add(task)
        task.add_done_callback(self._over)
        await asyncio.wait({task}, timeout=self._within_s)
        if not task.done():
            if self._stops:
                task.cancel()
            raise DeliveryUncertain("no_answer")
        return task.result()

    def _over(self, task: asyncio.Task[Any]) -> None:
        self._late.discard(task)
        if not task.cancelled():
            task.exception()

    async def _sent(self, route: Route, more: dict[str, Any], *, is_post: bool) -> Any:
        try:
            http = await self._http()
            _answered.set((0, False))
            return await http.request(route, **more)
        except discord.RateLimited as error:
            raise self._limited(error.retry_after) from None
        except discord.LoginFailure:
            raise DeliveryDelayed(Problem.SIGNED_OUT, _HOUR_S) from None
        except discord.HTTPException as error:
            self._circuit.count(error.status)
            raise _error_of(error, is_post=is_post) from None
        except aiohttp.ClientConnectorError:
            raise DeliveryError("not_connected") from None
        except (aiohttp.ClientError, OSError, TimeoutError):
            raise DeliveryUncertain("no_answer") from None

    def _limited(self, retry_after_s: float) -> DeliveryDelayed:
        """Return how long to wait; a limit that was foreseen met nobody and is not counted."""
        status, is_global = _answered.get()
        if status == 429:
            self._circuit.count(status)
            log.warning("Discord asked us to wait", seconds=round(retry_after_s, 2), everywhere=is_global)
        return DeliveryDelayed(Problem.RATE_LIMITED, retry_after_s, only_here=not is_global)


async def _noted(_session: Any, _context: Any, params: aiohttp.TraceRequestEndParams) -> None:
    """Keep what an answer says of a limit: the library does not hand it on."""
    headers = params.response.headers
    is_global = "X-RateLimit-Global" in headers or headers.get("X-RateLimit-Scope") == "global"
    _answered.set((params.response.status, is_global))


def _error_of(error: discord.HTTPException, *, is_post: bool) -> DeliveryError:
    """Return what a refusal means for the delivery."""
    return judged(error.status, error.code, error.response.headers, is_post=is_post)


def judged(status: int, number: int, headers: Mapping[str, str], *, is_post: bool) -> DeliveryError:
    """Return what an answer that is no success means for the delivery; `number` is Discord's own code, 0 for none."""
    code = str(number or status)
    if status == 401:
        return DeliveryDelayed(Problem.SIGNED_OUT, _HOUR_S)
    if status == 429:
        is_here = headers.get("X-RateLimit-Scope") in ("user", "shared")
        return DeliveryDelayed(Problem.RATE_LIMITED, _retry_after_s(headers), only_here=is_here)
    if status >= 500:
        return DeliveryUncertain(code) if is_post else DeliveryError(code)
    if number in _GONE:
        return DeliveryRefused(GONE)
    log.warning("delivery refused", code=code)
    return DeliveryRefused(_PROBLEMS.get(number, Problem.UNKNOWN))


def _retry_after_s(headers: Mapping[str, str]) -> float:
    """Return the seconds of the header; a minute when it has none that can be read."""
    try:
        return float(headers.get("Retry-After", ""))
    except ValueError:
        return 60.0
