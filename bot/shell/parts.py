"""What several shell commands need: settings, the data folder, the knowledge base, the whole program."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.domain.lanes import Paces
    from bot.knowledge_base import Edition, KnowledgeBase
    from bot.plugin import Plugin
    from bot.ports import OpenUnitOfWork
    from bot.settings import Settings
    from storage import Storage
    from storage.keys import KeyPlace


def settings_of(config: Path | None, installed: Sequence[Plugin] | None = None) -> Settings:
    from bot.config import load_settings
    from bot.plugin import plugins

    specs = [one.spec for one in (plugins() if installed is None else installed) if one.spec]
    return load_settings(config, os.environ, specs)


def named(name: str, some: Sequence[Plugin]) -> Plugin:
    from bot.errors import ConfigError

    for plugin in some:
        if plugin.name == name:
            return plugin
    raise ConfigError(f"{name}: no such platform here; choose {' or '.join(one.name for one in some)}")


def ready_folder(folder: Path) -> None:
    """Make the data folder when it is missing.

    Raises:
        ConfigError: it cannot be made or written.
    """
    from bot.errors import ConfigError
    from storage.migrate import make_private_folder

    make_private_folder(folder)
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        raise ConfigError(f"data_dir: {folder} is no folder that this account may write; name one (HRC_DATA_DIR)")


def key_place(settings: Settings) -> KeyPlace:
    """Return where the keys of field encryption are."""
    from storage.keys import KeyPlace

    return KeyPlace(settings.secret_keys.get_secret_value(), settings.data_dir)


async def whole_knowledge(settings: Settings) -> KnowledgeBase:
    """Return the knowledge base with the topics published in the database, if there is one; the bot may be running."""
    from bot.engine import knowledge_of
    from storage.beside import Beside

    knowledge = knowledge_of(settings)
    beside = Beside(settings.url, key_place(settings))
    published, withdrawn = await beside.published_topics(), await beside.withdrawn_topics()
    if published or withdrawn:
        await knowledge.adopt(tuple(one.topic for one in published), [one.id for one in withdrawn])
    return knowledge


def quiet_edition(settings: Settings) -> Edition:
    """Return what people of no chapter are answered from; the log keeps to warnings."""
    from bot.logs import configure

    configure(settings.log.model_copy(update={"level": "warning"}))
    return asyncio.run(whole_knowledge(settings)).common


async def with_app(settings: Settings, chosen: Sequence[Plugin], work: Any, *, delivers: bool = True) -> Any:
    """Open storage and knowledge, build the parts, do `work(app)`, and close storage.

    Args:
        delivers: this process sends what is stored; else others do.
    """
    from bot.app import build
    from bot.engine import knowledge_of
    from bot.logs import configure
    from bot.memory import share_arena

    configure(settings.log)
    share_arena()
    ready_folder(settings.data_dir)
    loading = asyncio.create_task(asyncio.to_thread(knowledge_of, settings, at_once=True))
    async with opened_storage(settings) as (storage, paces):
        knowledge, waking = await loading, storage.wakeups
        parts = build(settings, chosen, storage.unit_of_work, knowledge, paces, waking, delivers=delivers)
        return await work(parts)


async def delivering(settings: Settings, chosen: Sequence[Plugin]) -> None:
    """Open storage and deliver until stopped."""
    from bot.deliver import deliver
    from bot.logs import configure
    from bot.memory import share_arena

    configure(settings.log)
    share_arena()
    ready_folder(settings.data_dir)
    async with opened_storage(settings) as (storage, paces):
        await deliver(settings, chosen, storage.unit_of_work, storage.wakeups, paces)


@asynccontextmanager
async def opened_storage(settings: Settings) -> AsyncIterator[tuple[Storage, Paces]]:
    """Yield the open database and what limits each platform."""
    from bot.plugin import paces_of, plugins
    from storage import open_storage

    paces = paces_of(settings, plugins())
    keys, settles = settings.secret_keys.get_secret_value(), timedelta(seconds=settings.deliveries.settle_s)
    storage = await open_storage(settings.url, settings.data_dir, paces=paces, secret_keys=keys, settles=settles)
    try:
        yield storage, paces
    finally:
        await storage.close()


def within(config: Path | None, work: Callable[[Settings, OpenUnitOfWork], Awaitable[Any]]) -> Any:
    """Open the configured database, do `work`, and close it; return what it returned.

    Raises:
        ConfigError: it cannot be opened, for instance since the bot runs on the same SQLite file.
    """
    from bot.logs import configure

    settings = settings_of(config)
    configure(settings.log.model_copy(update={"level": "warning"}))
    ready_folder(settings.data_dir)

    async def whole() -> Any:
        async with opened_storage(settings) as (storage, _):
            return await work(settings, storage.unit_of_work)

    return asyncio.run(whole())
