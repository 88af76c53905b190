"""Reports to moderators."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.reports import Report
from bot.errors import NotFound
from storage.failures import REMOVED
from storage.models import ReportRow
from storage.rows import entity_of, run, update_row, values_of


class Reports:
    """
    Args:
        locks: rows that are read may be changed, so others have to wait for them.
    """

    def __init__(self, session: AsyncSession, *, locks: bool) -> None:
        self._session = session
        self._locks = locks

    async def add(self, report: Report) -> Report:
        row = ReportRow(**values_of(report, apart=("id",)))
        self._session.add(row)
        await self._session.flush()
        return entity_of(Report, row)

    async def save(self, report: Report) -> Report:
        """Store a changed one.

        Raises:
            NotFound: it is not there any more.
        """
        row = await self._session.get(ReportRow, report.id)
        if row is None:
            raise NotFound(REMOVED)
        update_row(row, values_of(report))
        await self._session.flush()
        return report

    async def get(self, report_id: int) -> Report | None:
        row = await self._session.get(ReportRow, report_id, populate_existing=True, with_for_update=self._locks or None)
        return entity_of(Report, row) if row else None

    async def open(self) -> tuple[Report, ...]:
        rows = await self._session.scalars(
            select(ReportRow).where(ReportRow.closed_at.is_(None)).order_by(ReportRow.id)
        )
        return tuple(entity_of(Report, row) for row in rows)

    async def forget(self, before: datetime) -> int:
        return await run(self._session, delete(ReportRow).where(ReportRow.at < before))
