"""What people agreed to: when, how, and which text they saw. Consents are only ever added to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bot.i18n import N_

# The text that somebody who joins agrees to. A change of its words, in any language, needs a new version.
CONSENT_VERSION = "2026-11"
CONSENT_TEXT = N_("May I store this until you delete it? Yes or no")


class Consented(StrEnum):
    """What a consent is about."""

    MEMBERSHIP = "membership"
    EMAIL_LIST = "email_list"
    DIRECT_ANNOUNCEMENTS = "direct_announcements"


@dataclass(frozen=True, slots=True)
class Consent:
    """One word given or taken back. `way` says how ("form", "words" or "link"), with the platform in front."""

    member_id: str
    kind: Consented
    is_given: bool
    way: str
    text_version: str
    at: datetime


class ConsentStore(Protocol):
    """Consents, append-only."""

    async def add(self, consent: Consent) -> None:
        """Append, unless the newest one of its kind says the same about the same text."""

    async def of(self, member_id: str) -> tuple[Consent, ...]:
        """Return the member's consents, oldest first."""
