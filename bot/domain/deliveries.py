"""Deliveries: what each target should show, and what it shows.

Desired state: a row says which revision a target should show (`wanted`) and which it shows (`shown`). Post, edit and
recovery after a crash are one loop over rows whose two differ.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

NOW = timedelta(0)


class Subject(StrEnum):
    """What is delivered; the row's `subject_id` names which one."""

    CONVENING = "convening"
    ANNOUNCEMENT = "announcement"
    PROMOTION = "promotion"  # a place became free for the person
    ANSWER = "answer"  # the answer to a question that somebody asked a person
    QUESTION_NOTICE = "question_notice"  # a question waits for its experts
    FEEDBACK = "feedback"  # a convening is over: how was it?
    REMINDER = "reminder"  # a date of a convening comes near
    NOTICE = "notice"  # a convening changed or was cancelled
    EVENT = "event"  # an entry in a workspace's own list of events
    PROPOSAL = "proposal"  # a topic waits for a second person
    APPROVAL = "approval"  # something waits for a second person
    LINK = "link"  # somebody typed the code of an account, whose owner is to confirm it
    SUBSCRIPTION = "subscription"  # somebody asked for the email list and is to confirm it
    OFFER = "offer"  # an announcement that a chapter is asked about before it is posted there
    GRANT = "grant"  # a role that somebody was given, for its holder
    GRANT_SOON = "grant_soon"  # a role ends in a month
    GRANT_LAST = "grant_last"  # a role ends in a week
    REPORT = "report"  # reports wait for a moderator
    REPORT_ANSWER = "report_answer"  # what became of a report, for whoever asked to be told
    WELCOME = "welcome"  # somebody let the bot into a workspace
    CHANNEL_LOST = "channel_lost"  # a channel receives nothing any more
    VERDICT = "verdict"  # what became of that, for whoever asked


class Status(StrEnum):
    """Where a delivery is.

    `verify`: its request may have reached the platform, so it is looked up before anything is sent again. `held`: it
    could not be looked up, so a person decides. `gone`: somebody deleted the message.
    """

    PENDING = "pending"
    LEASED = "leased"
    VERIFY = "verify"
    SHOWN = "shown"
    HELD = "held"
    REFUSED = "refused"
    DEAD = "dead"
    GONE = "gone"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Target:
    """Where a delivery goes: a channel, or one person's direct messages when `user_id` is set."""

    workspace_id: str
    channel_id: str = ""
    user_id: str = ""
    lang: str = "en"

    @property
    def address(self) -> str:
        return self.channel_id or self.user_id

    @property
    def platform(self) -> str:
        return self.address.partition(":")[0]


@dataclass(frozen=True, slots=True)
class Delivery:
    """One row. `key` is opaque and at most 24 characters: a nonce, a marker in the platform's message metadata.

    `message_id` is "" until the platform told it. `tried` is the revision that was wanted when it was last leased.
    `slot_at` is when its lane is free for it. Times are aware UTC.
    """

    id: int
    subject: Subject
    subject_id: int
    target: Target
    key: str
    status: Status
    wanted: int
    shown: int
    attempts: int
    next_attempt_at: datetime
    first_try_at: datetime | None = None
    last_try_at: datetime | None = None
    message_id: str = ""
    error_code: str = ""
    created_at: datetime | None = None
    shown_at: datetime | None = None
    part: int = 0
    lane_id: str = ""
    tried: int = 0
    slot_at: datetime | None = None


def delivery_key(secret: bytes, subject: Subject, subject_id: int, address: str, part: int = 0) -> str:
    """Return the row's opaque key, 24 characters of base32: it fits a nonce and tells outsiders nothing."""
    text = f"{subject}|{subject_id}|{address}|{part}".encode()
    digest = hmac.new(secret, text, hashlib.sha256).digest()
    return base64.b32encode(digest[:15]).decode().lower()


class DeliveryStore(Protocol):
    """Deliveries: stored with what they deliver, claimed by the worker."""

    async def want(
        self, subject: Subject, subject_id: int, targets: tuple[Target, ...], revision: int, due: datetime
    ) -> int:
        """Make the rows that are missing, raise `wanted` on the others; return how many rows are new."""

    async def raise_wanted(
        self,
        subject: Subject,
        subject_id: int,
        revision: int,
        due: datetime,
        *,
        is_cancelled: bool = False,
        in_channels: bool = False,
    ) -> None:
        """Ask every target that shows or will show the subject for a newer revision; cancellations go first.

        `in_channels`: those of single readers keep what they have, since mail cannot be edited.
        """

    async def drop_pending(self, subject: Subject, subject_id: int) -> int:
        """Drop the rows that were never sent; return how many."""

    async def drop_waiting(
        self, subject: Subject, workspace_id: str, *, channel_id: str = "", only: tuple[int, ...] | None = None
    ) -> int:
        """Drop what was never sent to a workspace's channels, or to one of them; `only` names the subjects meant."""

    async def of_subject(self, subject: Subject, subject_id: int) -> tuple[Delivery, ...]:
        """Return the subject's rows, oldest first: the report."""

    async def has_shown(self, subject: Subject, address: str) -> bool:
        """Say whether anything of that kind was ever shown at the address."""

    async def get(self, delivery_id: int) -> Delivery | None:
        """Return one row."""

    async def by_key(self, key: str) -> Delivery | None:
        """Return the row whose opaque key this is."""

    async def unsettled(self, workspace_id: str, limit: int) -> tuple[Delivery, ...]:
        """Return rows that are held or dead, oldest first; of every workspace for ""."""

    async def resolve(self, delivery_id: int, *, again: bool, due: datetime) -> bool:
        """Settle a row that waits for a person or came to nothing: send it, or never; False for any other row."""


class LaneStore(Protocol):
    """The worker's side of deliveries: what is due, at the pace of each lane."""

    async def claim(
        self, now: datetime, lease_until: datetime, limit: int, ahead: timedelta = NOW
    ) -> tuple[Delivery, ...]:
        """Lease rows whose lane is free for them by `now + ahead`; nothing while sending is paused.

        Returns:
            Each row with its former status, `pending` or `verify`, and the moment of its turn.
        """

    async def finish(self, *outcomes: Delivery) -> None:
        """Store the outcomes of leased rows. A `wanted` that was raised meanwhile makes a row pending again."""

    async def recover(self, now: datetime) -> int:
        """Turn rows whose lease belongs to a dead process into `verify`; return how many."""

    async def next_due(self) -> datetime | None:
        """Return when a claim may find something; None when nothing waits, or sending is paused."""

    async def block(self, lane_id: str, until: datetime, reason: str) -> None:
        """Let a lane rest: its platform asked for it."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """The deliveries of one platform in one state: how many, and when the first of them was due."""

    platform: str
    status: Status
    count: int
    oldest_due_at: datetime


@dataclass(frozen=True, slots=True)
class SendingState:
    """How sending stands: the deliveries by platform and state, lanes that wait by platform and reason, the pause."""

    backlogs: tuple[Backlog, ...]
    blocked: Mapping[tuple[str, str], int]
    is_paused: bool


class SendingStore(Protocol):
    """Whether anything may be sent; what is said here survives restarts, and holds for every process."""

    async def pause(self, reason: str, subject: Subject | None = None) -> None:
        """Send nothing more, or nothing of one subject, until `resume`; `reason` is one word, never free text."""

    async def resume(self, subject: Subject | None = None) -> None:
        """Take that pause back."""

    async def paused(self, subject: Subject | None = None) -> str:
        """Return why everything, or that subject alone, is paused; "" when it is not."""

    async def state(self, now: datetime) -> SendingState:
        """Return how sending stands, without an id of anybody or anything."""
