"""Rows of workspaces that installed the bot."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import AccountId, Base, Sealed


class InstallationRow(Base):
    """A workspace with a token of its own, which is empty once it was taken back."""

    __tablename__ = "installation"
    workspace_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[Sealed]
    token: Mapped[Sealed]
    bot_user: Mapped[str]
    bot_id: Mapped[str]
    scopes: Mapped[str]
    installed_by: Mapped[AccountId]
    installed_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class InstallStateRow(Base):
    """The hash of a code between the two ends of an installation."""

    __tablename__ = "install_state"
    code: Mapped[str] = mapped_column(primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)
