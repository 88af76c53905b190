"""What runs by the clock: housekeeping once an hour, and what is over by now twice a minute."""

from __future__ import annotations

import asyncio

import structlog

from bot.errors import Busy
from bot.features.announcement_changes import expire
from bot.ports import Clock, OpenUnitOfWork
from bot.retention import deleted
from bot.settings import Retention

log = structlog.get_logger("jobs")

EVERY_S = 3600.0
LOOKS_S = 30.0


async def tidy(open_unit_of_work: OpenUnitOfWork, clock: Clock, retention: Retention) -> None:
    """Delete what is older than its age."""
    async with open_unit_of_work(writes=True) as uow:
        await deleted(uow, retention, clock())


async def housekeeping(open_unit_of_work: OpenUnitOfWork, clock: Clock, retention: Retention) -> None:
    """Tidy at start and every hour until cancelled."""
    while True:
        try:
            await tidy(open_unit_of_work, clock, retention)
        except Busy:
            log.warning("housekeeping waits, storage is busy")
        await asyncio.sleep(EVERY_S)


async def watching(open_unit_of_work: OpenUnitOfWork, clock: Clock) -> None:
    """Let what people planned to end be over when its time came, until cancelled; what has no end costs one look."""
    while True:
        try:
            await expire(open_unit_of_work, clock)
        except Busy:
            log.warning("what is over waits, storage is busy")
        await asyncio.sleep(LOOKS_S)
