"""Rows of what chapters chose and follow."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    ForeignKey,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.domain.chapters import Takes
from storage.models.base import NOTHING, NUMBER, AccountId, Base
from storage.types import Word


class FollowRow(Base):
    __tablename__ = "follow"
    channel_id: Mapped[str] = mapped_column(primary_key=True)
    workspace_id: Mapped[str] = mapped_column(index=True)
    lang: Mapped[str]
    created_by: Mapped[AccountId]
    created_at: Mapped[datetime]
    paused_reason: Mapped[str]
    topics: Mapped[list[FollowTopicRow]] = relationship(
        lazy="selectin", cascade="all, delete-orphan", order_by="FollowTopicRow.position"
    )


class FollowTopicRow(Base):
    __tablename__ = "follow_topic"
    channel_id: Mapped[str] = mapped_column(ForeignKey("follow.channel_id", ondelete="CASCADE"), primary_key=True)
    topic: Mapped[str] = mapped_column(primary_key=True, index=True)
    position: Mapped[int]


class ChapterRow(Base):
    """What a chapter chose; nothing of a person."""

    __tablename__ = "chapter"
    workspace_id: Mapped[str] = mapped_column(primary_key=True)
    takes: Mapped[Takes] = mapped_column(Word(Takes))
    until: Mapped[datetime | None]
    offers_channel_id: Mapped[str]
    city: Mapped[str]
    lang: Mapped[str] = mapped_column(server_default=NOTHING)
    zone: Mapped[str] = mapped_column(server_default=NOTHING)


class ChapterChoiceRow(Base):
    """Whether a chapter that is asked first took one announcement."""

    __tablename__ = "chapter_choice"
    announcement_id: Mapped[int] = mapped_column(
        NUMBER, ForeignKey("announcement.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    workspace_id: Mapped[str] = mapped_column(primary_key=True)
    is_taken: Mapped[bool]
