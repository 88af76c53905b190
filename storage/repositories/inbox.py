"""Requests seen already, as keyed hashes: some platforms' request ids hold the id of who asked."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from storage.codes import code_of
from storage.models import InboxRow
from storage.rows import insert_into, run


class Inbox:
    """
    Args:
        secret: the instance key.
    """

    def __init__(self, session: AsyncSession, secret: bytes) -> None:
        self._session = session
        self._secret = secret

    async def claim(self, key: str, now: datetime) -> bool:
        """Remember `key`; of two processes that claim it at once, the second waits and gets False."""
        row = {"key": code_of(self._secret, "request", key), "seen_at": now}
        wanted = insert_into(self._session, InboxRow).values(**row).on_conflict_do_nothing()
        return await self._session.scalar(wanted.returning(InboxRow.key)) is not None

    async def forget(self, before: datetime) -> int:
        return await run(self._session, delete(InboxRow).where(InboxRow.seen_at < before))
