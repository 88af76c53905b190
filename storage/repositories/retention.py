"""Answers and deliveries become counts when they are old."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import UTC, datetime

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.convenings import Convening, Headcount, headcount
from bot.domain.deliveries import Status, Subject
from storage.models import ConveningRow, DeliveryRow, PastDeliveryRow, PastHeadcountRow, RsvpRow
from storage.repositories.convenings import FURTHEST_ZONE, Convenings, convening_of
from storage.rows import run
from storage.traces import leave

_AT_ONCE = 500
_DONE = (Status.SHOWN, Status.REFUSED, Status.DEAD, Status.GONE, Status.DROPPED)
_OF_CONVENINGS = (Subject.CONVENING, Subject.PROMOTION)


class Retention:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def answers(self, over_before: datetime) -> int:
        convenings = Convenings(self._session, locks=False)
        count = 0
        for one in await self._over(over_before):
            given = await convenings.answers(one.id)
            counts = headcount(one, given)
            row = PastHeadcountRow(
                convening_id=one.id, yes=counts.yes, maybe=counts.maybe, no=counts.no, waiting=counts.waiting
            )
            await self._session.merge(row)
            count += await run(self._session, delete(RsvpRow).where(RsvpRow.convening_id == one.id))
        if count:
            await leave(self._session)
        return count

    async def deliveries(self, before: datetime) -> int:
        ahead = await self._ahead(before)
        row = DeliveryRow
        done = select(row.id, row.subject, row.subject_id, row.workspace_id, row.status)
        last = func.coalesce(DeliveryRow.last_try_at, DeliveryRow.created_at)
        found = (await self._session.execute(done.where(DeliveryRow.status.in_(_DONE), last < before))).all()
        old = [one for one in found if one.subject not in _OF_CONVENINGS or one.subject_id not in ahead]
        groups = Counter((one.subject, one.subject_id, one.workspace_id.partition(":")[0], one.status) for one in old)
        for (subject, subject_id, platform, status), count in groups.items():
            key = {"subject": subject, "subject_id": subject_id, "platform": platform, "status": status}
            known = await self._session.get(PastDeliveryRow, tuple(key.values()))
            await self._session.merge(PastDeliveryRow(**key, count=count + (known.count if known else 0)))
        await self._session.flush()
        return await self._deleted([one.id for one in old])

    async def past_headcount(self, convening_id: int) -> Headcount | None:
        row = await self._session.get(PastHeadcountRow, convening_id)
        return Headcount(row.yes, row.maybe, row.no, row.waiting) if row else None

    async def _deleted(self, ids: list[int]) -> int:
        for at in range(0, len(ids), _AT_ONCE):
            await run(self._session, delete(DeliveryRow).where(DeliveryRow.id.in_(ids[at : at + _AT_ONCE])))
        if ids:
            await leave(self._session)
        return len(ids)

    async def _over(self, before: datetime) -> tuple[Convening, ...]:
        """Return the convenings with answers that were over before then."""
        answered = select(RsvpRow.convening_id).distinct()
        started = ConveningRow.starts_local <= before.astimezone(UTC).replace(tzinfo=None) + FURTHEST_ZONE
        rows = await self._session.scalars(select(ConveningRow).where(ConveningRow.id.in_(answered), started))
        return tuple(one for one in map(convening_of, rows) if one.over_at < before)

    async def _ahead(self, before: datetime) -> Collection[int]:
        """Return the ids of the convenings that were not over before then."""
        rows = await self._session.scalars(select(ConveningRow))
        return {one.id for one in map(convening_of, rows) if one.over_at >= before}
