"""The running process: adapters, outbox and housekeeping together, from start to a clean stop."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import structlog
from rapidfuzz import process

from bot.afterwards import Afterwards
from bot.background import kept_up
from bot.context import Services
from bot.dispatcher import Dispatcher
from bot.domain.lanes import Paces
from bot.errors import ConfigError
from bot.i18n import CORE_CATALOGUES, Translators
from bot.jobs import housekeeping, watching
from bot.knowledge_base import KnowledgeBase
from bot.memory import give_back
from bot.outbox import LOOKS_S, SHARED_LOOKS_S, Outbox, Post
from bot.plugin import Adapter, Host, Plugin
from bot.ports import Messenger, OpenUnitOfWork, Wakeups, utc_now
from bot.registry import load
from bot.reminding import Reminding
from bot.settings import Settings
from knowledge.bank import Bank

log = structlog.get_logger("bot")

STOPS_WITHIN_S = 4.0  # whoever stops us waits five seconds
SENDS_WITHIN_S = 2.5  # of these, while the adapters are connected; what takes longer is looked up at the next start


@dataclass(frozen=True)
class App:
    """Everything that was built; `serve` runs it."""

    host: Host
    outbox: Outbox
    knowledge: KnowledgeBase
    adapters: dict[str, Adapter]
    wakeups: Wakeups | None = None
    delivers: bool = True


def build(
    settings: Settings,
    chosen: Sequence[Plugin],
    open_unit_of_work: OpenUnitOfWork,
    knowledge: KnowledgeBase,
    paces: Paces | None = None,
    wakeups: Wakeups | None = None,
    *,
    delivers: bool = True,
) -> App:
    """Return the parts wired together; nothing is connected yet.

    Args:
        paces: how fast each platform's lanes may be used.
        wakeups: hears of what other processes stored.
        delivers: this process sends what is stored; else others do.

    Raises:
        ConfigError: experts are named for a theme that there is not.
    """
    _refuse_unknown_themes(settings, knowledge.common.bank)
    registry = load()
    messengers: dict[str, Messenger] = {}
    services = Services(settings, registry, knowledge, messengers, open_unit_of_work, utc_now)
    translators = Translators(_catalogues(chosen))
    outbox = Outbox(
        Post(open_unit_of_work, registry, messengers, translators, settings, utc_now, paces or Paces()),
        looks_s=looks_s(wakeups),
    )

    def wake() -> None:
        outbox.wake()
        knowledge.wake()

    host = Host(settings, Dispatcher(services, translators, wake), translators, open_unit_of_work, messengers)
    adapters = {plugin.name: plugin.create(host) for plugin in chosen}
    messengers.update({name: sends for name, adapter in adapters.items() if (sends := adapter.messenger)})
    return App(host, outbox, knowledge, adapters, wakeups, delivers)


def looks_s(wakeups: Wakeups | None) -> float:
    """Return how often the outbox looks for what it was not told of."""
    return SHARED_LOOKS_S if wakeups and wakeups.has_others else LOOKS_S


def _refuse_unknown_themes(settings: Settings, bank: Bank) -> None:
    known = [one.id for one in bank.themes]
    for theme in settings.experts:
        if theme not in known:
            near, *_ = process.extractOne(theme, known)
            raise ConfigError(f"experts.{theme} (config.yaml or HRC_EXPERTS): no such theme; did you mean {near}?")


def _catalogues(chosen: Iterable[Plugin]) -> list[Path]:
    folders = [plugin.locale for plugin in chosen if plugin.locale]
    return [CORE_CATALOGUES, *dict.fromkeys(folders)]


async def serve(app: App) -> None:
    """Connect every adapter, work until a signal comes or an adapter is done, then stop cleanly.

    Raises:
        ConfigError: a platform refuses the configuration.
    """
    stop = asyncio.Event()
    with _signals(stop, app.knowledge):
        async with _working(app):
            if await _before(stop, asyncio.create_task(_start(app))):
                log.info("connected", adapters=",".join(app.adapters))
                app.knowledge.begin()
                await _until_over(app, stop)


async def _start(app: App) -> None:
    await asyncio.gather(*(adapter.start() for adapter in app.adapters.values()))


async def _before(stop: asyncio.Event, work: asyncio.Task[None]) -> bool:
    """Wait for `work`, or for a signal that comes first; say whether the work was done."""
    waiting = asyncio.create_task(stop.wait())
    await asyncio.wait([work, waiting], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    if not work.done():
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
        return False
    work.result()
    return True


@contextlib.asynccontextmanager
async def _working(app: App) -> AsyncIterator[None]:
    """Run outbox and housekeeping beside the body; at its end let what is in flight arrive, then close the adapters."""
    sending = asyncio.create_task(kept_up("outbox", app.outbox.run) if app.delivers else _idle(), name="outbox")
    listening = app.wakeups.listen(app.outbox.wake) if app.wakeups and app.delivers else _idle()
    works = _works(app).items()
    tasks = [
        sending,
        asyncio.create_task(listening, name="wake-ups"),
        *(asyncio.create_task(kept_up(name, work), name=name) for name, work in works),
    ]
    try:
        yield
    finally:
        end_s = time.monotonic() + STOPS_WITHIN_S
        app.outbox.stop()
        if app.delivers:
            await asyncio.wait([sending], timeout=SENDS_WITHIN_S)
        closing = [asyncio.create_task(adapter.close()) for adapter in app.adapters.values()]
        await asyncio.wait(closing, timeout=end_s - time.monotonic())
        await _end([*tasks, *closing])


def _works(app: App) -> dict[str, Callable[[], Awaitable[None]]]:
    """Return what goes on by the clock, by name."""
    storage, wake = app.host.unit_of_work, app.outbox.wake
    messengers = app.host.dispatcher.services.messengers
    return {
        "housekeeping": partial(housekeeping, storage, utc_now, app.host.settings.retention),
        "knowledge": partial(app.knowledge.keep_current, storage),
        "reminders": Reminding(storage, app.host.settings, utc_now, wake, messengers).run,
        "afterwards": Afterwards(storage, utc_now, wake).run,
        "watching": partial(watching, storage, utc_now),
    }


async def _idle() -> None:
    """Wait to be cancelled."""
    await asyncio.Event().wait()


async def _end(tasks: Sequence[asyncio.Task[None]]) -> None:
    """Cancel tasks until they are over, for two seconds at most: a library may swallow a cancellation."""
    pending = {task for task in tasks if not task.done()}
    for _ in range(4):
        if not pending:
            return
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=0.5)


async def _until_over(app: App, stop: asyncio.Event) -> None:
    """Return when a signal came or an adapter is done; raise what an adapter, or the making of the index, raised."""
    running = [asyncio.create_task(adapter.run(), name=name) for name, adapter in app.adapters.items()]
    running.append(asyncio.create_task(_search_ready(app.knowledge), name="search"))
    waiting = asyncio.create_task(stop.wait())
    done, pending = await asyncio.wait([*running, waiting], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    await _end([task for task in running if task in pending])
    for task in done - {waiting}:
        task.result()


async def _search_ready(knowledge: KnowledgeBase) -> None:
    """Say when questions can be searched, give back what making the index took, and go on as long as the process."""
    index = await knowledge.prepared()
    give_back()
    log.info("search is ready", engine=index.engine)
    await asyncio.Event().wait()


@contextlib.contextmanager
def _signals(stop: asyncio.Event, knowledge: KnowledgeBase) -> Iterator[None]:
    """SIGTERM and SIGINT stop; SIGHUP reads the content files again."""
    loop = asyncio.get_running_loop()
    reloads: set[asyncio.Task[bool]] = set()

    def reload() -> None:
        task = asyncio.create_task(knowledge.reload())
        reloads.add(task)
        task.add_done_callback(reloads.discard)

    handlers = {signal.SIGTERM: stop.set, signal.SIGINT: stop.set, signal.SIGHUP: reload}
    for number, handler in handlers.items():
        loop.add_signal_handler(number, handler)
    try:
        yield
    finally:
        for number in handlers:
            loop.remove_signal_handler(number)
