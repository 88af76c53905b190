"""Reminders, and when each convening must be looked at for them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.reminders import Reminder, State
from storage.models import ConveningRow, ReminderRow
from storage.rows import entity_of, insert_into, run, values_of


class Reminders:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def due(self, now: datetime, limit: int) -> tuple[int, ...]:
        wanted = select(ConveningRow.id).where(ConveningRow.look_at <= now).order_by(ConveningRow.look_at)
        return tuple(await self._session.scalars(wanted.limit(limit)))

    async def look_at(self, convening_id: int, at: datetime | None) -> None:
        await run(self._session, update(ConveningRow).where(ConveningRow.id == convening_id).values(look_at=at))

    async def of(self, convening_id: int) -> tuple[Reminder, ...]:
        own = select(ReminderRow).where(ReminderRow.convening_id == convening_id)
        rows = await self._session.scalars(own.order_by(ReminderRow.due_at, ReminderRow.id))
        return tuple(entity_of(Reminder, row) for row in rows)

    async def get(self, reminder_id: int) -> Reminder | None:
        row = await self._session.get(ReminderRow, reminder_id)
        return entity_of(Reminder, row) if row else None

    async def plan(self, reminder: Reminder) -> None:
        stored = insert_into(self._session, ReminderRow).values(**values_of(reminder, apart=("id",)))
        key = ["convening_id", "starts_at", "lead_s"]
        again = {"state": State.PLANNED, "due_at": reminder.due_at}
        planned = stored.on_conflict_do_update(index_elements=key, set_=again, where=ReminderRow.state == State.CLOSED)
        await self._session.execute(planned)

    async def save(self, reminder: Reminder) -> None:
        own = update(ReminderRow).where(ReminderRow.id == reminder.id)
        await run(self._session, own.values(**values_of(reminder, apart=("id",))))
        self._session.expire_all()
