"""Members and their platform accounts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

CONSENT_VERSION = "2026-11"


@dataclass(frozen=True, slots=True)
class Member:
    """A person who joined. `id` is a random UUID as text; optional fields are "" when not given.

    `zone` is an IANA name or "". `consented_at` and `created_at` are aware UTC.
    """

    id: str
    name: str
    consent_version: str
    consented_at: datetime
    created_at: datetime
    city: str = ""
    email: str = ""
    languages: str = ""
    interests: str = ""
    zone: str = ""
    email_list: bool = False


class MemberStore(Protocol):
    """Members by the platform account that they use."""

    async def by_user(self, user_id: str) -> Member | None:
        """Return the member to whom the account belongs."""

    async def save(self, member: Member, user_id: str) -> Member:
        """Insert or update `member` and tie the account to it; an account has one member."""

    async def erase(self, member: Member) -> None:
        """Delete the member, their accounts, answers, drafts and queued direct messages, in this unit of work."""

    async def count(self) -> int:
        """Return how many members there are."""
