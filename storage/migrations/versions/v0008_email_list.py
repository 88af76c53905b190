"""The email list: subscriptions, and hashes of addresses that are not written to."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    texts = ("list_id", "code", "address", "standing", "way", "text_version", "lang", "person_id", "claimed_by")
    op.create_table(
        "subscription",
        sa.Column("id", sa.Text(), nullable=False),
        *(sa.Column(one, sa.Text(), nullable=False) for one in texts),
        sa.Column("asked_at", _TIME, nullable=False),
        sa.Column("confirmed_at", _TIME, nullable=True),
        sa.Column("asks", sa.Integer(), nullable=False),
        sa.Column("mailed_at", _TIME, nullable=True),
        sa.Column("soft_bounces", sa.Integer(), nullable=False),
        sa.Column("bounced_at", _TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_subscription"),
        sa.UniqueConstraint("list_id", "code", name="uq_subscription_address"),
    )
    op.create_index("ix_subscription_asked_at", "subscription", ["asked_at"])
    op.create_index("ix_subscription_person_id", "subscription", ["person_id"])
    op.create_table(
        "suppression",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_suppression"),
    )
