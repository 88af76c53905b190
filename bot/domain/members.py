"""Members and their platform accounts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from bot.domain.convenings import Rsvp

NUMBER_LENGTH = 8  # of a member's id: enough to tell members apart, too little to be guessed


@dataclass(frozen=True, slots=True)
class Member:
    """A person who joined. `id` is a random UUID as text; optional fields are "" when not given.

    `zone` is an IANA name or "". `consented_at` and `created_at` are aware UTC. `shown` is field to how far it may be
    seen (`bot.domain.visibility`), nobody where it is missing. `chapters` are the workspaces where the accounts joined;
    stores fill it in and keep it with the accounts.
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
    shown: Mapping[str, str] = field(default_factory=dict)
    chapters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Kept:
    """All that is kept about the person behind an account.

    `answers` are newest first, `questions` are the ids of those put to a person. `counts` is table to how many rows
    name the person, for every table of `bot.domain.holdings` with at least one.
    """

    member: Member | None = None
    answers: tuple[Rsvp, ...] = ()
    questions: tuple[int, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.counts)


class MemberStore(Protocol):
    """Members by the platform account that they use."""

    async def by_user(self, user_id: str) -> Member | None:
        """Return the member to whom the account belongs."""

    async def save(self, member: Member, user_id: str, workspace_id: str = "") -> Member:
        """Insert or update `member` and tie the account to it; an account has one member.

        `workspace_id` is where a new account joins.
        """

    async def accounts_of(self, user_id: str) -> tuple[str, ...]:
        """Return the account and those linked with it, in order of their ids; the account alone before joining."""

    async def merge(self, member: Member, other_id: str) -> None:
        """Store `member` as the record of both, and give it the accounts and all rows of the other, which goes."""

    async def part(self, user_id: str) -> None:
        """Take an account from its member, who has another; what is kept stays with the member."""

    async def numbered(self, number: str) -> tuple[str, ...]:
        """Return the accounts of the member whose id begins with `number`; none where two members share it."""

    async def adopt(self, member_id: str, user_id: str) -> None:
        """Give the member what was answered under a user id that is proved to be theirs."""

    async def kept(self, user_id: str) -> Kept:
        """Return what is kept about the person behind the account, who may have joined or not."""

    async def exported(self, user_id: str) -> Mapping[str, tuple[Mapping[str, Any], ...]]:
        """Return every row about the person behind the account: table to rows, each column to value."""

    async def erase(self, user_id: str) -> None:
        """Erase the person behind the account, joined or not, in this unit of work; what they published stays."""

    async def all(self) -> tuple[Member, ...]:
        """Return every member, in the order in which they joined."""

    async def count(self) -> int:
        """Return how many members there are."""
