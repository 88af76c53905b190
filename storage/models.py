"""Rows. What happened is aware UTC; what people plan is a wall clock beside the name of its zone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    UniqueConstraint,
    literal_column,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from bot.domain.announcements import Audience, State
from bot.domain.convenings import Going
from bot.domain.deliveries import Status, Subject
from bot.domain.questions import Asked, Proposal
from storage.types import PlainText, UtcDateTime, Values, WallClock, Word

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
NUMBER = BigInteger().with_variant(Integer(), "sqlite")
NamedId = Annotated[int, mapped_column(NUMBER, primary_key=True, autoincrement=True)]
NOTHING = text("''")  # the default of texts that older rows lack
NEVER_REUSED = {"sqlite_autoincrement": True}  # an id is part of a delivery's key


class Base(DeclarativeBase):
    """Base of every row; constraints are named, so that both databases can change them."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ix": "ix_%(table_name)s_%(column_0_name)s",
        }
    )
    type_annotation_map = {str: PlainText, datetime: UtcDateTime}  # noqa: RUF012 - SQLAlchemy's declaration


class MetaRow(Base):
    """What the installation knows of itself, for instance its random key."""

    __tablename__ = "meta"
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


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


class FollowRow(Base):
    __tablename__ = "follow"
    channel_id: Mapped[str] = mapped_column(primary_key=True)
    workspace_id: Mapped[str] = mapped_column(index=True)
    lang: Mapped[str]
    created_by: Mapped[str]
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


class ConveningRow(Base):
    __tablename__ = "convening"
    id: Mapped[NamedId]
    workspace_id: Mapped[str] = mapped_column(index=True)
    created_by: Mapped[str]
    created_at: Mapped[datetime]
    title: Mapped[str]
    starts_local: Mapped[datetime] = mapped_column(WallClock)
    starts_zone: Mapped[str]
    ends_local: Mapped[datetime | None] = mapped_column(WallClock)
    ends_zone: Mapped[str | None]
    place: Mapped[str]
    city: Mapped[str]
    description: Mapped[str]
    languages: Mapped[str]
    access: Mapped[str]
    capacity: Mapped[int]
    hide_names: Mapped[bool]
    repeat: Mapped[str]
    revision: Mapped[int]
    cancelled_at: Mapped[datetime | None]
    cancelled_reason: Mapped[str]
    __table_args__ = (NEVER_REUSED,)


class RsvpRow(Base):
    """`position` is the place in the queue of those who say yes, 0 for the others."""

    __tablename__ = "rsvp"
    convening_id: Mapped[int] = mapped_column(
        NUMBER, ForeignKey("convening.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    person_id: Mapped[str] = mapped_column(primary_key=True, index=True)
    user_id: Mapped[str] = mapped_column(index=True)
    workspace_id: Mapped[str]
    lang: Mapped[str]
    answer: Mapped[Going] = mapped_column(Word(Going))
    answered_at: Mapped[datetime]
    position: Mapped[int]


class AnnouncementRow(Base):
    """Everything but the texts; `revision` names the current one."""

    __tablename__ = "announcement"
    id: Mapped[NamedId]
    workspace_id: Mapped[str] = mapped_column(index=True)
    created_by: Mapped[str]
    created_at: Mapped[datetime]
    audience: Mapped[Audience] = mapped_column(Word(Audience))
    when_local: Mapped[datetime | None] = mapped_column(WallClock)
    when_zone: Mapped[str | None]
    state: Mapped[State] = mapped_column(Word(State))
    revision: Mapped[int]
    sent_at: Mapped[datetime | None]
    sent_by: Mapped[str]
    __table_args__ = (NEVER_REUSED,)


class AnnouncementRevRow(Base):
    """The texts of one revision, never changed once stored."""

    __tablename__ = "announcement_rev"
    announcement_id: Mapped[int] = mapped_column(
        NUMBER, ForeignKey("announcement.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    title: Mapped[str]
    message: Mapped[str]
    message_es: Mapped[str]


class LaneRow(Base):
    """What is rate-limited together; nothing of it is claimed before `ready_at`."""

    __tablename__ = "lane"
    id: Mapped[str] = mapped_column(primary_key=True)
    ready_at: Mapped[datetime]


def _is(column: Any, *words: Status) -> ColumnElement[bool]:
    """Compare with literals, not with bound values: else SQLite does not see that a partial index fits.

    Source: SQLite, "Partial Indexes", section 3: the terms of the query must imply the index's WHERE clause.
    """
    return column.in_([literal_column(f"'{word.value}'") for word in words])  # type: ignore[no-any-return]


class DeliveryRow(Base):
    """What one target should show of a subject, and what it shows."""

    __tablename__ = "delivery"
    id: Mapped[NamedId]
    subject: Mapped[Subject] = mapped_column(Word(Subject))
    subject_id: Mapped[int] = mapped_column(NUMBER)
    address: Mapped[str]
    part: Mapped[int]
    workspace_id: Mapped[str]
    channel_id: Mapped[str]
    user_id: Mapped[str]
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
    message_id: Mapped[str]
    error_code: Mapped[str]
    created_at: Mapped[datetime]
    shown_at: Mapped[datetime | None]
    __table_args__ = (
        UniqueConstraint("subject", "subject_id", "address", "part", name="uq_delivery_target"),
        NEVER_REUSED,
    )


IS_CLAIMABLE = _is(DeliveryRow.status, Status.PENDING, Status.VERIFY)
IS_LEASED = _is(DeliveryRow.status, Status.LEASED)
IS_DIRECT = DeliveryRow.user_id != literal_column("''")


def _partial(name: str, where: ColumnElement[bool], *columns: Any) -> Index:
    return Index(name, *columns, sqlite_where=where, postgresql_where=where)


_partial("ix_delivery_due", IS_CLAIMABLE, DeliveryRow.lane_id, DeliveryRow.next_attempt_at, DeliveryRow.id)
_partial("ix_delivery_leased", IS_LEASED, DeliveryRow.lane_id)
_partial("ix_delivery_direct", IS_DIRECT, DeliveryRow.user_id)


class FeedbackRow(Base):
    """How often a topic was called helpful, and how often not; by nobody in particular."""

    __tablename__ = "feedback"
    topic_id: Mapped[str] = mapped_column(primary_key=True)
    lang: Mapped[str] = mapped_column(primary_key=True)
    helpful: Mapped[int]
    not_helpful: Mapped[int]


class InboxRow(Base):
    """A request seen already."""

    __tablename__ = "inbox"
    key: Mapped[str] = mapped_column(primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(index=True)


class DraftRow(Base):
    __tablename__ = "draft"
    token: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(index=True)
    name: Mapped[str]
    values: Mapped[Mapping[str, str]] = mapped_column(Values)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class AuditRow(Base):
    __tablename__ = "audit"
    id: Mapped[NamedId]
    at: Mapped[datetime] = mapped_column(index=True)
    user_id: Mapped[str]
    workspace_id: Mapped[str]
    act: Mapped[str]
    subject: Mapped[str]
    outcome: Mapped[str]
    __table_args__ = (NEVER_REUSED,)


class QuestionRow(Base):
    """A question that its asker agreed to have stored."""

    __tablename__ = "question"
    id: Mapped[NamedId]
    user_id: Mapped[str] = mapped_column(index=True)
    workspace_id: Mapped[str]
    channel_id: Mapped[str]
    lang: Mapped[str]
    text: Mapped[str]
    theme: Mapped[str]
    asked_at: Mapped[datetime] = mapped_column(index=True)
    state: Mapped[Asked] = mapped_column(Word(Asked), index=True)
    answer_id: Mapped[int] = mapped_column(NUMBER)
    noticed_at: Mapped[datetime | None]
    thread_id: Mapped[str] = mapped_column(server_default=NOTHING)
    __table_args__ = (NEVER_REUSED,)


class GivenAnswerRow(Base):
    """What an expert wrote, and the topic proposed from it; texts and titles are by language."""

    __tablename__ = "given_answer"
    id: Mapped[NamedId]
    answered_by: Mapped[str]
    answered_at: Mapped[datetime] = mapped_column(index=True)
    theme: Mapped[str]
    texts: Mapped[Mapping[str, str]] = mapped_column(Values)
    is_dismissal: Mapped[bool]
    proposal: Mapped[Proposal] = mapped_column(Word(Proposal), index=True)
    titles: Mapped[Mapping[str, str]] = mapped_column(Values)
    proposed_by: Mapped[str]
    revision: Mapped[int]
    approved_by: Mapped[str]
    topic_id: Mapped[str]
    first_words: Mapped[str] = mapped_column(server_default=NOTHING)
    __table_args__ = (NEVER_REUSED,)


class PublishedTopicRow(Base):
    """A topic made from an answer; `content` is JSON, "" once it is withdrawn. A row is never deleted."""

    __tablename__ = "published_topic"
    id: Mapped[NamedId]
    topic_id: Mapped[str] = mapped_column(unique=True)
    theme: Mapped[str]
    content: Mapped[str]
    approved_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(server_default="1")
    withdrawn_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(server_default=NOTHING)
    __table_args__ = (NEVER_REUSED,)


class ConversationRow(Base):
    """The topic answered last in a place; `key` is a keyed hash of place and person."""

    __tablename__ = "conversation"
    key: Mapped[str] = mapped_column(primary_key=True)
    topic_id: Mapped[str]
    lang: Mapped[str]
    expires_at: Mapped[datetime] = mapped_column(index=True)
