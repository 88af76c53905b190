"""What waits for a person's decision is found at once."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

UNSETTLED = sa.text("status IN ('held', 'dead')")


def upgrade() -> None:
    name, where = "ix_delivery_unsettled", UNSETTLED
    op.create_index(name, "delivery", ["id"], sqlite_where=where, postgresql_where=where)
