"""Announcements: a text in one or two languages, sent once to many channels and people."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bot.domain.times import WallTime


class State(StrEnum):
    """Where an announcement is on its way."""

    DRAFT = "draft"
    SENT = "sent"  # its deliveries exist; they may still be on their way or wait for their time
    CANCELLED = "cancelled"  # before it was posted everywhere
    WITHDRAWN = "withdrawn"  # taken back: every copy says so
    OVER = "over"  # its time went by: every copy says so


class Audience(StrEnum):
    """Who receives it: every followed channel of the Alliance, or those of one chapter."""

    ALL = "all"
    CHAPTER = "chapter"


@dataclass(frozen=True, slots=True)
class Only:
    """Whom in the audience it is for; "" leaves nobody out.

    `city` is a name, `region` and `theme` are ids of the knowledge base, `lang` is "en" or "es". `role` is "member",
    "organizer" or "steering": those alone get it, as direct messages, since a channel is read by everybody.
    """

    city: str = ""
    region: str = ""
    theme: str = ""
    lang: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class Texts:
    """What people read: the title, the message as markup, and the message in Spanish or ""."""

    title: str
    message: str
    message_es: str = ""


@dataclass(frozen=True, slots=True)
class Announcement:
    """An announcement. `id` is 0 until stored.

    `when` is None for "as soon as it is confirmed", `until` None where it never gets too old. `reason` is why it was
    withdrawn. `corrected_at` is when its texts changed after it was sent.
    """

    id: int
    workspace_id: str
    created_by: str
    created_at: datetime
    title: str
    message: str
    message_es: str = ""
    audience: Audience = Audience.CHAPTER
    when: WallTime | None = None
    state: State = State.DRAFT
    revision: int = 1
    sent_at: datetime | None = None
    sent_by: str = ""
    only: Only = Only()
    until: WallTime | None = None
    corrected_at: datetime | None = None
    reason: str = ""

    @property
    def texts(self) -> Texts:
        return Texts(self.title, self.message, self.message_es)

    @property
    def is_public(self) -> bool:
        """Say whether it was sent, and is neither cancelled nor withdrawn."""
        return self.state in (State.SENT, State.OVER)

    def is_over(self, now: datetime) -> bool:
        return self.until is not None and self.until.utc <= now

    def sent(self, by: str, now: datetime) -> Announcement:
        return replace(self, state=State.SENT, sent_by=by, sent_at=now)

    def cancelled(self) -> Announcement:
        """Return it cancelled, with the next revision, since what people see of it changed."""
        return replace(self, state=State.CANCELLED, revision=self.revision + 1)

    def withdrawn(self, reason: str) -> Announcement:
        return replace(self, state=State.WITHDRAWN, reason=reason, revision=self.revision + 1)

    def expired(self) -> Announcement:
        return replace(self, state=State.OVER, revision=self.revision + 1)

    def corrected(self, texts: Texts, now: datetime) -> Announcement:
        changed = replace(self, title=texts.title, message=texts.message, message_es=texts.message_es)
        return replace(changed, corrected_at=now, revision=self.revision + 1)

    def body(self, lang: str) -> str:
        """Return the text for readers of `lang`; English where nobody wrote another one."""
        return (self.message_es if lang == "es" else "") or self.message

    def speaks(self, lang: str) -> bool:
        """Say whether somebody wrote it in that language."""
        return lang == "en" or (lang == "es" and bool(self.message_es))


@dataclass(frozen=True, slots=True)
class Correction:
    """Other words for an announcement that was sent; they wait until they are confirmed. `id` is 0 until stored."""

    id: int
    announcement_id: int
    texts: Texts
    created_by: str
    created_at: datetime


class AnnouncementStore(Protocol):
    """Announcements."""

    async def add(self, announcement: Announcement) -> Announcement:
        """Store a new one and return it with its id."""

    async def save(self, announcement: Announcement) -> Announcement:
        """Store a changed one."""

    async def get(self, announcement_id: int) -> Announcement | None:
        """Return the announcement."""

    async def recent(self, workspace_id: str = "", limit: int = 10) -> tuple[Announcement, ...]:
        """Return the newest, of one workspace or of all."""

    async def same_text_since(self, announcement: Announcement, since: datetime) -> Announcement | None:
        """Return another one with the same text and audience, sent at or after `since`."""

    async def with_an_end(self) -> tuple[Announcement, ...]:
        """Return those sent whose copies are to say one day that they are over."""


class CorrectionStore(Protocol):
    """Corrections that wait, or waited, for confirmation."""

    async def add(self, correction: Correction) -> Correction:
        """Store a new one and return it with its id."""

    async def get(self, correction_id: int) -> Correction | None:
        """Return the correction."""

    async def newest(self, announcement_id: int) -> Correction | None:
        """Return the last one written for an announcement."""
