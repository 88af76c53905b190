"""Makes reminders: looks at the wall clock every few seconds, since clocks jump and laptops sleep.

What is stored decides alone. A convening is looked at when it is new or changed and when a reminder of it opens or
closes; looking twice makes nothing twice, since a reminder's date and lead, and its messages' addresses, are unique.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from bot.domain.convenings import Convening, Going, Rsvp, waiting
from bot.domain.deliveries import Status, Subject, Target
from bot.domain.preferences import Preferences
from bot.domain.reminders import (
    OPENS,
    Reminder,
    State,
    due_for,
    fits,
    leads_of,
    next_reminders,
    useful_until,
)
from bot.errors import Busy
from bot.listing import boards_of, list_event
from bot.ports import Clock, Messenger, OpenUnitOfWork, UnitOfWork
from bot.settings import Settings

log = structlog.get_logger("bot.reminders")

LOOKS_S = 5.0
AT_ONCE = 50


def leads_for(convening: Convening, settings: Settings) -> tuple[timedelta, ...]:
    """Return how long before each date people are reminded."""
    return leads_of(convening.reminders or settings.reminders.before)


def coming(convening: Convening, answers: tuple[Rsvp, ...]) -> tuple[Rsvp, ...]:
    """Return the answers of those who said yes or maybe and do not wait for a place."""
    waits = frozenset(waiting(convening, answers))
    return tuple(one for one in answers if one.answer is not Going.NO and one.person_id not in waits)


@dataclass(frozen=True)
class Reminding:
    """The job. `woken` is called when there are new messages to send."""

    unit_of_work: OpenUnitOfWork
    settings: Settings
    clock: Clock
    woken: Callable[[], None]
    messengers: Mapping[str, Messenger] = field(default_factory=dict)
    looks_s: float = LOOKS_S

    async def run(self) -> None:
        """Look until cancelled, whatever the storage does."""
        while True:
            try:
                if await self.once():
                    self.woken()
            except Busy:
                log.warning("storage busy, reminders wait")
            await asyncio.sleep(self.looks_s)

    async def once(self) -> int:
        """Look at the convenings for which it is time; return how many those were."""
        async with self.unit_of_work(writes=False) as uow:
            found = await uow.reminders.due(self.clock(), AT_ONCE)
        for convening_id in found:
            async with self.unit_of_work(writes=True) as uow:
                convening = await uow.convenings.get(convening_id)
                if convening:
                    await self._look(uow, convening)
        return len(found)

    async def _look(self, uow: UnitOfWork, convening: Convening) -> None:
        """Bring reminders and lists of events to where they should be, and say when to look again."""
        now = self.clock()
        looks = [
            await list_event(uow, convening, boards_of(self.messengers), now),
            *await _Look(uow, convening, self.settings, now).at(),
        ]
        await uow.reminders.look_at(convening.id, min((one for one in looks if one), default=None))


@dataclass(frozen=True)
class _Look:
    """One look at one convening, in one unit of work."""

    uow: UnitOfWork
    convening: Convening
    settings: Settings
    now: datetime

    async def at(self) -> list[datetime | None]:
        """Bring the convening's reminders to where they should be; return when to look at each again."""
        leads = leads_for(self.convening, self.settings)
        for one in next_reminders(self.convening, leads, self.now):
            await self.uow.reminders.plan(one)
        return [
            await self._advanced(one, is_valid=fits(one, self.convening, leads))
            for one in await self.uow.reminders.of(self.convening.id)
            if one.state is not State.CLOSED
        ]

    async def _advanced(self, reminder: Reminder, *, is_valid: bool) -> datetime | None:
        """Bring one reminder forward; return when to look at it again."""
        if not is_valid:
            await self._close(reminder)
            return None
        if self.now < reminder.due_at - OPENS:
            return reminder.due_at - OPENS
        await self._open(reminder)
        if self.now < reminder.starts_at:
            return reminder.starts_at
        await self._close(await self.uow.reminders.get(reminder.id) or reminder)
        return None

    async def _close(self, reminder: Reminder) -> None:
        await self.uow.reminders.save(replace(reminder, state=State.CLOSED))
        await self.uow.deliveries.drop_pending(Subject.REMINDER, reminder.id)

    async def _open(self, reminder: Reminder) -> None:
        """Make the messages that are missing; whoever answers only now knows of the date anyway."""
        rows = await self.uow.deliveries.of_subject(Subject.REMINDER, reminder.id)
        known = {one.target.address for one in rows if one.status is not Status.DROPPED}
        missed = 0
        for answer in coming(self.convening, await self.uow.convenings.answers(self.convening.id)):
            if answer.user_id not in known and answer.answered_at <= reminder.due_at + OPENS:
                missed += await self._wanted(reminder, answer, known)
        if reminder.state is State.PLANNED:
            await self.uow.reminders.save(replace(reminder, state=State.OPEN, missed=reminder.missed + missed))

    async def _wanted(self, reminder: Reminder, answer: Rsvp, known: set[str]) -> int:
        """Make one person's message; return 1 when it is too late for one that was due."""
        wishes = await self.uow.preferences.of(answer.user_id)
        due = self._due(reminder, answer, wishes)
        if due is None or known & {*await self.uow.members.accounts_of(answer.user_id)}:
            return 0
        zone, share = self.convening.starts.zone, self.settings.reminders.late_share
        if self.now > useful_until(reminder, due, share, zone, wishes):
            return 1
        target = Target(answer.workspace_id, user_id=answer.user_id, lang=wishes.lang or answer.lang)
        await self.uow.deliveries.want(Subject.REMINDER, reminder.id, (target,), 1, max(due, self.now))
        return 0

    def _due(self, reminder: Reminder, answer: Rsvp, wishes: Preferences) -> datetime | None:
        """Return when the person should get it; None for whoever wants none, or answered after that."""
        due = due_for(reminder, self.convening.starts.zone, wishes) if wishes.reminders else None
        return due if due and answer.answered_at <= due else None
