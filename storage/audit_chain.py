"""The chain of the audit: each entry's hash covers the hash before it, and an anchor covers the last one.

The hash is plain SHA-256, so that anybody can check an export. The anchor, a row of `meta`, carries a keyed code:
whoever lacks the key can neither append, cut off the end, nor begin anew.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC
from typing import Any

from bot.domain.records import AuditEntry

ANCHOR = "audit_anchor"
START = "0" * 64


def link(before: str, entry: AuditEntry) -> str:
    """Return the hash of an entry that follows the one with the hash `before`; `entry` holds references, no accounts.

    It is SHA-256 of `before`, a line feed, and the JSON list of number, time, who, workspace, act, subject, outcome.
    """
    at = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    facts = [entry.number, at, entry.user_id, entry.workspace_id, entry.act, entry.subject, entry.outcome]
    content = json.dumps(facts, separators=(",", ":"))
    return hashlib.sha256(f"{before}\n{content}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where the chain begins and ends.

    `removed` entries were deleted by age, the last of them with the hash `base`; `last` is the newest number, `head`
    its hash. `remade` says at which number somebody had taken the anchor away.
    """

    removed: int = 0
    base: str = START
    last: int = 0
    head: str = START
    remade: int = -1

    def sealed(self, secret: bytes) -> str:
        """Return the anchor as it is stored."""
        content = json.dumps(asdict(self), sort_keys=True)
        return json.dumps({"anchor": content, "code": _code(secret, content)})

    @classmethod
    def opened(cls, stored: str, secret: bytes) -> Anchor | None:
        """Return the stored anchor, None when it was not made with this key."""
        try:
            found = json.loads(stored)
            content, code = str(found["anchor"]), str(found["code"])
            return cls(**json.loads(content)) if hmac.compare_digest(code, _code(secret, content)) else None
        except (ValueError, KeyError, TypeError):
            return None

    def after(self, entry: AuditEntry) -> Anchor:
        """Return the anchor once `entry`, which has its hash, is the newest."""
        return replace(self, last=entry.number, head=entry.hash)


def _code(secret: bytes, content: str) -> str:
    return hmac.new(secret, f"audit|{content}".encode(), hashlib.sha256).hexdigest()


def faults(entries: Iterable[AuditEntry], stored: str | None, secret: bytes) -> Iterator[str]:
    """Yield what is wrong with the chain, one sentence each; nothing when it is whole.

    Args:
        entries: all of them, oldest first, with references in place of accounts.
        stored: the anchor as stored.
        secret: the instance key.
    """
    anchor = Anchor.opened(stored, secret) if stored else None
    if anchor is None:
        yield "the audit's anchor is missing or was changed"
    elif anchor.remade >= 0:
        yield f"the audit's anchor had been taken away when entry {anchor.remade + 1} was made"
    last, before = (anchor.removed, anchor.base) if anchor else (None, None)
    for entry in entries:
        if last is not None and entry.number != last + 1:
            yield f"the audit lacks {_between(last + 1, entry.number - 1)}"
        elif before is not None and entry.hash != link(before, entry):
            yield f"entry {entry.number} of the audit was changed"
        last, before = entry.number, entry.hash
    if anchor and last != anchor.last:
        yield f"the end of the audit was cut off: {_between((last or 0) + 1, anchor.last)}"
    elif anchor and before != anchor.head:
        yield "the newest entry of the audit was exchanged"


def _between(first: int, last: int) -> str:
    return f"entry {first}" if first == last else f"entries {first} to {last}"


def as_json(entry: AuditEntry) -> dict[str, Any]:
    """Return the entry as a line of an export holds it: what its hash covers, and the hash."""
    at = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    return {
        "number": entry.number,
        "at": at,
        "who": entry.user_id,
        "workspace": entry.workspace_id,
        "act": entry.act,
        "subject": entry.subject,
        "outcome": entry.outcome,
        "hash": entry.hash,
    }
