"""Secret addresses of people's own calendars, and codes that stand for ids in calendars."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.codes import code_of
from storage.models import CalendarRow, ConveningRow
from storage.rows import run

_SECRET_BYTES = 24


class Calendars:
    def __init__(self, session: AsyncSession, secret: bytes) -> None:
        self._session = session
        self._secret = secret

    async def renew(self, user_id: str, now: datetime) -> str:
        await run(self._session, delete(CalendarRow).where(CalendarRow.user_id == user_id))
        secret = secrets.token_urlsafe(_SECRET_BYTES)
        self._session.add(CalendarRow(secret_hash=_hash(secret), user_id=user_id, created_at=now))
        await self._session.flush()
        return secret

    async def has(self, user_id: str) -> bool:
        wanted = select(CalendarRow.user_id).where(CalendarRow.user_id == user_id)
        return await self._session.scalar(wanted) is not None

    async def owner(self, secret: str) -> str:
        wanted = select(CalendarRow.user_id).where(CalendarRow.secret_hash == _hash(secret))
        return await self._session.scalar(wanted) or ""

    def uid(self, convening_id: int) -> str:
        return f"{code_of(self._secret, 'calendar', str(convening_id))}@hrc-bot"

    def code(self, workspace_id: str) -> str:
        return code_of(self._secret, "chapter calendar", workspace_id)

    async def workspace(self, code: str) -> str:
        known = await self._session.scalars(select(ConveningRow.workspace_id).distinct())
        return next((one for one in known if self.code(one) == code), "")


def _hash(secret: str) -> str:
    """Return what is stored; a secret of 192 random bits needs no slow hash."""
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()
