"""Rows of what waits, or waited, for a second person."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.domain.approvals import Verdict
from storage.models.base import NEVER_REUSED, NUMBER, AccountId, Base, NamedId, Sealed
from storage.types import Word


class ApprovalRow(Base):
    __tablename__ = "approval"
    id: Mapped[NamedId]
    kind: Mapped[str]
    subject_id: Mapped[int] = mapped_column(NUMBER)
    fingerprint: Mapped[Sealed]
    role: Mapped[str]
    workspace_id: Mapped[str]
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    verdict: Mapped[Verdict] = mapped_column(Word(Verdict), index=True)
    decided_by: Mapped[AccountId]
    decided_at: Mapped[datetime | None]
    reason: Mapped[Sealed]
    hands: Mapped[list[ApprovalHandRow]] = relationship(
        lazy="selectin", cascade="all, delete-orphan", order_by="ApprovalHandRow.position"
    )
    __table_args__ = (Index("ix_approval_subject", "kind", "subject_id"), NEVER_REUSED)


class ApprovalHandRow(Base):
    """An account that had a hand in what is to be approved; `position` 0 is who asked."""

    __tablename__ = "approval_hand"
    approval_id: Mapped[int] = mapped_column(
        NUMBER, ForeignKey("approval.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    user_id: Mapped[AccountId] = mapped_column(index=True)
