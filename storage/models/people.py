"""Rows of members, their accounts and their conversations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import (
    ForeignKey,
)
from sqlalchemy.orm import Mapped, mapped_column

from bot.domain.consents import Consented
from storage.models.base import NEVER_REUSED, NO_VALUES, NOTHING, AccountId, Base, NamedId, Sealed
from storage.types import Values, Word, Words


class MemberRow(Base):
    __tablename__ = "member"
    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[Sealed]
    city: Mapped[Sealed]
    email: Mapped[Sealed]
    languages: Mapped[Sealed]
    interests: Mapped[Sealed]
    zone: Mapped[Sealed]
    email_list: Mapped[bool]
    consent_version: Mapped[str]
    consented_at: Mapped[datetime]
    created_at: Mapped[datetime]
    shown: Mapped[Mapping[str, str]] = mapped_column(Values, server_default=NO_VALUES)


class AccountRow(Base):
    """A platform account of a member, and the workspace where it joined."""

    __tablename__ = "account"
    user_id: Mapped[AccountId] = mapped_column(primary_key=True)
    member_id: Mapped[str] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), index=True)
    workspace_id: Mapped[str] = mapped_column(server_default=NOTHING)


class PreferenceRow(Base):
    """How a member, or an account that has not joined, wants to be written to."""

    __tablename__ = "preference"
    person_id: Mapped[AccountId] = mapped_column(primary_key=True)
    lang: Mapped[str]
    zone: Mapped[str]
    quiet_from: Mapped[str]
    quiet_to: Mapped[str]
    reminders: Mapped[bool]
    direct_announcements: Mapped[bool]
    digest: Mapped[bool]
    topics: Mapped[Sequence[str]] = mapped_column(Words)


class CalendarRow(Base):
    """The secret address of somebody's own calendar, as a hash."""

    __tablename__ = "calendar"
    user_id: Mapped[AccountId] = mapped_column(primary_key=True)
    secret_hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]


class ConsentRow(Base):
    """What a member agreed to, or took back; never changed."""

    __tablename__ = "consent"
    id: Mapped[NamedId]
    member_id: Mapped[str] = mapped_column(index=True)
    kind: Mapped[Consented] = mapped_column(Word(Consented))
    is_given: Mapped[bool]
    way: Mapped[str]
    text_version: Mapped[str]
    at: Mapped[datetime]
    __table_args__ = (NEVER_REUSED,)


class LinkRow(Base):
    """A link of two accounts on its way; `code` is a keyed hash, "" once it was typed."""

    __tablename__ = "link"
    id: Mapped[NamedId]
    maker: Mapped[AccountId] = mapped_column(index=True)
    maker_name: Mapped[Sealed]
    maker_workspace: Mapped[str]
    code: Mapped[str] = mapped_column(index=True)
    expires_at: Mapped[datetime]
    taker: Mapped[AccountId]
    taker_name: Mapped[Sealed]
    taker_workspace: Mapped[str]
    is_taken: Mapped[bool]
    __table_args__ = (NEVER_REUSED,)


class LinkTryRow(Base):
    """How many wrong codes an account typed since then."""

    __tablename__ = "link_try"
    user_id: Mapped[AccountId] = mapped_column(primary_key=True)
    count: Mapped[int]
    since: Mapped[datetime]


class ConversationRow(Base):
    """The topic answered last in a place; `key` is a keyed hash of place and person."""

    __tablename__ = "conversation"
    key: Mapped[str] = mapped_column(primary_key=True)
    topic_id: Mapped[str]
    lang: Mapped[str]
    expires_at: Mapped[datetime] = mapped_column(index=True)
