"""The real adapter against a Discord on loopback, over real storage."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from adapters.discord import plugin
from adapters.discord.app import DiscordAdapter, create
from adapters.discord.settings import DiscordSettings
from bot.context import Services
from bot.dispatcher import Dispatcher
from bot.i18n import CORE_CATALOGUES, Translators
from bot.plugin import Host
from bot.ports import utc_now
from bot.registry import Registry
from bot.settings import Settings
from bot.testing import knowledge_for_tests
from storage import Storage, open_storage
from tests.adapters.discord import sample
from tests.loopback.discord_accounts import ANA
from tests.loopback.discord_people import Person
from tests.loopback.discord_server import TOKEN, DiscordServer

Running = Callable[[], AbstractAsyncContextManager[DiscordAdapter]]


@pytest.fixture(autouse=True)
def stage() -> sample.Stage:
    """What the sample's handlers did in this test."""
    sample.stage.__init__()  # type: ignore[misc]  # handlers hold this very object
    return sample.stage


@pytest.fixture
async def server() -> AsyncIterator[DiscordServer]:
    """A Discord that finds nothing to complain about."""
    async with DiscordServer() as running:
        yield running
    assert running.violations == []


@pytest.fixture
async def sqlite(tmp_path: Path) -> AsyncIterator[Storage]:
    opened = await open_storage(f"sqlite:///{tmp_path / 'bot.db'}", tmp_path / "data", busy_timeout_s=0.5)
    yield opened
    await opened.close()


def host_for(server: DiscordServer, storage: Any, folder: Path, token: str = TOKEN) -> Host:
    """Return the sample bot on `storage`."""
    section = DiscordSettings(api_url=server.api_url, token=SecretStr(token))
    settings = Settings(data_dir=folder, sections={"discord": section})
    services = Services(settings, Registry(sample.FEATURES), knowledge_for_tests(), {}, storage.unit_of_work, utc_now)
    assert plugin.locale
    translators = Translators([CORE_CATALOGUES, plugin.locale])
    return Host(settings, Dispatcher(services, translators), translators, storage.unit_of_work)


@pytest.fixture
def running(server: DiscordServer, sqlite: Storage, tmp_path: Path) -> Running:
    """Start the adapter anew each time, as after a restart."""

    @asynccontextmanager
    async def started() -> AsyncIterator[DiscordAdapter]:
        adapter = create(host_for(server, sqlite, tmp_path / "data"))
        await adapter.start()
        serving = asyncio.create_task(adapter.run())
        try:
            yield adapter
        finally:
            serving.cancel()
            await adapter.close()

    return started


@pytest.fixture
async def adapter(running: Running) -> AsyncIterator[DiscordAdapter]:
    """The adapter, connected."""
    async with running() as started:
        yield started


@pytest.fixture
def ana(server: DiscordServer, adapter: DiscordAdapter) -> Person:
    """Somebody in the server."""
    return Person(server, ANA)
