"""The outbox: rows that say what targets should show, leased by the worker.

Core statements, since an announcement makes thousands of rows at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, case, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.deliveries import Delivery, Status, Subject, Target, delivery_key
from bot.ports import Clock
from storage.models import IS_CLAIMABLE, IS_LEASED, LONG_AGO, DeliveryRow, LaneRow
from storage.presence import Presence
from storage.rows import entity_of, insert_into, run

_BATCH = 500  # Source: SQLite takes at most 32,766 values in one statement, PostgreSQL 65,535
_SHOWS = (Status.SHOWN, Status.REFUSED, Status.DEAD)  # at rest, with a message that people may see
_ENDED = (*_SHOWS, Status.DROPPED)
_NO_LEASE = {"lease_owner": None, "lease_until": None}


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
        """Make the rows that are missing and raise the others; one that came to nothing before is tried again."""
        by_address = {one.address: one for one in targets}
        known = select(DeliveryRow.address, DeliveryRow.id).where(*_of(subject, subject_id), DeliveryRow.part == 0)
        ids = {address: row_id for address, row_id in await self._session.execute(known) if address in by_address}
        for batch in _batches(list(ids.values())):
            await self._raise(DeliveryRow.id.in_(batch), DeliveryRow.status.in_(_ENDED), revision, due)
        missing = [one for address, one in by_address.items() if address not in ids]
        if missing:
            await self._make_lanes({one.lane for one in missing})
            rows = [self._new(subject, subject_id, one, revision, due) for one in missing]
            await self._session.execute(insert_into(self._session, DeliveryRow).on_conflict_do_nothing(), rows)
        return len(missing)

    async def raise_wanted(self, subject: Subject, subject_id: int, revision: int, due: datetime) -> None:
        shows = DeliveryRow.status.in_(_SHOWS) & (DeliveryRow.message_id != "")
        for condition in _of(subject, subject_id):
            shows &= condition
        await self._raise(DeliveryRow.subject_id == subject_id, shows, revision, due, *_of(subject, subject_id))

    async def drop_pending(self, subject: Subject, subject_id: int) -> int:
        never_sent = (DeliveryRow.status == Status.PENDING, DeliveryRow.message_id == "")
        wanted = update(DeliveryRow).where(*_of(subject, subject_id), *never_sent)
        return await run(self._session, wanted.values(status=Status.DROPPED))
