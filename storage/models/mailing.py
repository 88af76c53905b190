"""Rows of the email list."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.domain.subscriptions import Barred, Standing, Way
from storage.models.base import AccountId, Base, Sealed
from storage.types import Word


class SubscriptionRow(Base):
    """One address on one list; `code` is the keyed hash by which it is found."""

    __tablename__ = "subscription"
    id: Mapped[str] = mapped_column(primary_key=True)
    list_id: Mapped[str]
    code: Mapped[str]
    address: Mapped[Sealed]
    standing: Mapped[Standing] = mapped_column(Word(Standing))
    asked_at: Mapped[datetime] = mapped_column(index=True)
    way: Mapped[Way] = mapped_column(Word(Way))
    text_version: Mapped[str]
    lang: Mapped[str]
    person_id: Mapped[AccountId] = mapped_column(index=True)
    claimed_by: Mapped[AccountId]
    confirmed_at: Mapped[datetime | None]
    asks: Mapped[int]
    mailed_at: Mapped[datetime | None]
    soft_bounces: Mapped[int]
    bounced_at: Mapped[datetime | None]
    __table_args__ = (UniqueConstraint("list_id", "code", name="uq_subscription_address"),)


class SuppressionRow(Base):
    """An address that is not written to, as a keyed hash alone."""

    __tablename__ = "suppression"
    code: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[Barred] = mapped_column(Word(Barred))
    at: Mapped[datetime]
