"""Requests seen already."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from storage.models import InboxRow
from storage.rows import insert_into, run


class Inbox:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def claim(self, key: str, now: datetime) -> bool:
        """Remember `key`; of two processes that claim it at once, the second waits and gets False."""
        wanted = insert_into(self._session, InboxRow).values(key=key, seen_at=now).on_conflict_do_nothing()
        return await self._session.scalar(wanted.returning(InboxRow.key)) is not None

    async def forget(self, before: datetime) -> int:
        return await run(self._session, delete(InboxRow).where(InboxRow.seen_at < before))
