"""Rows of convenings and answers to them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from bot.domain.convenings import Going, Scope
from bot.domain.impressions import Rating
from bot.domain.notices import Kind
from bot.domain.reminders import State
from storage.models.base import NEVER_REUSED, NOTHING, NUMBER, AccountId, Base, NamedId, Sealed, SealedMapping
from storage.types import Days, Names, WallClock, Word


class ConveningRow(Base):
    __tablename__ = "convening"
    id: Mapped[NamedId]
    workspace_id: Mapped[str] = mapped_column(index=True)
    created_by: Mapped[AccountId]
    created_at: Mapped[datetime]
    title: Mapped[Sealed]
    starts_local: Mapped[datetime] = mapped_column(WallClock)
    starts_zone: Mapped[str]
    ends_local: Mapped[datetime | None] = mapped_column(WallClock)
    ends_zone: Mapped[str | None]
    place: Mapped[Sealed]
    city: Mapped[Sealed]
    description: Mapped[Sealed]
    languages: Mapped[Sealed]
    access: Mapped[Sealed]
    capacity: Mapped[int]
    hide_names: Mapped[bool]
    repeat: Mapped[str]
    revision: Mapped[int]
    cancelled_at: Mapped[datetime | None]
    cancelled_reason: Mapped[Sealed]
    reminders: Mapped[str] = mapped_column(server_default=NOTHING)
    look_at: Mapped[datetime | None] = mapped_column(index=True)  # for reminders; None: not before it changes
    link: Mapped[Sealed] = mapped_column(server_default=NOTHING)
    descripcion: Mapped[Sealed] = mapped_column(server_default=NOTHING)
    host: Mapped[Sealed] = mapped_column(server_default=NOTHING)
    themes: Mapped[tuple[str, ...]] = mapped_column(Names, server_default=NOTHING)
    hide_place: Mapped[bool] = mapped_column(server_default=false())
    skipped: Mapped[tuple[date, ...]] = mapped_column(Days, server_default=NOTHING)
    audience: Mapped[Scope] = mapped_column(Word(Scope), server_default=Scope.ALL.value)
    attended: Mapped[int | None]
    notes: Mapped[Sealed] = mapped_column(server_default=NOTHING)
    recording: Mapped[Sealed] = mapped_column(server_default=NOTHING)
    next_steps: Mapped[Sealed] = mapped_column(server_default=NOTHING)
    asked_at: Mapped[datetime | None]
    __table_args__ = (NEVER_REUSED,)


class RsvpRow(Base):
    """`position` is the place in the queue of those who say yes, 0 for the others."""

    __tablename__ = "rsvp"
    convening_id: Mapped[int] = mapped_column(
        NUMBER, ForeignKey("convening.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    person_id: Mapped[AccountId] = mapped_column(primary_key=True, index=True)
    user_id: Mapped[AccountId] = mapped_column(index=True)
    workspace_id: Mapped[str]
    lang: Mapped[str]
    answer: Mapped[Going] = mapped_column(Word(Going))
    answered_at: Mapped[datetime]
    position: Mapped[int]
    needs: Mapped[Sealed] = mapped_column(server_default=NOTHING)
    speaks: Mapped[Sealed] = mapped_column(server_default=NOTHING)
    is_hidden: Mapped[bool] = mapped_column(server_default=false())


class PastHeadcountRow(Base):
    """How many came to a convening whose answers are deleted; it names nobody."""

    __tablename__ = "past_headcount"
    convening_id: Mapped[int] = mapped_column(
        NUMBER, ForeignKey("convening.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    yes: Mapped[int]
    maybe: Mapped[int]
    no: Mapped[int]
    waiting: Mapped[int]


class EventRow(Base):
    """What workspaces' own lists of events show of a convening's next date."""

    __tablename__ = "event"
    id: Mapped[NamedId]
    convening_id: Mapped[int] = mapped_column(NUMBER, ForeignKey("convening.id", ondelete="CASCADE"))
    number: Mapped[int]
    starts_at: Mapped[datetime]
    state: Mapped[Sealed]
    revision: Mapped[int]
    __table_args__ = (UniqueConstraint("convening_id", "number", name="uq_event_number"), NEVER_REUSED)


class NoticeRow(Base):
    """What people knew of a convening before it changed or was cancelled."""

    __tablename__ = "notice"
    id: Mapped[NamedId]
    convening_id: Mapped[int] = mapped_column(NUMBER, ForeignKey("convening.id", ondelete="CASCADE"), index=True)
    kind: Mapped[Kind] = mapped_column(Word(Kind))
    made_at: Mapped[datetime] = mapped_column(index=True)
    due_at: Mapped[datetime]
    before: Mapped[SealedMapping]
    reason: Mapped[Sealed]
    __table_args__ = (NEVER_REUSED,)


class ReminderRow(Base):
    """One reminder of one date; the messages to people are deliveries of it."""

    __tablename__ = "reminder"
    id: Mapped[NamedId]
    convening_id: Mapped[int] = mapped_column(NUMBER, ForeignKey("convening.id", ondelete="CASCADE"))
    starts_at: Mapped[datetime]
    lead_s: Mapped[int]
    due_at: Mapped[datetime]
    state: Mapped[State] = mapped_column(Word(State))
    missed: Mapped[int]
    __table_args__ = (UniqueConstraint("convening_id", "starts_at", "lead_s", name="uq_reminder_date"), NEVER_REUSED)


class ImpressionRow(Base):
    """How often a convening was rated so."""

    __tablename__ = "impression"
    convening_id: Mapped[int] = mapped_column(
        NUMBER, ForeignKey("convening.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    rating: Mapped[Rating] = mapped_column(Word(Rating), primary_key=True)
    count: Mapped[int]


class RemarkRow(Base):
    """A line about a convening under a random id, so that no order tells whose it is."""

    __tablename__ = "remark"
    id: Mapped[str] = mapped_column(primary_key=True)
    convening_id: Mapped[int] = mapped_column(NUMBER, ForeignKey("convening.id", ondelete="CASCADE"), index=True)
    words: Mapped[Sealed]


class VoiceRow(Base):
    """Who has rated a convening, as a keyed hash; what they said is not beside it."""

    __tablename__ = "voice"
    code: Mapped[str] = mapped_column(primary_key=True)
    convening_id: Mapped[int] = mapped_column(NUMBER, ForeignKey("convening.id", ondelete="CASCADE"), index=True)
    has_remarked: Mapped[bool]
