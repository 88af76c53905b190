"""The real adapter, the real dispatcher and real storage, connected to a Slack on loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from adapters.slack import plugin
from adapters.slack.app import SlackAdapter
from bot.config import load_settings
from bot.context import Services
from bot.dispatcher import Dispatcher
from bot.i18n import CORE_CATALOGUES, Translators
from bot.outbox import Outbox, Post
from bot.plugin import Host
from bot.registry import Registry
from bot.testing import FrozenClock, knowledge_for_tests
from storage import open_storage
from tests.adapters.slack.sample import done, registry
from tests.loopback.slack_server import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, SlackServer


@dataclass
class Town:
    """A connected bot and the Slack around it."""

    slack: SlackServer
    adapter: SlackAdapter
    host: Host
    storage: Any
    clock: FrozenClock
    outbox: Outbox


def environment(slack: SlackServer, **more: str) -> dict[str, str]:
    """Return the variables that point the bot at `slack`."""
    return {
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_APP_TOKEN": APP_TOKEN,
        "SLACK_SIGNING_SECRET": SIGNING_SECRET,
        "SLACK_API_URL": slack.api_url,
        "HRC_STEERING": "slack:U0STEER",
        **more,
    }


def translators() -> Translators:
    return Translators([CORE_CATALOGUES, plugin.locale])


@asynccontextmanager
async def connected(
    folder: Path, slack: SlackServer, features: Registry | None = None, **more: str
) -> AsyncIterator[Town]:
    """Yield the bot with the sample features or others, connected; afterwards no rule of Slack may be broken."""
    done.clear()
    settings = load_settings(None, environment(slack, **more), [plugin.spec])
    storage = await open_storage(f"sqlite:///{folder / 'town.db'}", folder)
    messengers: dict[str, Any] = {}
    features, clock, open_uow, words = features or registry(), FrozenClock(), storage.unit_of_work, translators()
    services = Services(settings, features, knowledge_for_tests(), messengers, open_uow, clock)
    host = Host(settings, Dispatcher(services, words), words, open_uow, messengers)
    outbox = Outbox(Post(open_uow, features, messengers, words, settings, clock))
    try:
        adapter = plugin.create(host)
        messengers["slack"] = adapter.messenger
        try:
            await adapter.start()
            yield Town(slack, adapter, host, storage, clock, outbox)
        finally:
            await adapter.close()
    finally:
        await storage.close()
    assert slack.violations == []


@pytest.fixture
async def slack() -> AsyncIterator[SlackServer]:
    async with SlackServer() as server:
        yield server


@pytest.fixture
async def town(tmp_path: Path, slack: SlackServer, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Town]:
    monkeypatch.chdir(tmp_path)
    async with connected(tmp_path, slack) as made:
        yield made


@pytest.fixture
def connect(
    tmp_path: Path, slack: SlackServer, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., AbstractAsyncContextManager[Town]]:
    """Return `connect(features, **variables)`, for bots that differ from `town`."""
    monkeypatch.chdir(tmp_path)
    return lambda features=None, **more: connected(tmp_path, slack, features, **more)
