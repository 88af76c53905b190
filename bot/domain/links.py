"""Linking two accounts of one person: a code made on one, typed on the other, and confirmed on both."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from bot.domain.members import Member
from bot.domain.visibility import FIELDS, Seen, seen_by

MAX_TRIES = 5  # wrong codes of one account within TRIES_WITHIN
TRIES_WITHIN = timedelta(hours=1)
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that looks like another
_TEXTS = ("name", "city", "email", "languages", "interests", "zone")


@dataclass(frozen=True, slots=True)
class Side:
    """An account, what it is called on its platform, and the workspace it acts in."""

    user_id: str
    name: str = ""
    workspace_id: str = ""

    @property
    def platform(self) -> str:
        return self.user_id.partition(":")[0]


@dataclass(frozen=True, slots=True)
class Link:
    """A link on its way. `taker` typed the code; `is_taken` says that they confirmed it. Times are aware UTC."""

    id: int
    maker: Side
    expires_at: datetime
    taker: Side = Side("")
    is_taken: bool = False


def new_code() -> str:
    """Return a code that is easy to type: eight of 32 letters, 40 random bits, as "ABCD-EFGH"."""
    letters = "".join(secrets.choice(_LETTERS) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"


def clean_code(typed: str) -> str:
    """Return the code as it is compared: capitals without hyphens or blanks."""
    return "".join(one for one in typed.upper() if one.isalnum())


def merged(one: Member, other: Member) -> Member:
    """Return one record of two of the same person, under the id of `one`.

    Of each field the one told last stays, where it is empty the other; what may be seen is the narrower of both.
    """
    newer, older = (one, other) if one.consented_at >= other.consented_at else (other, one)
    texts = {name: getattr(newer, name) or getattr(older, name) for name in _TEXTS}
    order = list(Seen)
    seen = {name: str(min(seen_by(one, name), seen_by(other, name), key=order.index)) for name in FIELDS}
    return replace(
        newer,
        id=one.id,
        created_at=min(one.created_at, other.created_at),
        shown={name: far for name, far in seen.items() if far != Seen.NOBODY},
        chapters=tuple(sorted({*one.chapters, *other.chapters})),
        **texts,
    )


class LinkStore(Protocol):
    """Links on their way; an account makes one at a time. Codes are kept as keyed hashes."""

    async def make(self, maker: Side, code: str, expires_at: datetime) -> Link:
        """Store a new one in place of the account's last."""

    async def take(self, code: str, taker: Side, now: datetime) -> Link | None:
        """Use the code up and return its link with the taker; None for a wrong, old or used one."""

    async def get(self, link_id: int, now: datetime) -> Link | None:
        """Return the link unless it is too old."""

    async def made_by(self, user_id: str, now: datetime) -> Link | None:
        """Return the account's own link whose code was typed and confirmed, if there is one."""

    async def confirm(self, link: Link, expires_at: datetime) -> Link:
        """Store that the taker confirmed it."""

    async def drop(self, link_id: int) -> None:
        """Delete it."""

    async def tries(self, user_id: str, now: datetime) -> int:
        """Return how many wrong codes the account typed within TRIES_WITHIN."""

    async def failed(self, user_id: str, now: datetime) -> None:
        """Count one wrong code more."""

    async def forget(self, now: datetime) -> int:
        """Delete what is too old; return how many links."""
