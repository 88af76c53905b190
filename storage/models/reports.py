"""Rows of reports to moderators."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import NEVER_REUSED, AccountId, Base, NamedId, Sealed


class ReportRow(Base):
    __tablename__ = "report"
    id: Mapped[NamedId]
    subject: Mapped[str]
    text: Mapped[Sealed]
    why: Mapped[Sealed]
    workspace_id: Mapped[str]
    lang: Mapped[str]
    at: Mapped[datetime] = mapped_column(index=True)
    reporter_id: Mapped[AccountId]
    noticed_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[AccountId]
    answer: Mapped[Sealed]
    __table_args__ = (NEVER_REUSED,)
