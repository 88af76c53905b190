"""The worker's side of the outbox: claims what is due at the pace of each lane, stores outcomes, takes back leases.

A claim locks lanes before rows and never waits for a row; whoever changes rows arms their lanes afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any

from sqlalchemy import ColumnElement, Integer, Text, bindparam, case, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.deliveries import NOW, Delivery, Status
from bot.domain.lanes import Pace, Rank
from storage.models import IS_CLAIMABLE, IS_LEASED, DeliveryRow, LaneRow
from storage.rearming import arm
from storage.repositories.deliveries import Leasing, delivery_of
from storage.repositories.sending import paused_subjects
from storage.rows import run
from storage.types import UtcDateTime

_CLOCK_BACK = timedelta(minutes=1)  # no lane rests longer for its pace: it was paced by a clock that was ahead
_LONGEST_BLOCK = timedelta(hours=1, minutes=1)
_LOOKS_AGAIN = timedelta(seconds=1)
_BEHIND = 1_000  # turns: what failed lets those behind it go first
_NO_LEASE = {"lease_owner": None, "lease_until": None}
_OUTCOME = ("shown", "attempts", "first_try_at", "last_try_at", "message_id", "error_code", "shown_at")


@dataclass(slots=True)
class _Lane:
    """A lane while something of it is claimed; `slots` are the moments at which it is free."""

    row: Any
    pace: Pace
    slots: list[datetime]

    @property
    def id(self) -> str:
        return str(self.row.id)


class Lanes:
    def __init__(self, session: AsyncSession, leasing: Leasing) -> None:
        self._session = session
        self._leasing = leasing

    async def claim(
        self, now: datetime, lease_until: datetime, limit: int, ahead: timedelta = NOW
    ) -> tuple[Delivery, ...]:
        """Lease due rows of lanes that are free by `now + ahead`, the lanes that waited longest first."""
        paused = await paused_subjects(self._session)
        if paused is None:
            return ()
        while lanes := await self._free(now, limit, ahead):  # those that turn out to be empty do not come again
            chosen = await self._chosen(lanes, now, now + ahead, _not_of(paused))
            found = await self._locked(chosen, lanes, now, limit, now + ahead)
            if found:
                await self._lease([one.id for one in found], now, lease_until)
            await self._paced(lanes, found, now)
            if found or ahead:
                return found
        return ()

    async def finish(self, *outcomes: Delivery) -> None:
        """Store outcomes of rows that this process still holds; a `wanted` raised meanwhile makes a row pending."""
        if not outcomes:
            return
        mine = DeliveryRow.lease_owner == self._leasing.presence.owner
        columns: dict[str, Any] = {name: bindparam(f"the_{name}") for name in _OUTCOME}
        raised = (DeliveryRow.wanted > bindparam("known")) & (DeliveryRow.wanted > bindparam("the_shown"))
        again = raised & (bindparam("is_settled", type_=Integer) == 1)
        due = case((again, DeliveryRow.next_attempt_at), else_=bindparam("the_due", type_=UtcDateTime))
        status = case((again, Status.PENDING.value), else_=bindparam("the_status", type_=Text))
        which = DeliveryRow.id == bindparam("the_id")
        is_posted = (bindparam("is_posted", type_=Integer) == 1) & (DeliveryRow.rank > int(Rank.EDIT))
        rank = case((is_posted, int(Rank.EDIT)), else_=DeliveryRow.rank)
        values = {**columns, "status": status, "next_attempt_at": due, "rank": rank, **_NO_LEASE}
        values["turn"] = DeliveryRow.turn + bindparam("goes_back", type_=Integer)
        table: Any = DeliveryRow.__table__
        statement = update(table).where(which, mine, IS_LEASED).values(**values)
        await self._session.execute(statement, [_values_of(one) for one in outcomes])
        await self._arm_again(outcomes)

    async def recover(self, now: datetime) -> int:
        """Turn rows whose lease is over, or whose holder is dead, into `verify`; return how many.

        What was sent a moment ago may still be on its way to the platform, so it is looked up a little later.
        """
        await self._leasing.presence.ensure()
        lands, left = self._leasing.settles, (IS_LEASED, self._leasing.presence.is_dead())
        columns = (DeliveryRow.id, DeliveryRow.lane_id, DeliveryRow.last_try_at)
        found = (await self._session.execute(select(*columns).where(*left))).all()
        count, lanes = 0, dict[str, datetime]()
        for row_id, lane_id, tried_at in found:
            due = min(max(now, (tried_at or now) + lands), now + lands)
            wanted = update(DeliveryRow).where(DeliveryRow.id == row_id, *left)
            count += await run(self._session, wanted.values(status=Status.VERIFY, next_attempt_at=due, **_NO_LEASE))
            lanes[lane_id] = min(due, lanes.get(lane_id, due))
        await self._arm(lanes)
        return count

    async def next_due(self) -> datetime | None:
        """Return when `claim` will look at something; a lane with as many on their way as it may have waits."""
        if await paused_subjects(self._session) is None:
            return None
        later = case((LaneRow.ready_at > LaneRow.due_at, LaneRow.ready_at), else_=LaneRow.due_at)
        blocked = case((LaneRow.blocked_until > later, LaneRow.blocked_until), else_=later)
        wanted = select(func.min(blocked)).where(LaneRow.due_at.is_not(None), _busy() < LaneRow.at_once)
        found: datetime | None = await self._session.scalar(wanted)
        return found

    async def block(self, lane_id: str, until: datetime, reason: str) -> None:
        """Let a lane rest until then, if it does not rest longer already."""
        is_longer = or_(LaneRow.blocked_until.is_(None), LaneRow.blocked_until < until)
        wanted = update(LaneRow).where(LaneRow.id == lane_id, is_longer)
        await run(self._session, wanted.values(blocked_until=until, blocked_reason=reason))

    # ---- claiming

    async def _free(self, now: datetime, limit: int, ahead: timedelta) -> list[_Lane]:
        """Return lanes with something due and room for it; other processes skip them until the transaction ends."""
        horizon, busy = now + ahead, _busy()
        rested = (LaneRow.ready_at <= horizon) | (LaneRow.ready_at > now + _CLOCK_BACK)
        open_ = or_(
            LaneRow.blocked_until.is_(None), LaneRow.blocked_until <= now, LaneRow.blocked_until > now + _LONGEST_BLOCK
        )
        wanted = select(LaneRow.__table__, busy.label("busy")).where(LaneRow.due_at <= horizon, rested, open_)
        fair = wanted.where(busy < LaneRow.at_once).order_by(LaneRow.ready_at, LaneRow.turn, LaneRow.id).limit(limit)
        found = await self._session.execute(fair.with_for_update(of=LaneRow, skip_locked=True))
        lanes = [self._lane(row, now, horizon) for row in found]
        ends = accumulate(len(one.slots) for one in lanes)
        return [one for at, (one, end) in enumerate(zip(lanes, ends, strict=True)) if end <= limit or at == 0]

    def _lane(self, row: Any, now: datetime, horizon: datetime) -> _Lane:
        pace = self._leasing.paces.of(row.id)
        first = now if row.ready_at > now + _CLOCK_BACK else max(now, row.ready_at)
        room = max(row.at_once - row.busy, 1)
        if not pace.gap:
            return _Lane(row, pace, [first] * room)
        fitting = (horizon - first) // pace.gap + 1
        return _Lane(row, pace, [first + pace.gap * at for at in range(min(room, max(fitting, 1)))])

    async def _chosen(
        self, lanes: Sequence[_Lane], now: datetime, horizon: datetime, wanted: ColumnElement[bool]
    ) -> list[int]:
        """Return the ids of what each lane sends next, in their order."""
        single = [one.id for one in lanes if len(one.slots) == 1]
        first = _next_in(LaneRow.id, now, horizon, wanted, LaneRow).limit(1).correlate(LaneRow).scalar_subquery()
        found = await self._session.execute(select(first).where(LaneRow.id.in_(single))) if single else ()
        ids = [row_id for (row_id,) in found if row_id is not None]
        for one in lanes:
            if len(one.slots) > 1:
                rows = _next_in(one.id, now, horizon, wanted, one.row).limit(len(one.slots))
                ids += (await self._session.scalars(rows)).all()
        return ids

    async def _locked(
        self, ids: list[int], lanes: Sequence[_Lane], now: datetime, limit: int, horizon: datetime
    ) -> tuple[Delivery, ...]:
        """Return the rows that nobody else changes just now, each with its turn; what is paced more takes fewer."""
        if not ids:
            return ()
        wanted = select(DeliveryRow.__table__).where(DeliveryRow.id.in_(ids), IS_CLAIMABLE)
        ordered = wanted.order_by(DeliveryRow.rank, DeliveryRow.turn, DeliveryRow.id)
        turns = {one.id: _Turns(one, horizon) for one in lanes}
        found: list[Delivery] = []
        for row in await self._session.execute(ordered.with_for_update(skip_locked=True)):
            slot = turns[row.lane_id].take(row) if len(found) < limit else None
            if slot is not None:
                tries = {"first_try_at": row.first_try_at or now, "last_try_at": now}
                found.append(delivery_of(row, slot_at=slot, **tries))
        return tuple(found)

    async def _lease(self, ids: list[int], now: datetime, until: datetime) -> None:
        presence = self._leasing.presence
        values = {
            "status": Status.LEASED,
            "lease_owner": presence.owner,
            "lease_until": presence.lease_end(until - now),
            "first_try_at": func.coalesce(DeliveryRow.first_try_at, now),
            "last_try_at": now,
            "tried": DeliveryRow.wanted,
        }
        await run(self._session, update(DeliveryRow).where(DeliveryRow.id.in_(ids)).values(**values))

    async def _paced(self, lanes: Sequence[_Lane], found: Sequence[Delivery], now: datetime) -> None:
        """Store when each lane is free again; one where nothing was found rests until its next row is due."""
        idle = [one for one in lanes if not any(row.lane_id == one.id for row in found)]
        due = await self._next_in_idle([one.id for one in idle])
        turns = await self._turns([one.id for one in found])
        changes = []
        for lane in lanes:
            mine = [row for row in found if row.lane_id == lane.id]
            changes.append(
                {
                    "id": lane.id,
                    **_rest(lane, mine),
                    "turn": max([lane.row.turn, *(turns[row.id] for row in mine)]),
                    "due_at": lane.row.due_at if mine else _looks_at(due.get(lane.id), lane, now),
                }
            )
        await self._session.execute(update(LaneRow), changes)

    async def _next_in_idle(self, lanes: list[str]) -> dict[str, datetime]:
        if not lanes:
            return {}
        first = func.min(DeliveryRow.next_attempt_at)
        wanted = select(DeliveryRow.lane_id, first).where(DeliveryRow.lane_id.in_(lanes), IS_CLAIMABLE)
        found = await self._session.execute(wanted.group_by(DeliveryRow.lane_id))
        return {row[0]: row[1] for row in found}

    async def _turns(self, ids: list[int]) -> dict[int, int]:
        found = await self._session.execute(select(DeliveryRow.id, DeliveryRow.turn).where(DeliveryRow.id.in_(ids)))
        return {row[0]: row[1] for row in found}

    # ---- arming

    async def _arm_again(self, outcomes: Iterable[Delivery]) -> None:
        """Let the lanes of rows that wait again look for them: those to be tried later, and those raised meanwhile."""
        ids = [one.id for one in outcomes]
        wanted = select(DeliveryRow.lane_id, func.min(DeliveryRow.next_attempt_at))
        found = await self._session.execute(
            wanted.where(DeliveryRow.id.in_(ids), IS_CLAIMABLE).group_by(DeliveryRow.lane_id)
        )
        await self._arm({row[0]: row[1] for row in found})

    async def _arm(self, due: Mapping[str, datetime]) -> None:
        await arm(self._session, due, {one: self._leasing.paces.of(one).at_once for one in due})


class _Turns:
    """Hands out a lane's slots; edits and direct messages may be further apart than the lane's own gap."""

    def __init__(self, lane: _Lane, horizon: datetime) -> None:
        self._slots = list(lane.slots)
        self._horizon = horizon
        self._gaps = {"edit": lane.pace.edit_gap, "direct": lane.pace.direct_gap}
        self._ready = {"edit": lane.row.edit_ready_at, "direct": lane.row.direct_ready_at}

    def take(self, row: Any) -> datetime | None:
        """Return the slot of a row; None when it has to wait for more than the lane."""
        kind = _kind_of(row.message_id, row.user_id)
        if not self._slots:
            return None
        slot: datetime = self._slots[0]
        ready = self._ready.get(kind)
        if ready and slot < ready <= slot + _CLOCK_BACK:
            slot = ready
        if self._gaps.get(kind):
            if slot > self._horizon:
                return None
            self._ready[kind] = slot + self._gaps[kind]
        self._slots.pop(0)
        return slot


def _kind_of(message_id: str, user_id: str) -> str:
    return "edit" if message_id else "direct" if user_id else "post"


def _rest(lane: _Lane, found: Sequence[Delivery]) -> dict[str, datetime | None]:
    """Return when the lane is free for anything, for an edit, and for a direct message."""
    ready = {"ready_at": lane.row.ready_at, "edit_ready_at": lane.row.edit_ready_at}
    ready["direct_ready_at"] = lane.row.direct_ready_at
    gaps = {"edit": lane.pace.edit_gap, "direct": lane.pace.direct_gap}
    for at, row in zip(lane.slots, found, strict=False):
        ready["ready_at"] = at + lane.pace.gap
        kind = _kind_of(row.message_id, row.target.user_id)
        if gaps.get(kind):
            ready[f"{kind}_ready_at"] = max(row.slot_at or at, at) + gaps[kind]
    return ready


def _looks_at(due: datetime | None, lane: _Lane, now: datetime) -> datetime | None:
    """Return when a lane looks again where nothing could be claimed; None when it holds nothing."""
    if due is None or due > now:
        return due
    waits: list[datetime] = [one for one in (lane.row.edit_ready_at, lane.row.direct_ready_at) if one and one > now]
    return min((now + _LOOKS_AGAIN, *waits))


def _next_in(lane_id: Any, now: datetime, horizon: datetime, wanted: ColumnElement[bool], lane: Any) -> Any:
    """Select the ids of what a lane sends next: `lane` is the table, for all lanes at once, or one lane's row."""
    due = (DeliveryRow.lane_id == lane_id, IS_CLAIMABLE, DeliveryRow.next_attempt_at <= now, wanted)
    rows = select(DeliveryRow.id).where(*due)
    for ready_at, is_other in (
        (lane.edit_ready_at, DeliveryRow.message_id == ""),
        (lane.direct_ready_at, (DeliveryRow.user_id == "") | (DeliveryRow.message_id != "")),
    ):
        if isinstance(ready_at, datetime):
            rows = rows.where(is_other) if horizon < ready_at <= now + _CLOCK_BACK else rows
        elif ready_at is not None:
            rested = ready_at.is_(None) | (ready_at <= horizon) | (ready_at > now + _CLOCK_BACK)
            rows = rows.where(is_other | rested)
    return rows.order_by(DeliveryRow.rank, DeliveryRow.turn, DeliveryRow.id)


def _not_of(paused: Iterable[str]) -> ColumnElement[bool]:
    return DeliveryRow.subject.not_in(sorted(paused))


def _busy() -> Any:
    """Count what is on its way in a lane."""
    rows = select(func.count()).select_from(DeliveryRow).where(DeliveryRow.lane_id == LaneRow.id, IS_LEASED)
    return rows.correlate(LaneRow).scalar_subquery()


def _values_of(one: Delivery) -> dict[str, Any]:
    """Return an outcome's values by the names of their places in the statement."""
    values = {f"the_{name}": getattr(one, name) for name in _OUTCOME}
    return {
        **values,
        "the_id": one.id,
        "the_due": one.next_attempt_at,
        "the_status": one.status.value,
        "is_posted": int(bool(one.message_id)),
        "goes_back": _BEHIND if one.status is Status.PENDING and one.attempts else 0,
        "known": one.wanted,
        "is_settled": int(one.status in {Status.SHOWN, Status.DROPPED}),
    }
