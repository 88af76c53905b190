"""Notices of changes to convenings, and entries in workspaces' own lists of events."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "notice",
        *_ids("notice"),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("kind", "before", "reason")),
        *(sa.Column(name, sa.DateTime(timezone=True), nullable=False) for name in ("made_at", "due_at")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_notice_convening_id", "notice", ["convening_id"])
    op.create_index("ix_notice_made_at", "notice", ["made_at"])
    op.create_table(
        "event",
        *_ids("event"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.UniqueConstraint("convening_id", "number", name="uq_event_number"),
        sqlite_autoincrement=True,
    )


def _ids(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("convening_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["convening_id"], ["convening.id"], name=f"fk_{table}_convening_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    )
