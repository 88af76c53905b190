"""Rows of what targets should show, and of the lanes they go by."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    UniqueConstraint,
    literal_column,
)
from sqlalchemy.orm import Mapped, mapped_column

from bot.domain.deliveries import Status, Subject
from storage.models.base import NEVER_REUSED, NOTHING, NUMBER, AccountId, Base, NamedId
from storage.types import Word


class LaneRow(Base):
    """What is rate-limited together; nothing of it is claimed before `ready_at`, nor while it is blocked.

    `due_at` is not after the moment at which its next row is due, None when it has none. `turn` counts on with what is
    claimed: see `storage.repositories.deliveries`.
    """

    __tablename__ = "lane"
    id: Mapped[str] = mapped_column(primary_key=True)
    ready_at: Mapped[datetime]
    edit_ready_at: Mapped[datetime | None]
    direct_ready_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None] = mapped_column(index=True)
    blocked_until: Mapped[datetime | None]
    blocked_reason: Mapped[str] = mapped_column(server_default=NOTHING)
    at_once: Mapped[int] = mapped_column(server_default="1")
    turn: Mapped[int] = mapped_column(NUMBER, server_default="0")


def _is(column: Any, *words: Status) -> ColumnElement[bool]:
    """Compare with literals, not with bound values: else SQLite does not see that a partial index fits.

    Source: SQLite, "Partial Indexes", section 3: the terms of the query must imply the index's WHERE clause.
    """
    return column.in_([literal_column(f"'{word.value}'") for word in words])  # type: ignore[no-any-return]  # any column


class DeliveryRow(Base):
    """What one target should show of a subject, and what it shows."""

    __tablename__ = "delivery"
    id: Mapped[NamedId]
    subject: Mapped[Subject] = mapped_column(Word(Subject))
    subject_id: Mapped[int] = mapped_column(NUMBER)
    address: Mapped[AccountId]
    part: Mapped[int]
    workspace_id: Mapped[str]
    channel_id: Mapped[AccountId]
    user_id: Mapped[AccountId]
    lang: Mapped[str]
    lane_id: Mapped[str] = mapped_column(ForeignKey("lane.id"))
    key: Mapped[str] = mapped_column(unique=True)
    status: Mapped[Status] = mapped_column(Word(Status))
    wanted: Mapped[int]
    shown: Mapped[int]
    attempts: Mapped[int]
    next_attempt_at: Mapped[datetime]
    lease_owner: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    first_try_at: Mapped[datetime | None]
    last_try_at: Mapped[datetime | None]
    message_id: Mapped[AccountId]
    error_code: Mapped[str]
    created_at: Mapped[datetime]
    shown_at: Mapped[datetime | None]
    rank: Mapped[int] = mapped_column(server_default="3")
    turn: Mapped[int] = mapped_column(NUMBER, server_default="0")
    tried: Mapped[int] = mapped_column(server_default="0")
    __table_args__ = (
        UniqueConstraint("subject", "subject_id", "address", "part", name="uq_delivery_target"),
        NEVER_REUSED,
    )


class PastDeliveryRow(Base):
    """How many deliveries of a subject ended how on a platform, once their rows are deleted; it names nobody."""

    __tablename__ = "past_delivery"
    subject: Mapped[Subject] = mapped_column(Word(Subject), primary_key=True)
    subject_id: Mapped[int] = mapped_column(NUMBER, primary_key=True, autoincrement=False)
    platform: Mapped[str] = mapped_column(primary_key=True)
    status: Mapped[Status] = mapped_column(Word(Status), primary_key=True)
    count: Mapped[int]


IS_CLAIMABLE = _is(DeliveryRow.status, Status.PENDING, Status.VERIFY)
IS_LEASED = _is(DeliveryRow.status, Status.LEASED)
IS_UNSETTLED = _is(DeliveryRow.status, Status.HELD, Status.DEAD)
IS_DIRECT = DeliveryRow.user_id != literal_column("''")


def _partial(name: str, where: ColumnElement[bool], *columns: Any) -> Index:
    return Index(name, *columns, sqlite_where=where, postgresql_where=where)


_partial("ix_delivery_due", IS_CLAIMABLE, DeliveryRow.lane_id, DeliveryRow.next_attempt_at, DeliveryRow.id)
_partial("ix_delivery_turn", IS_CLAIMABLE, DeliveryRow.lane_id, DeliveryRow.rank, DeliveryRow.turn, DeliveryRow.id)
_partial("ix_delivery_leased", IS_LEASED, DeliveryRow.lane_id)
_partial("ix_delivery_unsettled", IS_UNSETTLED, DeliveryRow.id)
_partial("ix_delivery_direct", IS_DIRECT, DeliveryRow.user_id)
