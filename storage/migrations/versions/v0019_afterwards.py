"""What became of a convening, and what people thought of it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from storage.models.base import NUMBER

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.add_column("convening", sa.Column("attended", sa.Integer(), nullable=True))
    for name in ("notes", "recording", "next_steps"):
        op.add_column("convening", sa.Column(name, sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column("convening", sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True))
    _table("impression", ("convening_id", "rating"), _needed("rating", sa.Text()), _needed("count", sa.Integer()))
    _table("remark", ("id",), _needed("id", sa.Text()), _needed("words", sa.Text()))
    _table("voice", ("code",), _needed("code", sa.Text()), _needed("has_remarked", sa.Boolean()))
    for name in ("remark", "voice"):
        op.create_index(f"ix_{name}_convening_id", name, ["convening_id"])


def _needed(name: str, kind: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def _table(name: str, key: tuple[str, ...], *columns: sa.Column[Any]) -> None:
    foreign = sa.ForeignKeyConstraint(
        ["convening_id"], ["convening.id"], name=f"fk_{name}_convening_id", ondelete="CASCADE"
    )
    primary = sa.PrimaryKeyConstraint(*key, name=f"pk_{name}")
    op.create_table(name, sa.Column("convening_id", NUMBER, nullable=False), *columns, primary, foreign)
