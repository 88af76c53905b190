"""Consents."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "consent",
        sa.Column("id", number, autoincrement=True, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("member_id", "kind", "way", "text_version")),
        sa.Column("is_given", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_consent"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_consent_member_id", "consent", ["member_id"])
    op.execute(
        "INSERT INTO consent (member_id, kind, way, text_version, is_given, at) "
        "SELECT id, 'membership', 'earlier release', consent_version, true, consented_at FROM member"
    )
