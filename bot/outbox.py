"""Sends what is stored: posts, edits and direct messages, each seen once.

A row is leased and committed before its request goes out. A row whose request may have reached the platform is looked
up before anything is sent again. A newer revision only raises what the row wants, so nothing can run out of order.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from bot.command import Delivering, Rendered
from bot.domain.deliveries import Delivery, Status
from bot.errors import (
    Busy,
    DeliveryDelayed,
    DeliveryDropped,
    DeliveryError,
    DeliveryPostponed,
    DeliveryRefused,
    DeliveryUncertain,
)
from bot.i18n import Translator, Translators
from bot.ports import Clock, Messenger, OpenUnitOfWork
from bot.registry import Registry
from bot.reply import MessageRef
from bot.settings import Settings

log = structlog.get_logger("outbox")

LEASE = timedelta(seconds=60)
MAX_ATTEMPTS = 8
AT_ONCE = 16
LOOKS_S = 5.0  # the wall clock is looked at this often, since clocks jump and laptops sleep
BUSY_S = 1.0
STORES_AGAIN_S = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0)  # together well below a lease
SETTLES = timedelta(seconds=15)  # a request still in flight has landed or failed by then
GONE = "message_gone"


@dataclass(frozen=True, slots=True)
class Post:
    """What the outbox needs to work."""

    unit_of_work: OpenUnitOfWork
    registry: Registry
    messengers: Mapping[str, Messenger]
    translators: Translators
    settings: Settings
    clock: Clock


class _LeaseOver(Exception):
    """The process slept through its lease, so the row is somebody else's by now."""


class Outbox:
    """The worker. `wake` makes it look at once; `run` works until it is stopped or cancelled."""

    def __init__(self, post: Post, lease: timedelta = LEASE) -> None:
        self._post = post
        self._lease = lease
        self._lease_over = 0.0  # of the rows in flight, by the monotonic clock
        self._woken = asyncio.Event()
        self._next_look = 0.0
        self._is_stopping = False

    def wake(self) -> None:
        """Look for due rows now."""
        self._woken.set()

    def stop(self) -> None:
        """Take nothing more; `run` returns once what is in flight is over."""
        self._is_stopping = True
        self._woken.set()

    async def run(self) -> None:
        """Take back what a crash left behind, then send what comes due until stopped, whatever the storage does."""
        while not self._is_stopping:
            self._woken.clear()
            pause_s = await self._round()
            if pause_s:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(pause_s):
                        await self._woken.wait()

    async def _round(self) -> float:
        """Send what is due; return how many seconds to wait before the next round, 0 while there is more."""
        try:
            await self._take_back()
            return 0.0 if await self.once() else await self._pause_s()
        except Busy:
            log.warning("storage busy, deliveries wait")
            return BUSY_S

    async def _take_back(self) -> None:
        """Look now and then for rows whose process died, or whose outcome could not be stored while it was sent."""
        if time.monotonic() >= self._next_look:
            async with self._post.unit_of_work(writes=True) as uow:
                await uow.deliveries.recover(self._post.clock())
            self._next_look = time.monotonic() + LOOKS_S

    async def once(self) -> int:
        """Send the rows that are due now, at most one per lane; return how many were taken."""
        if self._is_stopping:
            return 0
        now, self._lease_over = self._post.clock(), time.monotonic() + self._lease.total_seconds()
        async with self._post.unit_of_work(writes=True) as uow:
            rows = await uow.deliveries.claim(now, now + self._lease, AT_ONCE)
        outcomes = await asyncio.gather(*(self._deliver(row) for row in rows), return_exceptions=True)
        for one in outcomes:  # raised when all are over: what is in flight is never left to itself
            if isinstance(one, BaseException):
                raise one
        return len(rows)

    async def _pause_s(self) -> float:
        async with self._post.unit_of_work(writes=False) as uow:
            due = await uow.deliveries.next_due()
        wait = (due - self._post.clock()).total_seconds() if due else LOOKS_S
        return min(max(wait, 0.05), LOOKS_S)

    async def _deliver(self, row: Delivery) -> None:
        try:
            done = await self._outcome(row)
        except _LeaseOver:
            log.warning("lease over before anything was sent", id=row.id)
            return
        await self._store(done)
        log.info("delivery", id=row.id, platform=row.target.platform, status=done.status.value, error=done.error_code)

    async def _store(self, done: Delivery) -> None:
        """Store the outcome; people may see the message already, so a storage that is away is waited for.

        Raises:
            Busy: it stays away; the row is looked up once its lease is over.
        """
        for pause_s in STORES_AGAIN_S:
            try:
                return await self._finish(done)
            except Busy:
                await asyncio.sleep(pause_s)
        return await self._finish(done)

    async def _finish(self, done: Delivery) -> None:
        is_refused = done.status is Status.REFUSED and done.error_code != GONE and bool(done.target.channel_id)
        rendered = await self._rendered(done) if is_refused else None
        async with self._post.unit_of_work(writes=True) as uow:
            await uow.deliveries.finish(done)
            if rendered and rendered.instead:
                targets, now = (rendered.instead,), self._post.clock()
                await uow.deliveries.want(done.subject, done.subject_id, targets, rendered.revision, now)
            elif is_refused:
                await uow.follows.pause(done.target.channel_id, done.error_code)

    async def _outcome(self, row: Delivery) -> Delivery:
        """Return the row as it stands after one try."""
        try:
            return await self._tried(row)
        except DeliveryRefused as error:
            status = Status.GONE if error.code == GONE else Status.REFUSED
            return replace(row, status=status, error_code=error.code)
        except DeliveryDelayed as error:
            return self._later(row, error.code, max(error.retry_after_s, 1.0))
        except DeliveryPostponed as error:
            return replace(self._later(row, error.code, 0), next_attempt_at=error.until)
        except DeliveryDropped as error:
            return replace(row, status=Status.DROPPED, error_code=error.code)
        except Busy:
            return self._later(row, "storage_busy", BUSY_S)  # nothing was sent: no attempt
        except DeliveryUncertain as error:
            return replace(self._later(row, error.code, SETTLES.total_seconds()), status=Status.VERIFY)
        except DeliveryError as error:
            return self._failed(row, error.code)
        except _LeaseOver:
            raise
        except Exception as error:
            log.exception("delivery raised", id=row.id, subject=row.subject.value, error=type(error).__name__)
            return self._failed(row, type(error).__name__)

    async def _tried(self, row: Delivery) -> Delivery:
        messenger = self._post.messengers.get(row.target.platform)
        if messenger is None:
            return self._later(row, "platform_not_connected", 300)
        if row.status is Status.VERIFY:
            row = await self._looked_up(row, messenger)
            if row.status is not Status.LEASED:
                return row
        rendered = await self._rendered(row)
        if rendered is None:
            return replace(row, status=Status.DROPPED)
        if row.message_id and row.shown >= rendered.revision:
            return self._showing(row, rendered.revision)
        return await self._sent(row, rendered, messenger)

    async def _looked_up(self, row: Delivery, messenger: Messenger) -> Delivery:
        """Return the row with the message that an earlier try left, held when nobody can tell."""
        if row.message_id:
            return replace(row, status=Status.LEASED)  # an edit may be repeated freely
        since = (row.first_try_at or row.last_try_at or self._post.clock()) - timedelta(seconds=5)
        planned = await self._rendered(row)
        thread_id = planned.thread_id if planned else ""
        try:
            found = await messenger.find(row.target.address, row.key, since, thread_id)
        except DeliveryRefused as error:
            return replace(row, status=Status.HELD, error_code=error.code)
        message_id = found.message_id if found else ""
        return replace(row, status=Status.LEASED, message_id=message_id, shown=0)

    async def _rendered(self, row: Delivery) -> Rendered | None:
        render = self._post.registry.renderers[row.subject]
        t = self._post.translators[row.target.lang]
        async with self._post.unit_of_work(writes=False) as uow:
            now, is_posted = self._post.clock(), bool(row.message_id)
            kinds, settings = self._post.registry.approvables, self._post.settings
            return await render(Delivering(uow, row.subject_id, row.target, t, settings, now, is_posted, kinds))

    async def _sent(self, row: Delivery, rendered: Rendered, messenger: Messenger) -> Delivery:
        t, target = self._post.translators[row.target.lang], row.target
        if time.monotonic() >= self._lease_over:
            raise _LeaseOver
        if row.message_id:
            shown = MessageRef(target.address, row.message_id, rendered.thread_id)
            await messenger.edit(shown, rendered.reply, t)
        else:
            posted = await _posted(row, rendered, messenger, t)
            shown_row = self._showing(replace(row, message_id=posted.message_id), rendered.revision)
            return replace(shown_row, error_code=posted.note)
        return self._showing(row, rendered.revision)

    def _showing(self, row: Delivery, revision: int) -> Delivery:
        return replace(row, status=Status.SHOWN, shown=revision, shown_at=self._post.clock(), error_code="", attempts=0)

    def _later(self, row: Delivery, code: str, seconds: float) -> Delivery:
        """Return the row for a later try; one that must be looked up before anything is sent stays so."""
        due: datetime = self._post.clock() + timedelta(seconds=seconds)
        status = Status.VERIFY if row.status is Status.VERIFY else Status.PENDING
        return replace(row, status=status, next_attempt_at=due, error_code=code)

    def _failed(self, row: Delivery, code: str) -> Delivery:
        """Count the attempt; back off with full jitter, give up after the eighth."""
        attempts = row.attempts + 1
        if attempts >= MAX_ATTEMPTS:
            return replace(row, status=Status.DEAD, attempts=attempts, error_code=code)
        wait = random.uniform(1, 2 ** (attempts + 1))  # noqa: S311 - jitter needs no secrecy
        return replace(self._later(row, code, wait), attempts=attempts)


async def _posted(row: Delivery, rendered: Rendered, messenger: Messenger, t: Translator) -> MessageRef:
    reply, target = rendered.reply, row.target
    if target.channel_id:
        return await messenger.post(target.channel_id, reply, t, row.key, rendered.thread_id)
    return await messenger.direct(target.user_id, reply, t, row.key)
