"""Announcements: a text in one or two languages, sent once to many channels."""

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
    CANCELLED = "cancelled"


class Audience(StrEnum):
    """Who receives it: every followed channel of the Alliance, or those of one chapter."""

    ALL = "all"
    CHAPTER = "chapter"


@dataclass(frozen=True, slots=True)
class Announcement:
    """An announcement. `id` is 0 until stored; `bodies` holds markup by language, English first.

    `when` is None for "as soon as it is confirmed".
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

    def sent(self, by: str, now: datetime) -> Announcement:
        return replace(self, state=State.SENT, sent_by=by, sent_at=now)

    def cancelled(self) -> Announcement:
        """Return it cancelled, with the next revision, since what people see of it changed."""
        return replace(self, state=State.CANCELLED, revision=self.revision + 1)

    def body(self, lang: str) -> str:
        """Return the text for readers of `lang`; English where nobody wrote another one."""
        return (self.message_es if lang == "es" else "") or self.message


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
