"""Requests for a second person."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.approvals import Approval, Approvers, Verdict
from bot.errors import Conflict, NotFound
from storage.failures import CHANGED, LOOK_AGAIN, REMOVED
from storage.models import ApprovalHandRow, ApprovalRow
from storage.rows import entity_of, values_of

_APART = ("id", "hands", "approvers")


class Approvals:
    """
    Args:
        locks: rows that are read are kept from change until the unit of work ends.
    """

    def __init__(self, session: AsyncSession, *, locks: bool) -> None:
        self._session = session
        self._locks = locks

    async def add(self, approval: Approval) -> Approval:
        who = {"role": approval.approvers.role, "workspace_id": approval.approvers.workspace_id}
        hands = [ApprovalHandRow(position=at, user_id=one) for at, one in enumerate(dict.fromkeys(approval.hands))]
        row = ApprovalRow(**values_of(approval, apart=_APART), **who, hands=hands)
        self._session.add(row)
        await self._session.flush()
        return replace(approval, id=row.id)

    async def save(self, approval: Approval) -> Approval:
        """Store the verdict.

        Raises:
            NotFound: there is none with that id.
            Conflict: somebody else decided it since it was read.
        """
        row = await self._session.get(ApprovalRow, approval.id)
        if row is None:
            raise NotFound(REMOVED)
        if row.verdict is not Verdict.WAITING:
            raise Conflict(CHANGED, LOOK_AGAIN)
        row.verdict, row.reason = approval.verdict, approval.reason
        row.decided_by, row.decided_at = approval.decided_by, approval.decided_at
        await self._session.flush()
        return approval

    async def get(self, approval_id: int) -> Approval | None:
        found = await self._all(ApprovalRow.id == approval_id)
        return found[0] if found else None

    async def of(self, kind: str, subject_id: int) -> tuple[Approval, ...]:
        return tuple(reversed(await self._all(ApprovalRow.kind == kind, ApprovalRow.subject_id == subject_id)))

    async def waiting(self) -> tuple[Approval, ...]:
        return await self._all(ApprovalRow.verdict == Verdict.WAITING)

    async def _all(self, *where: Any) -> tuple[Approval, ...]:
        wanted = select(ApprovalRow).where(*where).order_by(ApprovalRow.id)
        wanted = wanted.execution_options(populate_existing=True)
        if self._locks:
            wanted = wanted.with_for_update(of=ApprovalRow)
        return tuple(_approval(row) for row in await self._session.scalars(wanted))


def _approval(row: ApprovalRow) -> Approval:
    hands = tuple(one.user_id for one in row.hands)
    return entity_of(Approval, row, hands=hands, approvers=Approvers(row.role, row.workspace_id))
