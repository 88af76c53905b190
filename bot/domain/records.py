"""Small records that keep the bot honest: seen requests, half-filled forms, administrative acts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

OPERATOR = "operator"  # whoever has the shell; no account
PLATFORM = "platform"  # what the platform told; nobody's act here
ERASED = "erased:"
PERSON = "person:"


class InboxStore(Protocol):
    """Requests seen already, so that a repeated delivery is acted on once."""

    async def claim(self, key: str, now: datetime) -> bool:
        """Remember `key`; say whether it is new."""

    async def forget(self, before: datetime) -> int:
        """Delete what is older than `before`; return how many."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What a person typed so far into a form of several steps, or into one that came back with an error.

    `token` is random and opaque. Kept an hour at most.
    """

    token: str
    user_id: str
    name: str  # the command that the form belongs to
    values: Mapping[str, str]
    expires_at: datetime


class DraftStore(Protocol):
    """Half-filled forms."""

    async def put(self, draft: Draft) -> None:
        """Insert or replace."""

    async def get(self, token: str, user_id: str, now: datetime) -> Draft | None:
        """Return the person's own draft, None when it is another's or expired."""

    async def drop(self, token: str) -> None:
        """Delete it."""

    async def forget(self, now: datetime) -> int:
        """Delete the expired ones; return how many."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One administrative act or refusal. `subject` is an id such as "announcement:12", never a name or a text.

    `user_id` is an account, OPERATOR, or begins with ERASED once the person is erased; so does the account behind
    PERSON in a subject that is a person. `number` and `hash` are given when it is stored: numbers have no gaps.
    """

    at: datetime
    user_id: str
    workspace_id: str
    act: str
    subject: str = ""
    outcome: str = "done"  # done | refused
    number: int = field(default=0, compare=False)
    hash: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """Which entries to show; what is left out is not asked for.

    `act` is the beginning of an act ("announce" finds "announce send") or a whole subject; `before` a number.
    """

    since: datetime | None = None
    user_ids: tuple[str, ...] = ()
    act: str = ""
    before: int = 0


class AuditStore(Protocol):
    """Administrative acts, append-only. Accounts stand in them as references that die with the person."""

    async def add(self, entry: AuditEntry) -> None:
        """Append, at the end of the unit of work."""

    async def recent(self, limit: int = 50) -> tuple[AuditEntry, ...]:
        """Return the newest entries, newest first."""

    async def find(self, wanted: AuditQuery, limit: int) -> tuple[AuditEntry, ...]:
        """Return the newest entries that fit, newest first."""

    async def forget(self, before: datetime) -> int:
        """Delete the oldest entries, those made before `before`; return how many. The rest stays provable."""
