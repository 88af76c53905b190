"""The email list: who receives it, since when, and by which consent; and addresses that are not written to any more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

PLATFORM = "email"
LIST = f"{PLATFORM}:list"  # the workspace of all subscribers, and the one channel where another program keeps the list
TEXT_VERSION = "2026-11"  # of the words that people agree to

CONFIRMS_WITHIN = timedelta(hours=48)
SOFT_WITHIN = timedelta(days=30)
SOFT_LIMIT = 5  # mails that came back for a while before the address is given up


class Standing(StrEnum):
    """Where a subscription is; mail goes to confirmed ones alone, but for the one that asks to confirm."""

    ASKED = "asked"
    CONFIRMED = "confirmed"
    SUSPENDED = "suspended"  # its mail came back
    HANDED = "handed"  # another program keeps the list, and asks the owner itself
    LEAVING = "leaving"  # another program that keeps the list is yet to hear of it


class Way(StrEnum):
    """How somebody asked for the list."""

    JOIN = "join"
    CHAT = "chat"
    WEB = "web"
    IMPORT = "import"


class Barred(StrEnum):
    """Why an address is not written to unless its owner asks anew."""

    LEFT = "left"
    ERASED = "erased"
    BOUNCED = "bounced"


class Purpose(StrEnum):
    """What the bearer of a token may do; a token of one purpose is worth nothing for another."""

    CONFIRM = "confirm"
    LEAVE = "leave"
    RSVP = "rsvp"


@dataclass(frozen=True, slots=True)
class Subscription:
    """One address on one list. `id` is a random UUID as text; times are aware UTC.

    `person_id` is the member's id, "" for an address alone. `claimed_by` is a member who says that the address is
    theirs and has yet to prove it. `asks` counts the confirm mails, the last one sent at `mailed_at`.
    """

    id: str
    list_id: str
    address: str
    standing: Standing
    asked_at: datetime
    way: Way
    text_version: str
    lang: str = "en"
    person_id: str = ""
    claimed_by: str = ""
    confirmed_at: datetime | None = None
    asks: int = 0
    mailed_at: datetime | None = None
    soft_bounces: int = 0
    bounced_at: datetime | None = None

    @property
    def user_id(self) -> str:
        """Return it as deliveries and answers name it: never the address."""
        return f"{PLATFORM}:{self.id}"

    def waits_for_proof(self, now: datetime) -> bool:
        """Say whether a confirm link would change something and is young enough."""
        is_open = self.standing is not Standing.CONFIRMED or bool(self.claimed_by)
        return is_open and self.standing is not Standing.LEAVING and now - self.asked_at < CONFIRMS_WITHIN

    def confirmed(self, now: datetime) -> Subscription:
        """Return it as its owner confirmed it; the first time stays on record."""
        since = self.confirmed_at if self.standing is Standing.CONFIRMED else now
        owner = self.claimed_by or self.person_id
        clean = replace(self, soft_bounces=0, bounced_at=None)
        return replace(clean, standing=Standing.CONFIRMED, confirmed_at=since, person_id=owner, claimed_by="")

    def bounced(self, now: datetime, *, is_hard: bool) -> Subscription:
        """Return it after a mail came back: given up when that is final, or was the fifth time in 30 days."""
        is_new = self.bounced_at is None or now - self.bounced_at > SOFT_WITHIN
        count = 1 if is_new else self.soft_bounces + 1
        standing = Standing.SUSPENDED if is_hard or count >= SOFT_LIMIT else self.standing
        return replace(self, standing=standing, soft_bounces=count, bounced_at=now)


def list_of(settings_list_id: str, from_address: str) -> str:
    """Return the list's id: the configured one, else one made from the sender's domain."""
    return settings_list_id or f"news.{from_address.rpartition('@')[2] or 'localhost'}"


def subscription_id(user_id: str) -> str:
    """Return the subscription's id that a target or account names, "" for another platform's."""
    platform, _, found = user_id.partition(":")
    return found if platform == PLATFORM and user_id != LIST else ""


class SubscriptionStore(Protocol):
    """Subscriptions. Addresses are compared without regard to case."""

    async def get(self, subscription_id: str) -> Subscription | None:
        """Return the subscription."""

    async def of_address(self, list_id: str, address: str) -> Subscription | None:
        """Return the address's subscription to the list."""

    async def of_person(self, person_id: str) -> tuple[Subscription, ...]:
        """Return those of a member, also those that the member claims."""

    async def save(self, subscription: Subscription) -> Subscription:
        """Insert or update."""

    async def drop(self, subscription: Subscription, *, ends_wish: bool = True) -> None:
        """Delete it, with what is on its way to it; the member's record says no to the list where `ends_wish`."""

    async def readers(self, list_id: str) -> tuple[Subscription, ...]:
        """Return the confirmed ones."""

    async def reached(self, list_id: str) -> tuple[tuple[str, str], ...]:
        """Return id and language of the confirmed ones: what a mail to all of them needs, without their addresses."""

    async def counts(self, list_id: str) -> Mapping[Standing, int]:
        """Return how many there are of each standing; those of which there is none are left out."""

    async def asked_since(self, list_id: str, since: datetime) -> int:
        """Return how many were mailed a link to confirm since then."""

    async def forget_unconfirmed(self, asked_before: datetime) -> int:
        """Delete those that nobody confirmed in time; return how many."""

    def token(self, purpose: Purpose, subscription: Subscription, about: str = "") -> str:
        """Return the token for a link: 192 bits that only this bot can make; nothing of it is stored.

        `about` binds it to one thing more, such as a convening's number.
        """

    async def of_token(self, purpose: Purpose, token: str, list_id: str, about: str = "") -> Subscription | None:
        """Return whose token it is; None for one that is forged, of another list or purpose, or used up."""


class SuppressionStore(Protocol):
    """Keyed hashes of addresses that are not written to; they outlive whoever is erased."""

    async def add(self, address: str, reason: Barred, now: datetime) -> None:
        """Remember the address, as a hash alone."""

    async def reason(self, address: str) -> Barred | None:
        """Return why the address is not written to."""

    async def lift(self, address: str) -> None:
        """Forget it, since the owner asked for mail anew."""

    async def counts(self) -> Mapping[Barred, int]:
        """Return how many there are for each reason."""
