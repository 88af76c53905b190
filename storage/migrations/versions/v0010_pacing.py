"""How fast lanes may be used, and the order of what waits in them."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CLAIMABLE = sa.text("status IN ('pending', 'verify')")


def upgrade() -> None:
    for name in ("edit_ready_at", "direct_ready_at", "due_at", "blocked_until"):
        op.add_column("lane", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.add_column("lane", sa.Column("blocked_reason", sa.Text(), server_default=sa.text("''"), nullable=False))
    _number("lane", "at_once", sa.Integer(), "1")
    _number("lane", "turn", NUMBER, "0")
    _number("delivery", "rank", sa.Integer(), "3")
    _number("delivery", "turn", NUMBER, "0")
    _number("delivery", "tried", sa.Integer(), "0")
    op.create_index("ix_lane_due_at", "lane", ["due_at"])
    columns = ["lane_id", "rank", "turn", "id"]
    op.create_index("ix_delivery_turn", "delivery", columns, sqlite_where=CLAIMABLE, postgresql_where=CLAIMABLE)
    op.execute("UPDATE delivery SET turn = id")
    op.execute("UPDATE delivery SET rank = 4 WHERE user_id <> ''")
    op.execute("UPDATE delivery SET rank = 1 WHERE message_id <> ''")
    op.execute("UPDATE lane SET due_at = ready_at")
    _one_lane_for_discord()


def _one_lane_for_discord() -> None:
    """Merge its lanes: it limits the whole application, not each server."""
    op.execute(
        "INSERT INTO lane (id, ready_at, due_at)"
        " SELECT 'discord', min(ready_at), min(ready_at) FROM lane WHERE id LIKE 'discord:%' HAVING count(*) > 0"
    )
    op.execute("UPDATE delivery SET lane_id = 'discord' WHERE lane_id LIKE 'discord:%'")
    op.execute("DELETE FROM lane WHERE id LIKE 'discord:%'")


def _number(table: str, name: str, kind: Any, default: str) -> None:
    op.add_column(table, sa.Column(name, kind, server_default=default, nullable=False))
