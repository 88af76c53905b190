"""Reports to moderators."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    texts = "subject text why workspace_id lang reporter_id closed_by answer"
    op.create_table(
        "report",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        *[sa.Column(name, sa.Text(), nullable=False) for name in texts.split()],
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_report_at"), "report", ["at"])
