"""Whether anything may be sent: kept in `meta`, so that a restored database brings its pause along."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.deliveries import Backlog, SendingState, Status, Subject
from storage.models import DeliveryRow, LaneRow, MetaRow
from storage.rearming import rearm, wake
from storage.rows import insert_into, run

PAUSED = "sending_paused"


class Sending:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def pause(self, reason: str, subject: Subject | None = None) -> None:
        row = {"name": _name(subject), "value": reason or "paused"}
        statement = insert_into(self._session, MetaRow).values(row)
        changed = statement.on_conflict_do_update(index_elements=["name"], set_={"value": row["value"]})
        await self._session.execute(changed)

    async def resume(self, subject: Subject | None = None) -> None:
        """Take that pause back; every lane is looked at again."""
        await run(self._session, delete(MetaRow).where(MetaRow.name == _name(subject)))
        await rearm(self._session)
        await wake(self._session)

    async def state(self, now: datetime) -> SendingState:
        counted = select(DeliveryRow.lane_id, DeliveryRow.status, func.count(), func.min(DeliveryRow.next_attempt_at))
        backlogs: dict[tuple[str, Status], Backlog] = {}
        for lane, status, count, oldest in await self._session.execute(
            counted.group_by(DeliveryRow.lane_id, DeliveryRow.status)
        ):
            platform = lane.partition(":")[0]
            before = backlogs.get((platform, status), Backlog(platform, status, 0, oldest))
            first = min(before.oldest_due_at, oldest)
            backlogs[platform, status] = Backlog(platform, status, before.count + count, first)
        waiting = await self._session.execute(
            select(LaneRow.id, LaneRow.blocked_reason).where(LaneRow.blocked_until > now)
        )
        blocked = Counter((lane.partition(":")[0], reason) for lane, reason in waiting)
        return SendingState(tuple(backlogs.values()), blocked, bool(await self.paused()))

    async def paused(self, subject: Subject | None = None) -> str:
        found = await self._session.scalar(select(MetaRow.value).where(MetaRow.name == _name(subject)))
        return found or ""


def _name(subject: Subject | None) -> str:
    return f"{PAUSED}:{subject}" if subject else PAUSED


async def paused_subjects(session: AsyncSession) -> frozenset[str] | None:
    """Return the subjects that are paused one by one; None when everything is."""
    found = await session.scalars(select(MetaRow.name).where(MetaRow.name.startswith(PAUSED, autoescape=True)))
    names = set(found)
    return None if PAUSED in names else frozenset(name.partition(":")[2] for name in names)
