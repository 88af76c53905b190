"""What chapters chose of what the Alliance announces to all of them."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

TEXTS = ("workspace_id", "takes", "offers_channel_id", "city")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "chapter",
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("workspace_id", "takes", "offers_channel_id", "city")
        ),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", name="pk_chapter"),
    )
    op.create_table(
        "chapter_choice",
        sa.Column("announcement_id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("is_taken", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("announcement_id", "workspace_id", name="pk_chapter_choice"),
        sa.ForeignKeyConstraint(
            ["announcement_id"], ["announcement.id"], name="fk_chapter_choice_announcement_id", ondelete="CASCADE"
        ),
    )
