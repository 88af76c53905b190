"""Accounts of one person are linked by codes."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    texts = ("maker", "maker_name", "maker_workspace", "code", "taker", "taker_name", "taker_workspace")
    op.create_table(
        "link",
        sa.Column("id", number, autoincrement=True, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in texts),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_taken", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_link"),
        sqlite_autoincrement=True,
    )
    for name in ("maker", "code"):
        op.create_index(f"ix_link_{name}", "link", [name])
    op.create_table(
        "link_try",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name="pk_link_try"),
    )
