"""Rows of announcements, their texts, and corrections of these."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    ForeignKey,
)
from sqlalchemy.orm import Mapped, mapped_column

from bot.domain.announcements import Audience, State
from storage.models.base import NEVER_REUSED, NOTHING, NUMBER, AccountId, Base, NamedId, Sealed
from storage.types import WallClock, Word


class AnnouncementRow(Base):
    """Everything but the texts; `revision` names the current one. The columns `only_*` narrow the audience."""

    __tablename__ = "announcement"
    id: Mapped[NamedId]
    workspace_id: Mapped[str] = mapped_column(index=True)
    created_by: Mapped[AccountId]
    created_at: Mapped[datetime]
    audience: Mapped[Audience] = mapped_column(Word(Audience))
    when_local: Mapped[datetime | None] = mapped_column(WallClock)
    when_zone: Mapped[str | None]
    state: Mapped[State] = mapped_column(Word(State))
    revision: Mapped[int]
    sent_at: Mapped[datetime | None]
    sent_by: Mapped[AccountId]
    only_city: Mapped[str] = mapped_column(server_default=NOTHING)
    only_region: Mapped[str] = mapped_column(server_default=NOTHING)
    only_theme: Mapped[str] = mapped_column(server_default=NOTHING)
    only_lang: Mapped[str] = mapped_column(server_default=NOTHING)
    only_role: Mapped[str] = mapped_column(server_default=NOTHING)
    until_local: Mapped[datetime | None] = mapped_column(WallClock)
    until_zone: Mapped[str | None]
    corrected_at: Mapped[datetime | None]
    reason: Mapped[Sealed] = mapped_column(server_default=NOTHING)
    __table_args__ = (NEVER_REUSED,)


class AnnouncementRevRow(Base):
    """The texts of one revision, never changed once stored."""

    __tablename__ = "announcement_rev"
    announcement_id: Mapped[int] = mapped_column(
        NUMBER, ForeignKey("announcement.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    title: Mapped[Sealed]
    message: Mapped[Sealed]
    message_es: Mapped[Sealed]


class CorrectionRow(Base):
    """Other texts for an announcement that was sent, as somebody proposed them."""

    __tablename__ = "correction"
    id: Mapped[NamedId]
    announcement_id: Mapped[int] = mapped_column(NUMBER, ForeignKey("announcement.id", ondelete="CASCADE"), index=True)
    title: Mapped[Sealed]
    message: Mapped[Sealed]
    message_es: Mapped[Sealed]
    created_by: Mapped[AccountId]
    created_at: Mapped[datetime]
    __table_args__ = (NEVER_REUSED,)
