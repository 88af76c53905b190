"""Where in a channel an answer belongs, who wrote a proposal first, and topics that were withdrawn."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    _text("question", "thread_id")
    _text("given_answer", "first_words")
    op.add_column("published_topic", sa.Column("revision", sa.Integer(), server_default="1", nullable=False))
    op.add_column("published_topic", sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
    _text("published_topic", "reason")


def _text(table: str, column: str) -> None:
    op.add_column(table, sa.Column(column, sa.Text(), server_default=sa.text("''"), nullable=False))
