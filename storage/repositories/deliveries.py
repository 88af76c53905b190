"""The outbox: rows that say what targets should show, leased by the worker.

Core statements, since an announcement makes thousands of rows at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.deliveries import Delivery, Status, Subject, Target, delivery_key
from bot.ports import Clock
from storage.models import IS_CLAIMABLE, IS_LEASED, LONG_AGO, DeliveryRow, LaneRow
from storage.presence import Presence
from storage.rows import entity_of, insert_into, run

_BATCH = 500  # Source: SQLite takes at most 32,766 values in one statement, PostgreSQL 65,535
_LANDS = timedelta(seconds=10)  # a request of a process that died has landed or failed by then
_AT_REST = (Status.SHOWN, Status.REFUSED, Status.DEAD)
_ON_THE_WAY = (Status.PENDING, Status.VERIFY, Status.LEASED, Status.HELD)
_NO_LEASE = {"lease_owner": None, "lease_until": None}
_OUTCOME = ("shown", "attempts", "first_try_at", "last_try_at", "message_id", "error_code", "shown_at")


@dataclass(frozen=True, slots=True)
class Leasing:
    """How rows are made and leased here.

    Args:
        presence: who this process is, and who else is alive.
        secret: the instance key, from which rows get their own keys.
        gap: pause between two claims of one lane.
        clock: when rows are made.
    """

    presence: Presence
    secret: bytes
    gap: timedelta
    clock: Clock


class Deliveries:
    def __init__(self, session: AsyncSession, leasing: Leasing) -> None:
        self._session = session
        self._leasing = leasing

    async def want(
        self, subject: Subject, subject_id: int, targets: tuple[Target, ...], revision: int, due: datetime
    ) -> int:
        """Make the rows that are missing and raise the others; a row that came to nothing is tried again."""
        by_address = {one.address: one for one in targets}
        wanted = select(DeliveryRow.address, DeliveryRow.id).where(_of(subject, subject_id), DeliveryRow.part == 0)
        known = {row.address: row.id for row in await self._session.execute(wanted)}
        again = DeliveryRow.status.in_(_AT_REST) & (DeliveryRow.wanted < revision)
        for batch in _batches([known[address] for address in by_address if address in known]):
            came_to_nothing = again | (DeliveryRow.status == Status.DROPPED)
            await self._raise(DeliveryRow.id.in_(batch), came_to_nothing, revision, due)
        missing = [one for address, one in by_address.items() if address not in known]
        if missing:
            await self._make_lanes({one.lane for one in missing})
            rows = [self._new(subject, subject_id, one, revision, due) for one in missing]
            await self._session.execute(insert_into(self._session, DeliveryRow).on_conflict_do_nothing(), rows)
        return len(missing)

    async def raise_wanted(self, subject: Subject, subject_id: int, revision: int, due: datetime) -> None:
        """Ask every target that shows or will show the subject for a newer revision; an older one changes nothing."""
        shows = DeliveryRow.status.in_(_AT_REST) & (DeliveryRow.message_id != "") & (DeliveryRow.wanted < revision)
        await self._raise(_of(subject, subject_id), shows, revision, due)

    async def drop_pending(self, subject: Subject, subject_id: int) -> int:
        never_sent = (DeliveryRow.status == Status.PENDING) & (DeliveryRow.message_id == "")
        wanted = update(DeliveryRow).where(_of(subject, subject_id), never_sent)
        return await run(self._session, wanted.values(status=Status.DROPPED))

    async def claim(self, now: datetime, lease_until: datetime, limit: int) -> tuple[Delivery, ...]:
        """Lease due rows, at most one per lane and none where one is leased already; lanes that waited longest first.

        Returns:
            The rows as they were before: `pending`, or `verify` for those to look up before anything is sent.
        """
        lanes = dict(await self._ready_lanes(now, limit))
        wanted = select(DeliveryRow.__table__).where(DeliveryRow.id.in_(lanes.values()), IS_CLAIMABLE)
        locked = wanted.order_by(DeliveryRow.next_attempt_at, DeliveryRow.id).with_for_update(skip_locked=True)
        found = tuple(_delivery(row, now) for row in await self._session.execute(locked))
        if found:
            await self._lease([one.id for one in found], now, lease_until)
            paced = update(LaneRow).where(LaneRow.id.in_(lanes))
            await run(self._session, paced.values(ready_at=now + self._leasing.gap))
        return found

    async def finish(self, delivery: Delivery) -> None:
        """Store the outcome if this process still holds the lease; a `wanted` raised meanwhile makes it pending."""
        mine = DeliveryRow.lease_owner == self._leasing.presence.owner
        raised = (DeliveryRow.wanted > delivery.wanted) & (DeliveryRow.wanted > delivery.shown)
        again = raised & (delivery.status in {Status.SHOWN, Status.DROPPED})
        outcome: dict[str, Any] = {name: getattr(delivery, name) for name in _OUTCOME}
        outcome["status"] = case((again, Status.PENDING), else_=delivery.status)
        outcome["next_attempt_at"] = case((again, DeliveryRow.next_attempt_at), else_=delivery.next_attempt_at)
        wanted = update(DeliveryRow).where(DeliveryRow.id == delivery.id, mine, IS_LEASED)
        await run(self._session, wanted.values(**outcome, **_NO_LEASE))

    async def recover(self, now: datetime) -> int:
        """Turn rows whose lease is over, or whose holder is dead, into `verify`; return how many.

        What was sent a moment ago may still be on its way to the platform, so it is looked up a little later.
        """
        await self._leasing.presence.ensure()
        left = (IS_LEASED, self._leasing.presence.is_dead())
        found = await self._session.execute(select(DeliveryRow.id, DeliveryRow.last_try_at).where(*left))
        count = 0
        for row_id, tried_at in found.all():
            due = min(max(now, (tried_at or now) + _LANDS), now + _LANDS)
            wanted = update(DeliveryRow).where(DeliveryRow.id == row_id, *left)
            count += await run(self._session, wanted.values(status=Status.VERIFY, next_attempt_at=due, **_NO_LEASE))
        return count

    async def next_due(self) -> datetime | None:
        """Return when `claim` will find something; lanes where a row is leased wait for that one."""
        first = _first_in_lane(DeliveryRow.next_attempt_at)
        due = case((first > LaneRow.ready_at, first), else_=LaneRow.ready_at)
        wanted = select(func.min(due)).where(first.is_not(None), ~_is_busy())
        found: datetime | None = await self._session.scalar(wanted)
        return found

    async def by_key(self, key: str) -> Delivery | None:
        row = (await self._session.execute(select(DeliveryRow.__table__).where(DeliveryRow.key == key))).first()
        return _delivery(row) if row else None

    async def of_subject(self, subject: Subject, subject_id: int) -> tuple[Delivery, ...]:
        wanted = select(DeliveryRow.__table__).where(_of(subject, subject_id)).order_by(DeliveryRow.id)
        return tuple(_delivery(row) for row in await self._session.execute(wanted))

    async def _raise(
        self, which: ColumnElement[bool], again: ColumnElement[bool], revision: int, due: datetime
    ) -> None:
        """Make rows that are `again` to be sent pending; the others on their way only hear of the newer revision."""
        restart = {"status": Status.PENDING, "next_attempt_at": due, "attempts": 0, "wanted": revision}
        await run(self._session, update(DeliveryRow).where(which, again).values(**restart))
        later = case((IS_LEASED, due), else_=DeliveryRow.next_attempt_at)
        newer = (DeliveryRow.wanted < revision) & DeliveryRow.status.in_(_ON_THE_WAY)
        await run(self._session, update(DeliveryRow).where(which, newer).values(wanted=revision, next_attempt_at=later))

    async def _make_lanes(self, lanes: set[str]) -> None:
        rows = [{"id": one, "ready_at": LONG_AGO} for one in sorted(lanes)]
        await self._session.execute(insert_into(self._session, LaneRow).on_conflict_do_nothing(), rows)

    def _new(self, subject: Subject, subject_id: int, target: Target, revision: int, due: datetime) -> dict[str, Any]:
        return {
            "subject": subject,
            "subject_id": subject_id,
            "address": target.address,
            "part": 0,
            "workspace_id": target.workspace_id,
            "channel_id": target.channel_id,
            "user_id": target.user_id,
            "lang": target.lang,
            "lane_id": target.lane,
            "key": delivery_key(self._leasing.secret, subject, subject_id, target.address),
            "status": Status.PENDING,
            "wanted": revision,
            "shown": 0,
            "attempts": 0,
            "next_attempt_at": due,
            "message_id": "",
            "error_code": "",
            "created_at": self._leasing.clock(),
        }

    async def _ready_lanes(self, now: datetime, limit: int) -> Sequence[tuple[str, int]]:
        """Return lane ids with the first due row of each; other processes skip them until the transaction ends."""
        first = _first_in_lane(DeliveryRow.id, DeliveryRow.next_attempt_at <= now)
        is_clock_back = LaneRow.ready_at > now + self._leasing.gap  # paced by a clock that was ahead
        has_rested = (LaneRow.ready_at <= now) | is_clock_back
        wanted = select(LaneRow.id, first).where(has_rested, first.is_not(None), ~_is_busy())
        fair = wanted.order_by(LaneRow.ready_at, LaneRow.id).limit(limit)
        found = await self._session.execute(fair.with_for_update(of=LaneRow, skip_locked=True))
        return [(lane_id, row_id) for lane_id, row_id in found]

    async def _lease(self, ids: list[int], now: datetime, until: datetime) -> None:
        presence = self._leasing.presence
        values = {
            "status": Status.LEASED,
            "lease_owner": presence.owner,
            "lease_until": presence.lease_end(until - now),
            "first_try_at": func.coalesce(DeliveryRow.first_try_at, now),
            "last_try_at": now,
        }
        await run(self._session, update(DeliveryRow).where(DeliveryRow.id.in_(ids)).values(**values))


def _of(subject: Subject, subject_id: int) -> ColumnElement[bool]:
    return (DeliveryRow.subject == subject) & (DeliveryRow.subject_id == subject_id)


def _first_in_lane(column: Any, *where: ColumnElement[bool]) -> Any:
    """Return `column` of the row that a lane sends next: one step into the partial index for each lane."""
    rows = select(column).where(DeliveryRow.lane_id == LaneRow.id, IS_CLAIMABLE, *where)
    return rows.order_by(DeliveryRow.next_attempt_at, DeliveryRow.id).limit(1).correlate(LaneRow).scalar_subquery()


def _is_busy() -> ColumnElement[bool]:
    return exists().where(DeliveryRow.lane_id == LaneRow.id, IS_LEASED).correlate(LaneRow)


def _batches(ids: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(ids), _BATCH):
        yield ids[start : start + _BATCH]


def _delivery(row: Any, tried_at: datetime | None = None) -> Delivery:
    """Return the entity; `tried_at` is when it was leased just now."""
    target = Target(row.workspace_id, row.channel_id, row.user_id, row.lang)
    tries = {"first_try_at": row.first_try_at or tried_at, "last_try_at": tried_at or row.last_try_at}
    return entity_of(Delivery, row, target=target, **tries)
