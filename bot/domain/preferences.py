"""How a person wants to be written to: language, time zone, quiet hours, and which messages at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Preferences:
    """One person's wishes; whoever told none has the defaults.

    `person_id` is the member's id, or the account's own id for somebody who has not joined. `lang` is "en", "es" or ""
    (as the platform says). `zone` is an IANA name or "". The quiet hours are "HH:MM" by the clock on the person's wall;
    from and to alike means none. `reminders` of convenings they answered, `direct_announcements` as direct messages,
    `digest` once a week in place of single messages, `topics` (themes) that they are about; () means all.
    """

    person_id: str
    lang: str = ""
    zone: str = ""
    quiet_from: str = "22:00"
    quiet_to: str = "08:00"
    reminders: bool = True
    direct_announcements: bool = False
    digest: bool = False
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who asked for announcements as direct messages; `accounts` are all of theirs.

    `workspaces` are where they joined; `city` is as they typed it, both empty for somebody who has not joined.
    """

    preferences: Preferences
    accounts: tuple[str, ...]
    city: str = ""
    workspaces: tuple[str, ...] = ()
    is_member: bool = False


class PreferenceStore(Protocol):
    """Wishes by the account of whoever told them."""

    async def of(self, user_id: str) -> Preferences:
        """Return the wishes of the person behind the account; a member's zone is that of their record."""

    async def save(self, preferences: Preferences) -> None:
        """Insert or replace; a member's zone goes to their record."""

    async def readers(self) -> tuple[Reader, ...]:
        """Return everybody who asked for announcements as direct messages, each person once."""

    async def language(self, user_id: str) -> str:
        """Return the language that the person chose, "" for none."""
