"""Rows of questions to people, answers, and topics made from them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from bot.domain.questions import Asked, Proposal
from storage.models.base import NEVER_REUSED, NOTHING, NUMBER, AccountId, Base, NamedId, Sealed, SealedMapping
from storage.types import Word


class FeedbackRow(Base):
    """How often a topic was called helpful, and how often not; by nobody in particular."""

    __tablename__ = "feedback"
    topic_id: Mapped[str] = mapped_column(primary_key=True)
    lang: Mapped[str] = mapped_column(primary_key=True)
    helpful: Mapped[int]
    not_helpful: Mapped[int]


class QuestionRow(Base):
    """A question that its asker agreed to have stored."""

    __tablename__ = "question"
    id: Mapped[NamedId]
    user_id: Mapped[AccountId] = mapped_column(index=True)
    workspace_id: Mapped[str]
    channel_id: Mapped[AccountId]
    lang: Mapped[str]
    text: Mapped[Sealed]
    theme: Mapped[str]
    asked_at: Mapped[datetime] = mapped_column(index=True)
    state: Mapped[Asked] = mapped_column(Word(Asked), index=True)
    answer_id: Mapped[int] = mapped_column(NUMBER)
    noticed_at: Mapped[datetime | None]
    thread_id: Mapped[AccountId] = mapped_column(server_default=NOTHING)
    __table_args__ = (NEVER_REUSED,)


class GivenAnswerRow(Base):
    """What an expert wrote, and the topic proposed from it; texts and titles are by language."""

    __tablename__ = "given_answer"
    id: Mapped[NamedId]
    answered_by: Mapped[AccountId]
    answered_at: Mapped[datetime] = mapped_column(index=True)
    theme: Mapped[str]
    texts: Mapped[SealedMapping]
    is_dismissal: Mapped[bool]
    proposal: Mapped[Proposal] = mapped_column(Word(Proposal), index=True)
    titles: Mapped[SealedMapping]
    proposed_by: Mapped[AccountId]
    revision: Mapped[int]
    approved_by: Mapped[AccountId]
    topic_id: Mapped[str]
    first_words: Mapped[Sealed] = mapped_column(server_default=NOTHING)
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
    reason: Mapped[Sealed] = mapped_column(server_default=NOTHING)
    __table_args__ = (NEVER_REUSED,)
