"""Stores what became of deliveries: outcomes that are ready together in one transaction."""

from __future__ import annotations

import asyncio

from bot.chapters import channel_lost
from bot.delivering import Outcome
from bot.domain.deliveries import Status
from bot.errors import Busy
from bot.ports import Clock, OpenUnitOfWork

GATHERS_S = 0.03  # an outcome waits so long for others, since a commit costs more than a row
MANY = 16
STORES_AGAIN_S = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0)  # together well below a lease


class Ledger:
    def __init__(self, unit_of_work: OpenUnitOfWork, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._waiting: list[tuple[Outcome, asyncio.Future[None]]] = []
        self._storing: asyncio.Task[None] | None = None
        self.gathers_s = 0.0

    async def store(self, outcome: Outcome) -> None:
        """Store an outcome; return once it is committed.

        Raises:
            Busy: the storage stays away; the row is looked up once its lease is over.
        """
        stored: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((outcome, stored))
        if self._storing is None or self._storing.done():
            self._storing = asyncio.create_task(self._drain())
        await stored

    async def end(self) -> None:
        """Let what is being stored be committed or taken back; it is looked up later either way."""
        if self._storing is not None:
            self._storing.cancel()
            await asyncio.gather(self._storing, return_exceptions=True)

    async def _drain(self) -> None:
        while self._waiting:
            await asyncio.sleep(self.gathers_s if len(self._waiting) < MANY else 0)
            batch, self._waiting = self._waiting, []
            error: BaseException | None = None
            try:
                await self._patiently([outcome for outcome, _ in batch])
            except Exception as raised:
                error = raised
            for _, stored in batch:
                if not stored.done():
                    stored.set_exception(error) if error else stored.set_result(None)

    async def _patiently(self, outcomes: list[Outcome]) -> None:
        """Store outcomes; people may see the messages already, so a storage that is away is waited for."""
        for pause_s in STORES_AGAIN_S:
            try:
                return await self._commit(outcomes)
            except Busy:
                await asyncio.sleep(pause_s)
        return await self._commit(outcomes)

    async def _commit(self, outcomes: list[Outcome]) -> None:
        async with self._unit_of_work(writes=True) as uow:
            await uow.lanes.finish(*(one.row for one in outcomes))
            for one in outcomes:
                row, rendered = one.row, one.rendered
                if one.blocked_until:
                    await uow.lanes.block(row.lane_id, one.blocked_until, row.error_code)
                elif rendered and rendered.instead:
                    targets = (rendered.instead,)
                    await uow.deliveries.want(row.subject, row.subject_id, targets, rendered.revision, self._clock())
                elif row.status is Status.REFUSED and row.target.channel_id:
                    await channel_lost(uow, row.target.channel_id, row.error_code, self._clock())
