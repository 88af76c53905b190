"""Grants of a role that end, and the accounts and chapters that are kept out."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "role_grant",
        _id(),
        *_texts("user_id role workspace_id theme granted_by"),
        _moment("granted_at"),
        _moment("until"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grant")),
        sa.UniqueConstraint("user_id", "role", "workspace_id", "theme", name=op.f("uq_role_grant_user_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_role_grant_until"), "role_grant", ["until"])
    op.create_table(
        "block",
        _id(),
        *_texts("code user_id workspace_id reason blocked_by"),
        _moment("at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_block")),
        sa.UniqueConstraint("code", name=op.f("uq_block_code")),
        sqlite_autoincrement=True,
    )


def _id() -> sa.Column[int]:
    return sa.Column("id", NUMBER, autoincrement=True, nullable=False)


def _texts(names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names.split()]


def _moment(name: str) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)
