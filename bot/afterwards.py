"""Asks once how a convening was, when it is over: by direct message, and with buttons on every card."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from bot.domain.convenings import Convening, Going, waiting
from bot.domain.deliveries import Subject, Target
from bot.domain.quiet import after_quiet
from bot.errors import Busy
from bot.ports import Clock, OpenUnitOfWork, UnitOfWork

log = structlog.get_logger("bot.afterwards")

LOOKS_S = 60.0
AT_ONCE = 20
LATEST = timedelta(days=2)  # nobody is asked about what was over for longer, for instance before an upgrade


@dataclass(frozen=True)
class Afterwards:
    """The job. `woken` is called when there are new messages to send."""

    unit_of_work: OpenUnitOfWork
    clock: Clock
    woken: Callable[[], None]

    async def run(self) -> None:
        """Look until cancelled, whatever the storage does."""
        while True:
            try:
                if await self.once():
                    self.woken()
            except Busy:
                log.warning("storage busy, questions after convenings wait")
            await asyncio.sleep(LOOKS_S)

    async def once(self) -> int:
        """Ask about the convenings that are over; return how many those were."""
        now = self.clock()
        async with self.unit_of_work(writes=False) as uow:
            found = await uow.convenings.over(now, AT_ONCE)
        for one in found:
            async with self.unit_of_work(writes=True) as uow:
                convening = await uow.convenings.get(one)
                if convening and convening.asked_at is None and convening.over_at <= now:
                    await _ask(uow, convening, now)
        return len(found)


async def _ask(uow: UnitOfWork, convening: Convening, now: datetime) -> None:
    """Note that it was asked; cards get their buttons, and whoever came a message outside of their quiet hours."""
    stored = await uow.convenings.save(replace(convening.revised(), asked_at=now))
    if convening.is_cancelled or now > convening.over_at + LATEST:
        return
    await uow.deliveries.raise_wanted(Subject.CONVENING, stored.id, stored.revision, now)
    answers = await uow.convenings.answers(stored.id)
    waits = frozenset(waiting(stored, answers))
    for answer in answers:
        wishes = await uow.preferences.of(answer.user_id)
        if answer.answer is not Going.YES or answer.person_id in waits or not wishes.reminders:
            continue
        target = Target(answer.workspace_id, user_id=answer.user_id, lang=wishes.lang or answer.lang)
        due = after_quiet(now, wishes.zone or stored.starts.zone, wishes)
        await uow.deliveries.want(Subject.FEEDBACK, stored.id, (target,), 1, due)
