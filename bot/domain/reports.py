"""Reports to moderators: what somebody found wrong with an answer, a practice or a convening."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Report:
    """One report. `id` is 0 until stored; `workspace_id` is the chapter whose convening it is about, "" for none.

    `reporter_id` is "" unless the person wants to hear what became of it. `noticed_at` is when moderators were told, or
    will be. `closed_at` is None while it waits.
    """

    id: int
    subject: str
    text: str
    why: str
    workspace_id: str
    lang: str
    at: datetime
    reporter_id: str = ""
    noticed_at: datetime | None = None
    closed_at: datetime | None = None
    closed_by: str = ""
    answer: str = ""

    def closed(self, by: str, answer: str, now: datetime) -> Report:
        return replace(self, closed_by=by, answer=answer, closed_at=now)


class ReportStore(Protocol):
    """Reports."""

    async def add(self, report: Report) -> Report:
        """Store a new one and return it with its id."""

    async def save(self, report: Report) -> Report:
        """Store a changed one."""

    async def get(self, report_id: int) -> Report | None:
        """Return the report."""

    async def open(self) -> tuple[Report, ...]:
        """Return those that wait, oldest first."""

    async def forget(self, before: datetime) -> int:
        """Delete those made before `before`; return how many."""
