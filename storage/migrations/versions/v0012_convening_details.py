"""What a convening says besides time and place: link, Spanish text, host, themes, skipped days, whom it is for.

Convenings from before are for every chapter, since that is where they were shown.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    for name in ("link", "descripcion", "host", "themes", "skipped"):
        _text(name, "''")
    _text("audience", "'all'")
    op.add_column("convening", sa.Column("hide_place", sa.Boolean(), server_default=sa.false(), nullable=False))


def _text(name: str, default: str) -> None:
    op.add_column("convening", sa.Column(name, sa.Text(), server_default=sa.text(default), nullable=False))
