"""Rows of grants, and of those who are kept out."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import NEVER_REUSED, AccountId, Base, NamedId, Sealed


class GrantRow(Base):
    __tablename__ = "role_grant"
    id: Mapped[NamedId]
    user_id: Mapped[AccountId]
    role: Mapped[str]
    workspace_id: Mapped[str]
    theme: Mapped[str]
    granted_by: Mapped[AccountId]
    granted_at: Mapped[datetime]
    until: Mapped[datetime] = mapped_column(index=True)
    __table_args__ = (UniqueConstraint("user_id", "role", "workspace_id", "theme"), NEVER_REUSED)


class BlockRow(Base):
    """An account or chapter that is kept out; `code` is a keyed hash, which stays when the person is erased."""

    __tablename__ = "block"
    id: Mapped[NamedId]
    code: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[AccountId]
    workspace_id: Mapped[str]
    reason: Mapped[Sealed]
    blocked_by: Mapped[AccountId]
    at: Mapped[datetime]
    __table_args__ = (NEVER_REUSED,)
