"""Rights that end: grants of a role, and who is kept out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

ORGANIZER, STEERING, EXPERT = "organizer", "steering", "expert"
ASKED = "steering-asked"  # a place in the committee that waits for a second person; it gives no right


@dataclass(frozen=True, slots=True)
class Grant:
    """A role that somebody gave to an account, until a day. `id` is 0 until stored; renewing makes a new one.

    An organizer has the `workspace_id` of their chapter, an expert a `theme`. `granted_by` is "" once that person is
    erased. Times are aware UTC.
    """

    id: int
    user_id: str
    role: str
    granted_by: str
    granted_at: datetime
    until: datetime
    workspace_id: str = ""
    theme: str = ""

    def runs(self, now: datetime) -> bool:
        return self.granted_at <= now < self.until


@dataclass(frozen=True, slots=True)
class Block:
    """An account or a chapter (one of both) that the committee keeps out. `id` is 0 until stored.

    `user_id` is "" too once that person is erased: the store knows the account by its keyed hash alone.
    """

    id: int
    user_id: str
    workspace_id: str
    reason: str
    blocked_by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """What storage knows of somebody's rights at this moment.

    `accounts` are the account that acts and its linked ones, `grants` those of all of them that run. `block` keeps the
    person out, `suspension` the chapter that the request comes from.
    """

    accounts: tuple[str, ...] = ()
    grants: tuple[Grant, ...] = ()
    block: Block | None = None
    suspension: Block | None = None
    themes: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "themes", frozenset(one.theme for one in self.grants if one.role == EXPERT))

    def has(self, role: str, workspace_id: str = "") -> bool:
        return any((one.role, one.workspace_id) == (role, workspace_id) for one in self.grants)


NOBODY = Standing()


class GrantStore(Protocol):
    """Grants; expired ones stay for a while, so that people see what ended."""

    async def standing(self, user_id: str, workspace_id: str, now: datetime) -> Standing:
        """Return the standing of whoever acts from that account in that chapter."""

    async def holders(self, role: str, now: datetime, theme: str = "") -> tuple[Grant, ...]:
        """Return the running grants of a role, oldest first."""

    async def all(self) -> tuple[Grant, ...]:
        """Return every grant, those that ended too, by end."""

    async def get(self, grant_id: int) -> Grant | None:
        """Return the grant."""

    async def put(self, grant: Grant) -> Grant:
        """Store it with a new id, in place of one of the same account, role, chapter and theme."""

    async def remove(self, grant_id: int) -> None:
        """Delete it."""

    async def forget(self, before: datetime) -> int:
        """Delete those that ended before `before`; return how many."""


class BlockStore(Protocol):
    """Accounts and chapters that are kept out."""

    async def add(self, block: Block) -> Block | None:
        """Store it with its id; None when the account or chapter is kept out already."""

    async def remove(self, block_id: int) -> Block | None:
        """Delete and return it."""

    async def all(self) -> tuple[Block, ...]:
        """Return every one, newest first."""

    async def is_suspended(self, workspace_id: str) -> bool:
        """Say whether the chapter is kept out."""
