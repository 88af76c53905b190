"""The first tables: members, convenings, announcements, followed channels, deliveries."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _small_records()
    _members()
    _follows()
    _convenings()
    _announcements()
    _deliveries()


def _small_records() -> None:
    op.create_table("meta", *_texts("name value"), _key("meta", "name"))
    columns = (*_texts("topic_id lang"), _count("helpful"), _count("not_helpful"))
    op.create_table("feedback", *columns, _key("feedback", "topic_id", "lang"))
    op.create_table("inbox", _text("key"), _moment("seen_at"), _key("inbox", "key"))
    _index("inbox", "seen_at")
    op.create_table("draft", *_texts("token user_id name values"), _moment("expires_at"), _key("draft", "token"))
    _index("draft", "user_id")
    _index("draft", "expires_at")
    acts = (_id(), _moment("at"), *_texts("user_id workspace_id act subject outcome"))
    op.create_table("audit", *acts, _key("audit", "id"), sqlite_autoincrement=True)
    _index("audit", "at")


def _members() -> None:
    op.create_table(
        "member",
        *_texts("id name city email languages interests zone"),
        sa.Column("email_list", sa.Boolean(), nullable=False),
        _text("consent_version"),
        _moment("consented_at"),
        _moment("created_at"),
        _key("member", "id"),
    )
    columns = _texts("user_id member_id")
    op.create_table("account", *columns, _key("account", "user_id"), _reference("account", "member_id", "member.id"))
    _index("account", "member_id")


def _follows() -> None:
    columns = (*_texts("channel_id workspace_id lang created_by"), _moment("created_at"), _text("paused_reason"))
    op.create_table("follow", *columns, _key("follow", "channel_id"))
    _index("follow", "workspace_id")
    op.create_table(
        "follow_topic",
        *_texts("channel_id topic"),
        _count("position"),
        _key("follow_topic", "channel_id", "topic"),
        _reference("follow_topic", "channel_id", "follow.channel_id"),
    )
    _index("follow_topic", "topic")


def _convenings() -> None:
    op.create_table(
        "convening",
        _id(),
        *_texts("workspace_id created_by"),
        _moment("created_at"),
        *_texts("title starts_zone place city description languages access repeat cancelled_reason"),
        sa.Column("starts_local", sa.DateTime(), nullable=False),
        sa.Column("ends_local", sa.DateTime()),
        sa.Column("ends_zone", sa.Text()),
        _count("capacity"),
        sa.Column("hide_names", sa.Boolean(), nullable=False),
        _count("revision"),
        _moment("cancelled_at", nullable=True),
        _key("convening", "id"),
        sqlite_autoincrement=True,
    )
    _index("convening", "workspace_id")
    op.create_table(
        "rsvp",
        sa.Column("convening_id", NUMBER, autoincrement=False, nullable=False),
        *_texts("person_id user_id workspace_id lang answer"),
        _moment("answered_at"),
        _count("position"),
        _key("rsvp", "convening_id", "person_id"),
        _reference("rsvp", "convening_id", "convening.id"),
    )
    _index("rsvp", "person_id")
    _index("rsvp", "user_id")


def _announcements() -> None:
    op.create_table(
        "announcement",
        _id(),
        *_texts("workspace_id created_by audience state sent_by"),
        _moment("created_at"),
        sa.Column("when_local", sa.DateTime()),
        sa.Column("when_zone", sa.Text()),
        _count("revision"),
        _moment("sent_at", nullable=True),
        _key("announcement", "id"),
        sqlite_autoincrement=True,
    )
    _index("announcement", "workspace_id")
    op.create_table(
        "announcement_rev",
        sa.Column("announcement_id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        *_texts("title message message_es"),
        _key("announcement_rev", "announcement_id", "revision"),
        _reference("announcement_rev", "announcement_id", "announcement.id"),
    )


def _deliveries() -> None:
    op.create_table("lane", _text("id"), _moment("ready_at"), _key("lane", "id"))
    op.create_table(
        "delivery",
        _id(),
        *_texts("subject address workspace_id channel_id user_id lang lane_id key status message_id error_code"),
        sa.Column("subject_id", NUMBER, nullable=False),
        *(_count(name) for name in ("part", "wanted", "shown", "attempts")),
        _moment("next_attempt_at"),
        sa.Column("lease_owner", sa.Text()),
        *(_moment(name, nullable=True) for name in ("lease_until", "first_try_at", "last_try_at", "shown_at")),
        _moment("created_at"),
        _key("delivery", "id"),
        sa.ForeignKeyConstraint(["lane_id"], ["lane.id"], name="fk_delivery_lane_id"),
        sa.UniqueConstraint("key", name="uq_delivery_key"),
        sa.UniqueConstraint("subject", "subject_id", "address", "part", name="uq_delivery_target"),
        sqlite_autoincrement=True,
    )
    _partial("ix_delivery_due", "status IN ('pending', 'verify')", "lane_id", "next_attempt_at", "id")
    _partial("ix_delivery_leased", "status IN ('leased')", "lane_id")
    _partial("ix_delivery_direct", "user_id != ''", "user_id")


def _id() -> sa.Column[Any]:
    return sa.Column("id", NUMBER, autoincrement=True, nullable=False)


def _text(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=False)


def _texts(names: str) -> list[sa.Column[Any]]:
    return [_text(name) for name in names.split()]


def _count(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=f"pk_{table}")


def _reference(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=f"fk_{table}_{column}", ondelete="CASCADE")


def _index(table: str, column: str) -> None:
    op.create_index(f"ix_{table}_{column}", table, [column])


def _partial(name: str, where: str, *columns: str) -> None:
    op.create_index(name, "delivery", list(columns), sqlite_where=sa.text(where), postgresql_where=sa.text(where))
