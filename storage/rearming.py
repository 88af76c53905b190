"""What makes a lane look for its next row: the moment at which one is due, and a hint to processes that wait."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import case, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.models import IS_CLAIMABLE, LONG_AGO, DeliveryRow, LaneRow
from storage.rows import insert_into, is_postgres, run

CHANNEL = "hrc_bot_deliveries"


async def arm(session: AsyncSession, due: Mapping[str, datetime], at_once: Mapping[str, int]) -> None:
    """Let lanes look for a row that is due then, and make those that are missing.

    The rows of lanes are locked in the order of their ids, so that two that arm the same lanes wait for each other.
    """
    if not due:
        return
    rows = [
        {"id": one, "ready_at": LONG_AGO, "due_at": due[one], "at_once": at_once[one], "turn": 0, "blocked_reason": ""}
        for one in sorted(due)
    ]
    new = insert_into(session, LaneRow)
    is_sooner = or_(LaneRow.due_at.is_(None), LaneRow.due_at > new.excluded.due_at)
    sooner = {
        "due_at": case((is_sooner, new.excluded.due_at), else_=LaneRow.due_at),
        "at_once": new.excluded.at_once,
    }
    await session.execute(new.on_conflict_do_update(index_elements=["id"], set_=sooner), rows)


async def rearm(session: AsyncSession) -> None:
    """Set every lane to its next row, whatever it knew."""
    first = select(func.min(DeliveryRow.next_attempt_at)).where(DeliveryRow.lane_id == LaneRow.id, IS_CLAIMABLE)
    await run(session, update(LaneRow).values(due_at=first.correlate(LaneRow).scalar_subquery()))


async def wake(session: AsyncSession) -> None:
    """Tell the processes that wait, once this transaction is committed; it is a hint, since all of them look anyway."""
    if is_postgres(session):
        await session.execute(select(func.pg_notify(CHANNEL, "")))
