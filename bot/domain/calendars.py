"""Calendars that people subscribe to: the secret addresses of their own, and codes in place of ids."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class CalendarStore(Protocol):
    """Secret calendar addresses, of which only a hash is stored, and lasting ids that tell strangers nothing."""

    async def renew(self, user_id: str, now: datetime) -> str:
        """Return a new secret for the account's own calendar; the one before opens nothing any more."""

    async def has(self, user_id: str) -> bool:
        """Say whether the account has a calendar address of its own."""

    async def owner(self, secret: str) -> str:
        """Return the account whose calendar the secret opens, "" for none."""

    def uid(self, convening_id: int) -> str:
        """Return the convening's lasting id in calendars, the same for as long as the database lives."""

    def code(self, workspace_id: str) -> str:
        """Return what stands for a chapter in the address of its calendar."""

    async def workspace(self, code: str) -> str:
        """Return the chapter with convenings for which `code` stands, "" for none."""
