"""Questions to people, their answers, the topics made from them, and what was talked about last."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _questions()
    _given_answers()
    _published_topics()
    _conversations()


def _questions() -> None:
    op.create_table(
        "question",
        _id(),
        *_texts("user_id workspace_id channel_id lang text theme state"),
        _moment("asked_at"),
        sa.Column("answer_id", NUMBER, nullable=False),
        _moment("noticed_at", nullable=True),
        _key("question", "id"),
        sqlite_autoincrement=True,
    )
    for column in ("user_id", "asked_at", "state"):
        _index("question", column)


def _given_answers() -> None:
    op.create_table(
        "given_answer",
        _id(),
        *_texts("answered_by theme texts proposal titles proposed_by approved_by topic_id"),
        _moment("answered_at"),
        sa.Column("is_dismissal", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        _key("given_answer", "id"),
        sqlite_autoincrement=True,
    )
    for column in ("answered_at", "proposal"):
        _index("given_answer", column)


def _published_topics() -> None:
    op.create_table(
        "published_topic",
        _id(),
        *_texts("topic_id theme content"),
        _moment("approved_at"),
        _key("published_topic", "id"),
        sa.UniqueConstraint("topic_id", name="uq_published_topic_topic_id"),
        sqlite_autoincrement=True,
    )


def _conversations() -> None:
    columns = (*_texts("key topic_id lang"), _moment("expires_at"))
    op.create_table("conversation", *columns, _key("conversation", "key"))
    _index("conversation", "expires_at")


def _id() -> sa.Column[Any]:
    return sa.Column("id", NUMBER, autoincrement=True, nullable=False)


def _texts(names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names.split()]


def _moment(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _key(table: str, column: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(column, name=f"pk_{table}")


def _index(table: str, column: str) -> None:
    op.create_index(f"ix_{table}_{column}", table, [column])
