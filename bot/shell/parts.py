"""What several shell commands need: settings, the data folder, the knowledge base, the whole program."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.domain.lanes import Paces
    from bot.domain.upkeep import Place
    from bot.knowledge_base import Edition, KnowledgeBase
    from bot.plugin import Plugin
    from bot.ports import OpenUnitOfWork
    from bot.settings import Settings
    from bot.shell.ports import Opened, Upkeep


@dataclass(frozen=True)
class Shell:
    """What each command gets: the settings file that was named, and the database, imported where it is used."""

    config: Path | None
    upkeep: Callable[[], Upkeep]


def settings_of(shell: Shell, installed: Sequence[Plugin] | None = None) -> Settings:
    from bot.config import load_settings
    from bot.plugin import plugins

    specs = [one.spec for one in (plugins() if installed is None else installed) if one.spec]
    return load_settings(shell.config, os.environ, specs)


def place_of(settings: Settings) -> Place:
    """Return where the database and its keys are."""
    from bot.domain.upkeep import Place

    return Place(settings.url, settings.data_dir, settings.secret_keys.get_secret_value())


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
    from bot.domain.upkeep import make_private_folder
    from bot.errors import ConfigError

    make_private_folder(folder)
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        raise ConfigError(f"data_dir: {folder} is no folder that this account may write; name one (HRC_DATA_DIR)")


async def whole_knowledge(shell: Shell, settings: Settings) -> KnowledgeBase:
    """Return the knowledge base with the topics published in the database, if there is one; the bot may be running."""
    from bot.engine import knowledge_of

    knowledge, records = knowledge_of(settings), shell.upkeep().records(place_of(settings))
    published, withdrawn = await records.published_topics(), await records.withdrawn_topics()
    if published or withdrawn:
        await knowledge.adopt(tuple(one.topic for one in published), [one.id for one in withdrawn])
    return knowledge


def quiet_edition(shell: Shell) -> Edition:
    """Return what people of no chapter are answered from; the log keeps to warnings."""
    from bot.logs import configure

    settings = settings_of(shell)
    configure(settings.log.model_copy(update={"level": "warning"}))
    return asyncio.run(whole_knowledge(shell, settings)).common


async def with_app(
    shell: Shell, settings: Settings, chosen: Sequence[Plugin], work: Any, *, delivers: bool = True
) -> Any:
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
    async with opened_storage(shell, settings) as (storage, paces):
        knowledge, waking = await loading, storage.wakeups
        parts = build(settings, chosen, storage.unit_of_work, knowledge, paces, waking, delivers=delivers)
        return await work(parts)


async def delivering(shell: Shell, settings: Settings, chosen: Sequence[Plugin]) -> None:
    """Open storage and deliver until stopped."""
    from bot.deliver import deliver
    from bot.logs import configure
    from bot.memory import share_arena

    configure(settings.log)
    share_arena()
    ready_folder(settings.data_dir)
    async with opened_storage(shell, settings) as (storage, paces):
        await deliver(settings, chosen, storage.unit_of_work, storage.wakeups, paces)


@asynccontextmanager
async def opened_storage(shell: Shell, settings: Settings) -> AsyncIterator[tuple[Opened, Paces]]:
    """Yield the open database and what limits each platform."""
    from bot.plugin import paces_of, plugins

    paces, settles = paces_of(settings, plugins()), timedelta(seconds=settings.deliveries.settle_s)
    async with shell.upkeep().opened(place_of(settings), paces, settles) as storage:
        yield storage, paces


def within(shell: Shell, work: Callable[[Settings, OpenUnitOfWork], Awaitable[Any]]) -> Any:
    """Open the configured database, do `work`, and close it; return what it returned.

    Raises:
        ConfigError: it cannot be opened, for instance since the bot runs on the same SQLite file.
    """
    from bot.logs import configure

    settings = settings_of(shell)
    configure(settings.log.model_copy(update={"level": "warning"}))
    ready_folder(settings.data_dir)

    async def whole() -> Any:
        async with opened_storage(shell, settings) as (storage, _):
            return await work(settings, storage.unit_of_work)

    return asyncio.run(whole())
