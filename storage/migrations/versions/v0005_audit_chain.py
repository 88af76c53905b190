"""The audit is chained, and references that die with the person stand in it in place of accounts."""

import secrets
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from bot.domain.records import AuditEntry
from storage.audit_chain import ANCHOR, Anchor, link

revision = "0005"
down_revision = "0004"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_ROWS = sa.text("SELECT at, user_id, workspace_id, act, subject, outcome FROM audit ORDER BY id")


def upgrade() -> None:
    old = op.get_bind().execute(_ROWS.columns(at=sa.DateTime(timezone=True))).mappings().all()
    op.drop_table("audit")
    audit, people = _tables()
    refs = {user_id: f"p{secrets.token_hex(10)}" for user_id in sorted({str(row["user_id"]) for row in old})}
    known = [{"ref": ref, "user_id": one} for one, ref in refs.items() if not one.startswith("erased:")]
    entries, anchor = _chained(old, refs)
    if entries:
        op.bulk_insert(people, known)
        op.bulk_insert(audit, entries)
    _anchor(anchor)


def _tables() -> tuple[sa.Table, sa.Table]:
    texts = [_text(name) for name in ["who", "workspace_id", "act", "subject", "outcome"]]
    audit = op.create_table(
        "audit",
        sa.Column("id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        *texts,
        sa.Column("hash", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_at"), "audit", ["at"])
    people = op.create_table(
        "audit_person",
        _text("ref"),
        _text("user_id"),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_audit_person")),
        sa.UniqueConstraint("user_id", name=op.f("uq_audit_person_user_id")),
    )
    return audit, people


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _chained(old: Any, refs: dict[str, str]) -> tuple[list[dict[str, Any]], Anchor]:
    """Return the rows of the new table, numbered without gaps, and the anchor that ends them."""
    anchor, rows = Anchor(), []
    for row in old:
        entry = AuditEntry(
            _aware(row["at"]), refs[row["user_id"]], row["workspace_id"], row["act"], row["subject"], row["outcome"]
        )
        entry = replace(entry, number=anchor.last + 1)
        entry = replace(entry, hash=link(anchor.head, entry))
        anchor = anchor.after(entry)
        facts = {name: getattr(entry, name) for name in ("at", "workspace_id", "act", "subject", "outcome", "hash")}
        rows.append({"id": entry.number, "who": entry.user_id, **facts})
    return rows, anchor


def _aware(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _anchor(anchor: Anchor) -> None:
    """Store the anchor where the database has its key; a new one gets both at its first start."""
    meta = sa.table("meta", sa.column("name"), sa.column("value"))
    bind = op.get_bind()
    key = bind.execute(sa.select(meta.c.value).where(meta.c.name == "instance_key")).scalar()
    if key:
        bind.execute(meta.insert().values(name=ANCHOR, value=anchor.sealed(bytes.fromhex(key))))
