"""Workspaces that installed the bot; language and time zone of a chapter."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"

TEXTS = ("workspace_id", "name", "token", "bot_user", "bot_id", "scopes", "installed_by")


def upgrade() -> None:
    op.create_table(
        "installation",
        *(sa.Column(name, sa.Text(), nullable=False) for name in TEXTS),
        sa.Column("installed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", name="pk_installation"),
    )
    op.create_table(
        "install_state",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_install_state"),
    )
    op.create_index("ix_install_state_expires_at", "install_state", ["expires_at"])
    for name in ("lang", "zone"):
        op.add_column("chapter", sa.Column(name, sa.Text(), server_default=sa.text("''"), nullable=False))
