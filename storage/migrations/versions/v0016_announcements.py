"""Announcements that are narrowed, get too old, and are corrected or withdrawn."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    for name in ("only_city", "only_region", "only_theme", "only_lang", "only_role", "reason"):
        op.add_column("announcement", _text(name, server_default=sa.text("''"), nullable=False))
    op.add_column("announcement", sa.Column("until_local", sa.DateTime(), nullable=True))
    op.add_column("announcement", _text("until_zone", nullable=True))
    op.add_column("announcement", sa.Column("corrected_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "correction",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("announcement_id", NUMBER, nullable=False),
        *(_text(name, nullable=False) for name in ("title", "message", "message_es", "created_by")),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_correction"),
        sa.ForeignKeyConstraint(
            ["announcement_id"], ["announcement.id"], name="fk_correction_announcement_id", ondelete="CASCADE"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_correction_announcement_id", "correction", ["announcement_id"])


def _text(name: str, **more: Any) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), **more)
