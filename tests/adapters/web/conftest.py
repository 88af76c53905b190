"""The real web server on a free port, with real storage behind it, and a client that visits it."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

from adapters.web import plugin
from bot.i18n import core_translators
from bot.plugin import Host
from bot.settings import Web
from bot.testing import Conversation


@dataclass
class Site:
    """A running web server."""

    address: str
    client: aiohttp.ClientSession

    async def get(self, path: str, **more: Any) -> tuple[int, Any, str]:
        """Return status, headers and text of a page."""
        return await self.ask("GET", path, **more)

    async def ask(self, method: str, path: str, **more: Any) -> tuple[int, Any, str]:
        async with self.client.request(method, f"{self.address}{path}", allow_redirects=False, **more) as answer:
            return answer.status, answer.headers, await answer.text()


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@asynccontextmanager
async def site(chat: Conversation, storage: Any, path: str = "", **web: Any) -> AsyncIterator[Site]:
    """Yield the web server of the bot that `chat` talks to; `path` is that of its address, `web` are further keys."""
    port = free_port()
    address = f"http://127.0.0.1:{port}{path}"
    settings = chat.dispatcher.services.settings.model_copy(update={"web": Web(port=port, public_url=address, **web)})
    adapter = plugin.create(Host(settings, chat.dispatcher, core_translators(), storage.unit_of_work))
    await adapter.start()
    try:
        async with aiohttp.ClientSession() as client:
            yield Site(address, client)
    finally:
        await adapter.close()
