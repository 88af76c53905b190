"""What people need to take part, and whether organizers see their names."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    for name in ("needs", "speaks"):
        op.add_column("rsvp", sa.Column(name, sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column("rsvp", sa.Column("is_hidden", sa.Boolean(), server_default=sa.false(), nullable=False))
