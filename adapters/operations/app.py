"""Answers on a port of its own: `/livez` (the process turns), `/readyz` (it can work), `/metrics` (figures).

A port apart from the web pages, so that nobody outside can ask; there is nothing to write and nobody's name.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

from adapters.operations.metrics import text_of
from bot.domain.deliveries import SendingState
from bot.errors import BotError
from bot.listening import listening
from bot.plugin import Host
from bot.ports import Messenger, OpenUnitOfWork, utc_now
from bot.settings import Operations, Settings

ASKS_WITHIN_S = 3.0  # programs that watch wait five seconds
CLOSES_WITHIN_S = 1.0


class Server:
    """The running server; people see nothing of it, and it sends nothing."""

    messenger = None

    def __init__(self, settings: Operations, unit_of_work: OpenUnitOfWork, *, is_connected: bool) -> None:
        self._settings = settings
        self._unit_of_work = unit_of_work
        self._is_connected = is_connected
        self._runner: web.AppRunner | None = None
        self._asking: asyncio.Task[SendingState] | None = None

    async def start(self) -> None:
        """Listen; what is asked before every platform is connected hears that the bot is not ready.

        Raises:
            ConfigError: the address is not ours, or another program listens there.
        """
        server = web.Application()
        server.router.add_get("/livez", self._live)
        server.router.add_get("/readyz", self._ready)
        server.router.add_get("/metrics", self._metrics)
        self._runner = web.AppRunner(server, access_log=None, shutdown_timeout=CLOSES_WITHIN_S)
        await self._runner.setup()
        host, port = self._settings.host, self._settings.port
        with listening("operations", host, port):
            await web.TCPSite(self._runner, host, port).start()

    async def run(self) -> None:
        """Serve until cancelled: every platform is connected by now."""
        self._is_connected = True
        await asyncio.Event().wait()

    async def close(self) -> None:
        """Stop listening."""
        if self._asking:
            self._asking.cancel()
        if self._runner:
            await self._runner.cleanup()

    async def _live(self, _request: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def _ready(self, _request: web.Request) -> web.Response:
        if not self._is_connected:
            return web.Response(text="platforms: not connected yet\n", status=503)
        if await self._state() is None:
            return web.Response(text="database: no answer\n", status=503)
        return web.Response(text="ok\n")

    async def _metrics(self, _request: web.Request) -> web.Response:
        state = await self._state()
        if state is None:
            return web.Response(text="database: no answer\n", status=503)
        return web.Response(body=text_of(state, utc_now()), headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def _state(self) -> SendingState | None:
        """Return how sending stands, None when the database does not answer in time.

        A question that hangs is not asked twice: whoever comes next waits for the same one.
        """
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._asked())
        done, _ = await asyncio.wait({self._asking}, timeout=ASKS_WITHIN_S)
        for task in done:
            if not task.cancelled() and not isinstance(task.exception(), BotError):
                return task.result()
        return None

    async def _asked(self) -> SendingState:
        async with self._unit_of_work(writes=False) as uow:
            return await uow.sending.state(utc_now())


def create(host: Host) -> Server:
    """Return the adapter; nothing listens yet."""
    return Server(host.settings.operations, host.unit_of_work, is_connected=False)


def create_for_sender(
    settings: Settings,
    unit_of_work: OpenUnitOfWork,
    messengers: Mapping[str, Messenger],  # noqa: ARG001 - as every sender is made
) -> Server:
    """Return the same for a process that only delivers."""
    return Server(settings.operations, unit_of_work, is_connected=True)
