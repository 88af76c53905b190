"""Second person: what waits for somebody other than those who had a hand in it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Verdict(StrEnum):
    """What became of a request."""

    WAITING = "waiting"
    APPROVED = "approved"
    DECLINED = "declined"
    LAPSED = "lapsed"  # the thing changed or went, or nobody approved it in time


@dataclass(frozen=True, slots=True)
class Approvers:
    """Who may approve: holders of `role` ("steering", "organizer" or "expert:<theme>").

    `workspace_id` names the chapter of an organizer; the steering committee may approve whatever a chapter's can.
    """

    role: str
    workspace_id: str = ""


@dataclass(frozen=True, slots=True)
class Approval:
    """A request for a second person. `id` is 0 until stored; `kind` and `subject_id` name the thing.

    `fingerprint` is that of exactly what will happen. `hands` are the accounts of all who had a hand in it, who asked
    first; none of them approves it, nor does another account of theirs. Times are aware UTC.
    """

    id: int
    kind: str
    subject_id: int
    fingerprint: str
    hands: tuple[str, ...]
    approvers: Approvers
    asked_at: datetime
    expires_at: datetime
    verdict: Verdict = Verdict.WAITING
    decided_by: str = ""
    decided_at: datetime | None = None
    reason: str = ""

    def waits(self, now: datetime) -> bool:
        return self.verdict is Verdict.WAITING and now < self.expires_at

    def decided(self, verdict: Verdict, now: datetime, by: str = "", reason: str = "") -> Approval:
        return replace(self, verdict=verdict, decided_at=now, decided_by=by, reason=reason)


def fingerprint_of(*seen: object) -> str:
    """Return a short hash of everything that was seen, by the parts' `repr`."""
    return hashlib.sha256(repr(seen).encode()).hexdigest()[:16]


class ApprovalStore(Protocol):
    """Requests for a second person."""

    async def add(self, approval: Approval) -> Approval:
        """Store a new one and return it with its id."""

    async def save(self, approval: Approval) -> Approval:
        """Store a changed verdict."""

    async def get(self, approval_id: int) -> Approval | None:
        """Return the request."""

    async def of(self, kind: str, subject_id: int) -> tuple[Approval, ...]:
        """Return the requests about one thing, newest first."""

    async def waiting(self) -> tuple[Approval, ...]:
        """Return what nobody decided yet, oldest first; some of it may have expired."""
