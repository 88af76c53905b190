"""Names, places, texts and accounts are sealed; the keys that the installation makes for itself get their own table."""

import sqlalchemy as sa
from alembic import context, op

from bot.errors import ConfigError
from storage.migrations.sealing import holds_rows, seal_columns
from storage.vault import found_vault

revision = "0017"
down_revision = "0016"

ACCOUNTS = {
    "account": ("user_id",),
    "announcement": ("created_by", "sent_by"),
    "approval": ("decided_by",),
    "approval_hand": ("user_id",),
    "audit_person": ("user_id",),
    "block": ("user_id", "blocked_by"),
    "calendar": ("user_id",),
    "convening": ("created_by",),
    "correction": ("created_by",),
    "delivery": ("address", "channel_id", "user_id", "message_id"),
    "draft": ("user_id",),
    "follow": ("created_by",),
    "given_answer": ("answered_by", "proposed_by", "approved_by"),
    "question": ("user_id", "channel_id", "thread_id"),
    "preference": ("person_id",),
    "role_grant": ("user_id", "granted_by"),
    "rsvp": ("person_id", "user_id"),
    "subscription": ("person_id", "claimed_by"),
}
SEALED = {
    "announcement": ("reason",),
    "announcement_rev": ("title", "message", "message_es"),
    "approval": ("fingerprint", "reason"),
    "block": ("reason",),
    "convening": (
        *("title", "place", "link", "city", "description", "descripcion", "languages", "access", "host"),
        "cancelled_reason",
    ),
    "correction": ("title", "message", "message_es"),
    "draft": ("values",),
    "given_answer": ("texts", "titles", "first_words"),
    "member": ("name", "city", "email", "languages", "interests", "zone"),
    "published_topic": ("reason",),
    "question": ("text",),
    "rsvp": ("needs", "speaks"),
    "subscription": ("address",),
}
TABLES = sorted({*ACCOUNTS, *SEALED})


def upgrade() -> None:
    key = sa.PrimaryKeyConstraint("name", name="pk_secret")
    op.create_table(
        "secret", sa.Column("name", sa.Text(), nullable=False), sa.Column("value", sa.Text(), nullable=False), key
    )
    connection = op.get_bind()
    instance_key = connection.execute(sa.text("SELECT value FROM meta WHERE name = 'instance_key'")).scalar()
    if not instance_key and not holds_rows(connection, TABLES):
        return  # the first start makes the keys
    place = context.config.attributes["place"]
    if place is None:
        raise ConfigError("HRC_SECRET_KEYS: say where the keys are: rows are encrypted from this release on")
    vault = found_vault(connection, place, instance_key or "")
    for name in TABLES:
        seal_columns(connection, vault, name, sealed=SEALED.get(name, ()), accounts=ACCOUNTS.get(name, ()))
    connection.execute(sa.text("DELETE FROM meta WHERE name = 'instance_key'"))
    if connection.dialect.name == "sqlite":
        connection.execute(sa.text("INSERT OR IGNORE INTO meta (name, value) VALUES ('traces', 'left')"))
