"""The outbox: rows that say what targets should show. Core statements, since one announcement makes thousands.

Each row has a `turn` in its lane: the rows of one fan-out get the numbers from the lane's own on, which counts on with
what is claimed. So two fan-outs in one lane take turns, and a small one is not behind a large one.
Source: start-time fair queueing (Goyal, Vin and Cheng, 1996), with rows of one size.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.deliveries import Delivery, Status, Subject, Target, delivery_key
from bot.domain.lanes import Paces, Rank, rank_of
from bot.ports import Clock
from storage.models import IS_LEASED, IS_UNSETTLED, DeliveryRow, LaneRow
from storage.presence import Presence
from storage.rearming import arm, wake
from storage.rows import entity_of, insert_into, run

SETTLES = timedelta(seconds=10)
_SMALL, _LARGE_STEP = 20, 3  # a small fan-out goes three times as often as a large one
_BATCH = 500  # Source: SQLite takes at most 32,766 values in one statement, PostgreSQL 65,535
_AT_REST = (Status.SHOWN, Status.REFUSED, Status.DEAD)
_ON_THE_WAY = (Status.PENDING, Status.VERIFY, Status.LEASED, Status.HELD)
_UNSETTLED = (Status.HELD, Status.REFUSED, Status.DEAD)


@dataclass(frozen=True, slots=True)
class Leasing:
    """How rows are made and leased here.

    Args:
        presence: who this process is, and who else is alive.
        secret: the instance key, from which rows get their own keys.
        paces: which lane a target belongs to, and how fast lanes may be used.
        clock: when rows are made.
        settles: a request of a process that died has landed or failed by then.
    """

    presence: Presence
    secret: bytes
    paces: Paces
    clock: Clock
    settles: timedelta = SETTLES


class Deliveries:
    def __init__(self, session: AsyncSession, leasing: Leasing) -> None:
        self._session = session
        self._leasing = leasing

    async def want(
        self, subject: Subject, subject_id: int, targets: tuple[Target, ...], revision: int, due: datetime
    ) -> int:
        """Make the rows that are missing and raise the others; a row that came to nothing is tried again."""
        by_address = {one.address: one for one in targets}
        wanted = select(DeliveryRow.address, DeliveryRow.id).where(of(subject, subject_id), DeliveryRow.part == 0)
        known = {row.address: row.id for row in await self._session.execute(wanted)}
        again = DeliveryRow.status.in_(_AT_REST) & (DeliveryRow.wanted < revision)
        for batch in _batches([known[address] for address in by_address if address in known]):
            came_to_nothing = again | (DeliveryRow.status == Status.DROPPED)
            await self._raise(DeliveryRow.id.in_(batch), came_to_nothing, revision, due)
        missing = [one for address, one in by_address.items() if address not in known]
        if missing:
            await self._insert([self._new(subject, subject_id, one, revision, due) for one in missing], due)
        return len(missing)

    async def raise_wanted(
        self,
        subject: Subject,
        subject_id: int,
        revision: int,
        due: datetime,
        *,
        is_cancelled: bool = False,
        in_channels: bool = False,
    ) -> None:
        """Ask every target that shows or will show the subject for a newer revision; an older one changes nothing."""
        shows = DeliveryRow.status.in_(_AT_REST) & (DeliveryRow.message_id != "") & (DeliveryRow.wanted < revision)
        rank = Rank.CANCEL if is_cancelled else Rank.EDIT
        which = of(subject, subject_id) & (DeliveryRow.channel_id != "") if in_channels else of(subject, subject_id)
        await self._raise(which, shows, revision, due, rank)

    async def drop_waiting(
        self, subject: Subject, workspace_id: str, *, channel_id: str = "", only: tuple[int, ...] | None = None
    ) -> int:
        where = [DeliveryRow.subject == subject, DeliveryRow.workspace_id == workspace_id, DeliveryRow.channel_id != ""]
        where += [DeliveryRow.channel_id == channel_id] if channel_id else []
        where += [DeliveryRow.subject_id.in_(only)] if only is not None else []
        never_sent = (DeliveryRow.status == Status.PENDING) & (DeliveryRow.message_id == "")
        wanted = update(DeliveryRow).where(*where, never_sent)
        return await run(self._session, wanted.values(status=Status.DROPPED))

    async def drop_pending(self, subject: Subject, subject_id: int) -> int:
        never_sent = (DeliveryRow.status == Status.PENDING) & (DeliveryRow.message_id == "")
        wanted = update(DeliveryRow).where(of(subject, subject_id), never_sent)
        return await run(self._session, wanted.values(status=Status.DROPPED))

    async def of_subject(self, subject: Subject, subject_id: int) -> tuple[Delivery, ...]:
        wanted = select(DeliveryRow.__table__).where(of(subject, subject_id)).order_by(DeliveryRow.id)
        return tuple(delivery_of(row) for row in await self._session.execute(wanted))

    async def has_shown(self, subject: Subject, address: str) -> bool:
        there = select(DeliveryRow.id).where(DeliveryRow.subject == subject, DeliveryRow.address == address)
        return await self._session.scalar(there.where(DeliveryRow.message_id != "").limit(1)) is not None

    async def get(self, delivery_id: int) -> Delivery | None:
        found = await self._session.execute(select(DeliveryRow.__table__).where(DeliveryRow.id == delivery_id))
        row = found.one_or_none()
        return delivery_of(row) if row else None

    async def by_key(self, key: str) -> Delivery | None:
        row = (await self._session.execute(select(DeliveryRow.__table__).where(DeliveryRow.key == key))).first()
        return delivery_of(row) if row else None

    async def unsettled(self, workspace_id: str, limit: int) -> tuple[Delivery, ...]:
        wanted = select(DeliveryRow.__table__).where(IS_UNSETTLED).order_by(DeliveryRow.id).limit(limit)
        here = wanted.where(DeliveryRow.workspace_id == workspace_id) if workspace_id else wanted
        return tuple(delivery_of(row) for row in await self._session.execute(here))

    async def resolve(self, delivery_id: int, *, again: bool, due: datetime) -> bool:
        """Settle a row that is held, refused or dead; sent again, it is not looked for any more."""
        which = DeliveryRow.id == delivery_id
        values: dict[str, Any] = {"status": Status.DROPPED}
        if again:
            values = {"status": Status.PENDING, "next_attempt_at": due, "attempts": 0, "error_code": ""}
        settled = update(DeliveryRow).where(which, DeliveryRow.status.in_(_UNSETTLED)).values(**values)
        if not await run(self._session, settled):
            return False
        await self._arm(await self._lanes(which), due)
        return True

    async def _insert(self, rows: list[dict[str, Any]], due: datetime) -> None:
        """Store new rows: their turns go on from those of their lanes."""
        lanes = {row["lane_id"] for row in rows}
        await self._arm(lanes, due)
        turns: Counter[str] = Counter()
        for batch in _batches(sorted(lanes)):
            found = await self._session.execute(select(LaneRow.id, LaneRow.turn).where(LaneRow.id.in_(batch)))
            turns.update({row.id: row.turn for row in found})
        sizes = Counter(row["lane_id"] for row in rows)
        for row in rows:
            lane = row["lane_id"]
            row["turn"] = turns[lane]
            turns[lane] += 1 if sizes[lane] <= _SMALL else _LARGE_STEP
        await self._session.execute(insert_into(self._session, DeliveryRow).on_conflict_do_nothing(), rows)

    async def _raise(
        self,
        which: ColumnElement[bool],
        again: ColumnElement[bool],
        revision: int,
        due: datetime,
        rank: Rank = Rank.EDIT,
    ) -> None:
        """Make rows that are `again` to be sent pending; the others on their way only hear of the newer revision."""
        lanes = await self._lanes(which & again)
        first_id = select(func.min(DeliveryRow.id)).where(which).scalar_subquery()
        lane_turn = select(LaneRow.turn).where(LaneRow.id == DeliveryRow.lane_id).scalar_subquery()
        order = {
            "rank": case((DeliveryRow.message_id != "", int(rank)), else_=DeliveryRow.rank),
            "turn": lane_turn + DeliveryRow.id - first_id,
        }
        restart = {"status": Status.PENDING, "next_attempt_at": due, "attempts": 0, "wanted": revision, **order}
        await run(self._session, update(DeliveryRow).where(which, again).values(**restart))
        later = case((IS_LEASED, due), else_=DeliveryRow.next_attempt_at)
        newer = (DeliveryRow.wanted < revision) & DeliveryRow.status.in_(_ON_THE_WAY)
        raised = {
            "wanted": revision,
            "next_attempt_at": later,
            "rank": case((IS_LEASED, int(rank)), else_=DeliveryRow.rank),
        }
        await run(self._session, update(DeliveryRow).where(which, newer).values(**raised))
        await self._arm(lanes, due)

    async def _lanes(self, which: ColumnElement[bool]) -> Sequence[str]:
        return (await self._session.scalars(select(DeliveryRow.lane_id).where(which).distinct())).all()

    async def _arm(self, lanes: Collection[str], due: datetime) -> None:
        if lanes:
            at_once = {one: self._leasing.paces.of(one).at_once for one in lanes}
            await arm(self._session, dict.fromkeys(lanes, due), at_once)
            await wake(self._session)

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
            "lane_id": self._leasing.paces.lane_of(target),
            "key": delivery_key(self._leasing.secret, subject, subject_id, target.address),
            "status": Status.PENDING,
            "wanted": revision,
            "shown": 0,
            "attempts": 0,
            "next_attempt_at": due,
            "message_id": "",
            "error_code": "",
            "created_at": self._leasing.clock(),
            "rank": int(rank_of(subject, target)),
            "tried": 0,
        }


def of(subject: Subject, subject_id: int) -> ColumnElement[bool]:
    """Return the condition that a row delivers this thing."""
    return (DeliveryRow.subject == subject) & (DeliveryRow.subject_id == subject_id)


def _batches(ids: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(ids), _BATCH):
        yield ids[start : start + _BATCH]


def delivery_of(row: Any, **known: Any) -> Delivery:
    """Return the entity of a row; `known` replaces what is stored."""
    target = Target(row.workspace_id, row.channel_id, row.user_id, row.lang)
    return entity_of(Delivery, row, target=target, slot_at=known.pop("slot_at", None), **known)
