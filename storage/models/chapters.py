"""Rows of what chapters follow."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    ForeignKey,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.models.base import AccountId, Base


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
