"""Counts that stay when answers and records of messages are deleted."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    counts = [sa.Column(name, sa.Integer(), nullable=False) for name in ("yes", "maybe", "no", "waiting")]
    op.create_table(
        "past_headcount",
        sa.Column("convening_id", number, autoincrement=False, nullable=False),
        *counts,
        sa.ForeignKeyConstraint(
            ["convening_id"], ["convening.id"], name="fk_past_headcount_convening_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("convening_id", name="pk_past_headcount"),
    )
    op.create_table(
        "past_delivery",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("subject_id", number, autoincrement=False, nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("subject", "subject_id", "platform", "status", name="pk_past_delivery"),
    )
