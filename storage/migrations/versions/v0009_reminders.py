"""Reminders of convenings, and when each convening is looked at for them."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("convening", sa.Column("reminders", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column("convening", sa.Column("look_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE convening SET look_at = created_at")
    op.create_index("ix_convening_look_at", "convening", ["look_at"])
    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "reminder",
        sa.Column("id", key, autoincrement=True, nullable=False),
        sa.Column("convening_id", key, nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lead_s", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("missed", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["convening_id"], ["convening.id"], name="fk_reminder_convening_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_reminder"),
        sa.UniqueConstraint("convening_id", "starts_at", "lead_s", name="uq_reminder_date"),
        sqlite_autoincrement=True,
    )
