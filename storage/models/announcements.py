"""Rows of announcements and their texts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    ForeignKey,
)
from sqlalchemy.orm import Mapped, mapped_column

from bot.domain.announcements import Audience, State
from storage.models.base import NEVER_REUSED, NUMBER, Base, NamedId
from storage.types import WallClock, Word


class AnnouncementRow(Base):
    """Everything but the texts; `revision` names the current one."""

    __tablename__ = "announcement"
    id: Mapped[NamedId]
    workspace_id: Mapped[str] = mapped_column(index=True)
    created_by: Mapped[str]
    created_at: Mapped[datetime]
    audience: Mapped[Audience] = mapped_column(Word(Audience))
    when_local: Mapped[datetime | None] = mapped_column(WallClock)
    when_zone: Mapped[str | None]
    state: Mapped[State] = mapped_column(Word(State))
    revision: Mapped[int]
    sent_at: Mapped[datetime | None]
    sent_by: Mapped[str]
    __table_args__ = (NEVER_REUSED,)


class AnnouncementRevRow(Base):
    """The texts of one revision, never changed once stored."""

    __tablename__ = "announcement_rev"
    announcement_id: Mapped[int] = mapped_column(
        NUMBER, ForeignKey("announcement.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    title: Mapped[str]
    message: Mapped[str]
    message_es: Mapped[str]
