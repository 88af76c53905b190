"""Rows of members, their accounts and their conversations."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    ForeignKey,
)
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base


class MemberRow(Base):
    __tablename__ = "member"
    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    city: Mapped[str]
    email: Mapped[str]
    languages: Mapped[str]
    interests: Mapped[str]
    zone: Mapped[str]
    email_list: Mapped[bool]
    consent_version: Mapped[str]
    consented_at: Mapped[datetime]
    created_at: Mapped[datetime]


class AccountRow(Base):
    """A platform account of a member."""

    __tablename__ = "account"
    user_id: Mapped[str] = mapped_column(primary_key=True)
    member_id: Mapped[str] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), index=True)


class ConversationRow(Base):
    """The topic answered last in a place; `key` is a keyed hash of place and person."""

    __tablename__ = "conversation"
    key: Mapped[str] = mapped_column(primary_key=True)
    topic_id: Mapped[str]
    lang: Mapped[str]
    expires_at: Mapped[datetime] = mapped_column(index=True)
