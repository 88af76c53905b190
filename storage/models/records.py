"""Rows that the installation keeps for itself."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import NOTHING, NUMBER, AccountId, Base, Sealed, SealedMapping


class MetaRow(Base):
    """What the installation knows of itself and anybody may read."""

    __tablename__ = "meta"
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


class SecretRow(Base):
    """Keys that the installation made for itself; see `storage.vault`."""

    __tablename__ = "secret"
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[Sealed]


class InboxRow(Base):
    """A request seen already."""

    __tablename__ = "inbox"
    key: Mapped[str] = mapped_column(primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(index=True)


class DraftRow(Base):
    __tablename__ = "draft"
    token: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[AccountId] = mapped_column(index=True)
    name: Mapped[str]
    values: Mapped[SealedMapping]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class AuditRow(Base):
    """An act; `who`, and the subject where it is a person, are references of `audit_person`."""

    __tablename__ = "audit"
    id: Mapped[int] = mapped_column(NUMBER, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(index=True)
    who: Mapped[str]
    workspace_id: Mapped[str]
    act: Mapped[str]
    subject: Mapped[str]
    outcome: Mapped[str]
    hash: Mapped[str] = mapped_column(server_default=NOTHING)


class AuditPersonRow(Base):
    """Whom a reference in the audit stands for; gone when the person is."""

    __tablename__ = "audit_person"
    ref: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[AccountId] = mapped_column(unique=True)
