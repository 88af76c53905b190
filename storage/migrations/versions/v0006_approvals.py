"""What waits for a second person, and who had a hand in it."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "approval",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        *_texts("kind fingerprint role workspace_id verdict decided_by reason"),
        sa.Column("subject_id", NUMBER, nullable=False),
        *(sa.Column(name, sa.DateTime(timezone=True), nullable=False) for name in ("asked_at", "expires_at")),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_approval"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_approval_verdict", "approval", ["verdict"])
    op.create_index("ix_approval_subject", "approval", ["kind", "subject_id"])
    op.create_table(
        "approval_hand",
        sa.Column("approval_id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        *_texts("user_id"),
        sa.PrimaryKeyConstraint("approval_id", "position", name="pk_approval_hand"),
        sa.ForeignKeyConstraint(
            ["approval_id"], ["approval.id"], name="fk_approval_hand_approval_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_approval_hand_user_id", "approval_hand", ["user_id"])


def _texts(names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names.split()]
