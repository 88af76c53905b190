"""How people want to be written to, who may see what they told, and where their accounts joined."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("member", sa.Column("shown", sa.Text(), server_default=sa.text("'{}'"), nullable=False))
    op.add_column("account", sa.Column("workspace_id", sa.Text(), server_default=sa.text("''"), nullable=False))
    columns: list[sa.Column[Any]] = [
        sa.Column(name, sa.Text(), nullable=False)
        for name in ("person_id", "lang", "zone", "quiet_from", "quiet_to", "topics")
    ]
    columns += [
        sa.Column(name, sa.Boolean(), nullable=False) for name in ("reminders", "direct_announcements", "digest")
    ]
    op.create_table("preference", *columns, sa.PrimaryKeyConstraint("person_id", name="pk_preference"))
