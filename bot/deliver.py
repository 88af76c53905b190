"""A process that only delivers: several of them share the work on PostgreSQL, each without gateways and search."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Iterator, Sequence
from datetime import timedelta

import structlog

from bot.background import kept_up
from bot.domain.lanes import Paces
from bot.errors import ConfigError
from bot.i18n import CORE_CATALOGUES, Translators
from bot.outbox import LEASE, SHARED_LOOKS_S, Outbox, Post
from bot.plugin import Plugin, Sender, imported
from bot.ports import Messenger, OpenUnitOfWork, Wakeups, utc_now
from bot.registry import load
from bot.settings import Settings

log = structlog.get_logger("bot")

STOPS_WITHIN_S = 4.0  # whoever stops us waits five seconds


async def deliver(
    settings: Settings,
    chosen: Sequence[Plugin],
    unit_of_work: OpenUnitOfWork,
    wakeups: Wakeups,
    paces: Paces,
    lease: timedelta = LEASE,
) -> None:
    """Sign in where messages go, send what comes due until a signal comes, then let what is on its way arrive.

    Args:
        lease: how long a row is this process's own.
    Raises:
        ConfigError: no platform is configured, or one refuses its token.
    """
    messengers: dict[str, Messenger] = {}
    senders = {one.name: _sender(one, settings, unit_of_work, messengers) for one in chosen if one.sender}
    sending = {name: one.messenger for name, one in senders.items() if one.messenger}
    if not sending:
        raise ConfigError("--role deliver: no platform is configured to send to; set its token, as for the other role")
    folders = [one.locale for one in chosen if one.locale]
    translators = Translators([CORE_CATALOGUES, *dict.fromkeys(folders)])
    messengers.update(sending)
    post = Post(unit_of_work, load(), messengers, translators, settings, utc_now, paces)
    outbox = Outbox(post, lease, SHARED_LOOKS_S)
    with _stopped_by_signals(outbox):
        try:
            await asyncio.gather(*(one.start() for one in senders.values()))
            log.info("connected", adapters=",".join(sending), role="deliver")
            await _working(outbox, wakeups)
        finally:
            await asyncio.gather(*(one.close() for one in senders.values()), return_exceptions=True)


async def _working(outbox: Outbox, wakeups: Wakeups) -> None:
    """Run the outbox until it is stopped, and some seconds longer for what is on its way."""
    sending = asyncio.create_task(kept_up("outbox", outbox.run), name="outbox")
    listening = asyncio.create_task(wakeups.listen(outbox.wake), name="wake-ups")
    stopping = asyncio.create_task(outbox.stopped.wait())
    try:
        await asyncio.wait([sending, stopping], return_when=asyncio.FIRST_COMPLETED)
        await asyncio.wait([sending], timeout=STOPS_WITHIN_S)
    finally:
        for task in (sending, listening, stopping):
            task.cancel()
        await asyncio.gather(sending, listening, stopping, return_exceptions=True)


def _sender(
    plugin: Plugin, settings: Settings, unit_of_work: OpenUnitOfWork, messengers: dict[str, Messenger]
) -> Sender:
    sender: Sender = imported(plugin.sender)(settings, unit_of_work, messengers)
    return sender


@contextlib.contextmanager
def _stopped_by_signals(outbox: Outbox) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    numbers = (signal.SIGTERM, signal.SIGINT)
    for number in numbers:
        loop.add_signal_handler(number, outbox.stop)
    try:
        yield
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)
