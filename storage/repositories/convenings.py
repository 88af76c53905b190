"""Convenings and who said they come."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.convenings import LASTS_WITHOUT_END, Convening, Going, Rsvp, Scope
from bot.domain.times import WallTime, Zone
from bot.errors import Conflict, NotFound
from storage.failures import CHANGED, LOOK_AGAIN, REMOVED
from storage.models import LONG_AGO, ConveningRow, RsvpRow
from storage.rows import entity_of, update_row, values_of, wall_time

FURTHEST_ZONE = timedelta(hours=14)  # Source: IANA time zone database, offsets lie between -12 and +14 hours


class Convenings:
    """
    Args:
        locks: rows that are read are kept from change until the unit of work ends.
    """

    def __init__(self, session: AsyncSession, *, locks: bool) -> None:
        self._session = session
        self._locks = locks

    async def add(self, convening: Convening) -> Convening:
        row = ConveningRow(**_columns(convening))
        self._session.add(row)
        await self._session.flush()
        return replace(convening, id=row.id)

    async def save(self, convening: Convening) -> Convening:
        row = await self._row(convening.id)
        if row is None:
            raise NotFound(REMOVED)
        if row.revision != convening.revision - 1:
            raise Conflict(CHANGED, LOOK_AGAIN)
        update_row(row, _columns(convening))
        await self._session.flush()
        return convening

    async def get(self, convening_id: int) -> Convening | None:
        row = await self._row(convening_id)
        return convening_of(row) if row else None

    async def upcoming(self, now: datetime, limit: int = 10, *, workspace_id: str | None = "") -> tuple[Convening, ...]:
        seen = [] if workspace_id is None else [_is_seen_from(workspace_id)]
        ahead = await self._ahead(now, ConveningRow.cancelled_at.is_(None), *seen)
        return tuple(sorted(ahead, key=lambda one: (one.next_date(now).utc, one.id))[:limit])

    async def calendar(self, since: datetime, workspace_id: str | None = "") -> tuple[Convening, ...]:
        if workspace_id is None:
            return await self._ahead(since)
        chapter = ConveningRow.workspace_id == workspace_id
        return await self._ahead(since, chapter if workspace_id else ConveningRow.audience == Scope.ALL)

    async def over(self, now: datetime, limit: int) -> tuple[int, ...]:
        begun = ConveningRow.starts_local <= now.astimezone(UTC).replace(tzinfo=None) + FURTHEST_ZONE
        wanted = select(ConveningRow).where(ConveningRow.asked_at.is_(None), begun).order_by(ConveningRow.id)
        found = (convening_of(row) for row in await self._session.scalars(wanted))
        return tuple(islice((one.id for one in found if one.over_at <= now), limit))

    async def _ahead(self, now: datetime, *where: ColumnElement[bool]) -> tuple[Convening, ...]:
        """Return those not over: the database leaves out what is over in every zone, each one's own zone the rest."""
        earliest = now.astimezone(UTC).replace(tzinfo=None) - FURTHEST_ZONE - LASTS_WITHOUT_END
        last_known = func.coalesce(ConveningRow.ends_local, ConveningRow.starts_local)
        may_be_ahead = or_(last_known >= earliest, ConveningRow.repeat != "")
        wanted = select(ConveningRow).where(may_be_ahead, *where).order_by(ConveningRow.id)
        found = [convening_of(row) for row in await self._session.scalars(wanted)]
        return tuple(one for one in found if one.over_at > now)

    async def rsvp_of(self, convening_id: int, person_id: str) -> Rsvp | None:
        row = await self._session.get(RsvpRow, (convening_id, person_id), populate_existing=True)
        return _rsvp(row) if row else None

    async def answer(self, rsvp: Rsvp) -> Rsvp:
        """Insert or replace the answer, one at a time for each convening.

        Raises:
            NotFound: there is no such convening.
        """
        if await self._row(rsvp.convening_id) is None:
            raise NotFound(REMOVED)
        key = (rsvp.convening_id, rsvp.person_id)
        row = await self._session.get(RsvpRow, key, populate_existing=True)
        stored = replace(rsvp, order=await self._position(rsvp, row))
        await self._session.merge(RsvpRow(**values_of(stored, apart=("order",)), position=stored.order))
        await self._session.flush()
        return stored

    async def answers(self, convening_id: int) -> tuple[Rsvp, ...]:
        return await self._rsvps(RsvpRow.convening_id == convening_id, RsvpRow.position, RsvpRow.answered_at)

    async def attending(self, person_id: str) -> tuple[Rsvp, ...]:
        newest = RsvpRow.answered_at.desc()
        return await self._rsvps(RsvpRow.person_id == person_id, newest, RsvpRow.convening_id.desc())

    async def _row(self, convening_id: int) -> ConveningRow | None:
        return await self._session.get(
            ConveningRow, convening_id, with_for_update=self._locks or None, populate_existing=self._locks
        )

    async def _position(self, rsvp: Rsvp, row: RsvpRow | None) -> int:
        """Return the place in the queue: kept by who says yes again, the last one for a new yes, else 0."""
        if rsvp.answer is not Going.YES:
            return 0
        if row is not None and row.answer is Going.YES:
            return row.position
        last = select(func.max(RsvpRow.position)).where(RsvpRow.convening_id == rsvp.convening_id)
        return (await self._session.scalar(last) or 0) + 1

    async def _rsvps(self, where: Any, *order: Any) -> tuple[Rsvp, ...]:
        wanted = select(RsvpRow).where(where).order_by(*order).execution_options(populate_existing=True)
        rows = await self._session.scalars(wanted)
        return tuple(_rsvp(row) for row in rows)


def _is_seen_from(workspace_id: str) -> ColumnElement[bool]:
    own = (ConveningRow.workspace_id == workspace_id) & (ConveningRow.workspace_id != "")
    return (ConveningRow.audience == Scope.ALL) | own


def _columns(convening: Convening) -> dict[str, Any]:
    ends = convening.ends
    return values_of(convening, apart=("id", "starts", "ends")) | {
        "starts_local": convening.starts.local,
        "starts_zone": convening.starts.zone,
        "ends_local": ends.local if ends else None,
        "ends_zone": ends.zone if ends else None,
        "look_at": LONG_AGO,
    }


def convening_of(row: ConveningRow) -> Convening:
    starts = WallTime(row.starts_local, Zone(row.starts_zone))
    return entity_of(Convening, row, starts=starts, ends=wall_time(row.ends_local, row.ends_zone))


def _rsvp(row: RsvpRow) -> Rsvp:
    return entity_of(Rsvp, row, order=row.position)
