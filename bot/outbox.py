"""Sends what is stored: posts, edits and direct messages, each seen once.

A row is leased and committed before its request goes out. A row whose request may have reached the platform is looked
up before anything is sent again. A newer revision only raises what the row wants, so nothing can run out of order.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

import structlog

from bot.command import Rendered
from bot.delivering import BUSY_S, Deliverer, LeaseOver, Outcome, Post
from bot.domain.deliveries import NOW, Delivery
from bot.domain.lanes import Paces
from bot.elapsed import elapsed_s
from bot.errors import Busy
from bot.ledger import GATHERS_S, Ledger

__all__ = ["LEASE", "LOOKS_S", "SHARED_LOOKS_S", "Outbox", "Post"]

log = structlog.get_logger("outbox")

LEASE = timedelta(seconds=60)
AT_ONCE = 64  # rows of one claim
IN_HAND = 256  # rows of several, on their way or waiting for their turn
LOOKS_S = 5.0  # the wall clock is looked at this often, since clocks jump and laptops sleep
SHARED_LOOKS_S = 1.0  # where other processes store what is to be sent, and may die while they send it
TICK_S = 0.1  # between two claims while there is something to send
AHEAD = timedelta(seconds=0.4)  # what is claimed before its lane is free for it
CATCHES_UP_S = 0.025  # a fast lane that is late by less than this makes up for it


class Lateness:
    """The turns of lanes in this process: what the database gave out, however late the process comes to it."""

    def __init__(self, paces: Paces) -> None:
        self._paces = paces
        self._free_s: dict[str, float] = {}
        self._blocked: dict[str, tuple[float, str]] = {}

    async def turn(self, lane_id: str, starts_s: float) -> None:
        """Return when the lane is free."""
        gap_s = self._paces.of(lane_id).gap.total_seconds()
        late_s = CATCHES_UP_S if gap_s < CATCHES_UP_S else 0.0
        starts_s = max(starts_s, self._free_s.get(lane_id, 0.0), elapsed_s() - late_s)
        self._free_s[lane_id] = starts_s + gap_s
        await asyncio.sleep(max(starts_s - elapsed_s(), 0.0))
        if not late_s:  # a slow lane counts from when it is really used
            self._free_s[lane_id] = max(self._free_s[lane_id], elapsed_s() + gap_s)

    def block(self, lane_id: str, seconds: float, reason: str) -> None:
        self._blocked[lane_id] = elapsed_s() + seconds, reason

    def blocked(self, lane_id: str) -> tuple[float, str]:
        """Return for how many seconds the lane rests, and why; (0, "") when it does not."""
        until_s, reason = self._blocked.get(lane_id, (0.0, ""))
        if (left_s := until_s - elapsed_s()) > 0:
            return left_s, reason
        self._blocked.pop(lane_id, None)
        return 0.0, ""


class Outbox:
    """The worker. `wake` makes it look at once; `run` works until it is stopped or cancelled.

    Args:
        lease: how long a row is its own; nothing is sent in its second half.
        looks_s: how often it looks for what other processes stored.
    """

    def __init__(self, post: Post, lease: timedelta = LEASE, looks_s: float = LOOKS_S) -> None:
        self._post = post
        self._lease = lease
        self._looks_s = looks_s
        self._deliverer = Deliverer(post)
        self._ledger = Ledger(post.unit_of_work, post.clock)
        self._lanes = Lateness(post.paces)
        self._in_hand: set[asyncio.Task[None]] = set()
        self._woken = asyncio.Event()
        self._next_look_s = 0.0
        self.stopped = asyncio.Event()

    def wake(self) -> None:
        """Look for due rows now."""
        self._woken.set()

    def stop(self) -> None:
        """Take nothing more; `run` returns once what is in flight is over."""
        self.stopped.set()
        self._woken.set()

    async def run(self) -> None:
        """Take back what a crash left behind, then send what comes due until stopped, whatever the storage does."""
        self._ledger.gathers_s = GATHERS_S
        try:
            while not self.stopped.is_set():
                self._woken.clear()
                await self._wait(await self._round())
            if self._in_hand:
                await asyncio.wait(self._in_hand)
        finally:
            await self._end()

    async def once(self) -> int:
        """Send the rows that are due now; return how many were taken."""
        rows = await self._claimed(AT_ONCE, NOW)
        outcomes = await asyncio.gather(*(self._deliver(row, until_s) for row, until_s in rows), return_exceptions=True)
        for one in outcomes:  # raised when all are over: what is in flight is never left to itself
            if isinstance(one, BaseException):
                raise one
        return len(rows)

    async def _end(self) -> None:
        """End what is still in hand, for instance when the process does not wait any longer."""
        for task in self._in_hand:
            task.cancel()
        await asyncio.gather(*self._in_hand, self._ledger.end(), return_exceptions=True)

    async def _wait(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._woken.wait()

    async def _round(self) -> float:
        """Begin what is due; return how many seconds to wait before the next round."""
        try:
            await self._take_back()
            began_s, now = elapsed_s(), self._post.clock()
            claimed = await self._claimed(min(AT_ONCE, IN_HAND - len(self._in_hand)), AHEAD)
            prepared = await self._deliverer.prepared([row for row, _ in claimed]) if claimed else {}
            for row, until_s in claimed:
                wait_s = ((row.slot_at or now) - now).total_seconds()
                self._begin(self._in_turn(row, began_s + wait_s, until_s, prepared))
            if len(claimed) == AT_ONCE:
                return 0.0
            return TICK_S if self._in_hand else await self._pause_s()
        except Busy:
            log.warning("storage busy, deliveries wait")
            return BUSY_S

    async def _take_back(self) -> None:
        """Look now and then for rows whose process died, or whose outcome could not be stored while it was sent."""
        if elapsed_s() >= self._next_look_s:
            async with self._post.unit_of_work(writes=True) as uow:
                await uow.lanes.recover(self._post.clock())
            self._next_look_s = elapsed_s() + self._looks_s

    async def _claimed(self, limit: int, ahead: timedelta) -> Sequence[tuple[Delivery, float]]:
        """Return leased rows, each with the moment after which nothing of it may be sent."""
        if self.stopped.is_set() or limit < 1:
            return ()
        now, until_s = self._post.clock(), elapsed_s() + self._lease.total_seconds() / 2
        async with self._post.unit_of_work(writes=True) as uow:
            rows = await uow.lanes.claim(now, now + self._lease, limit, ahead)
        return [(row, until_s) for row in rows]

    async def _pause_s(self) -> float:
        async with self._post.unit_of_work(writes=False) as uow:
            due: datetime | None = await uow.lanes.next_due()
        wait = (due - self._post.clock() - AHEAD).total_seconds() if due else self._looks_s
        return min(max(wait, TICK_S), self._looks_s)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._in_hand.add(task)
        task.add_done_callback(self._over)

    def _over(self, task: asyncio.Task[None]) -> None:
        self._in_hand.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("an outcome could not be stored", error=type(error).__name__)

    async def _in_turn(
        self, row: Delivery, starts_s: float, until_s: float, prepared: Mapping[int, Rendered | None]
    ) -> None:
        """Send a row when its lane is free; give it back when the platform asked the lane to rest meanwhile."""
        await self._lanes.turn(row.lane_id, starts_s)
        blocked_s, reason = self._lanes.blocked(row.lane_id)
        if blocked_s:
            await self._ledger.store(self._deliverer.delayed(row, reason, blocked_s, only_here=True))
        else:
            await self._deliver(row, until_s, prepared)

    async def _deliver(
        self, row: Delivery, until_s: float, prepared: Mapping[int, Rendered | None] = MappingProxyType({})
    ) -> None:
        try:
            done = await self._deliverer.outcome(row, until_s, prepared)
        except LeaseOver:
            log.warning("lease over before anything was sent", id=row.id)
            return
        self._note(done)
        await self._ledger.store(done)

    def _note(self, done: Outcome) -> None:
        row = done.row
        if done.blocked_until:
            left = (done.blocked_until - self._post.clock()).total_seconds()
            self._lanes.block(row.lane_id, left, row.error_code)
            log.warning("a lane rests", platform=row.target.platform, reason=row.error_code, seconds=round(left))
        log.info("delivery", id=row.id, platform=row.target.platform, status=row.status.value, error=row.error_code)
