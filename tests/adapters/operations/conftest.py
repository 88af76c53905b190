"""A running server for programs that watch, on a free port, over a real database."""

from __future__ import annotations

from contextlib import asynccontextmanager

from aiohttp import ClientSession

from adapters.operations.app import create_for_sender
from bot.settings import Operations, Settings
from tests.adapters.web.conftest import free_port


@asynccontextmanager
async def watched(storage):
    """Yield a function that asks for a path and returns status and text."""
    port = free_port()
    server = create_for_sender(Settings(operations=Operations(port=port)), storage.unit_of_work, {})
    await server.start()
    async with ClientSession() as session:

        async def ask(path: str) -> tuple[int, str]:
            async with session.get(f"http://127.0.0.1:{port}{path}") as answer:
                return answer.status, await answer.text()

        try:
            yield ask
        finally:
            await server.close()
