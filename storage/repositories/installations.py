"""Workspaces that installed the bot."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.installations import Installation
from storage.codes import code_of
from storage.models import InstallationRow, InstallStateRow
from storage.rows import entity_of, run, values_of


class Installations:
    """
    Args:
        secret: the instance key.
    """

    def __init__(self, session: AsyncSession, secret: bytes) -> None:
        self._session = session
        self._secret = secret

    async def save(self, installation: Installation) -> None:
        await self._session.merge(InstallationRow(**values_of(installation)))
        await self._session.flush()

    async def get(self, workspace_id: str) -> Installation | None:
        row = await self._session.get(InstallationRow, workspace_id)
        return entity_of(Installation, row) if row else None

    async def of_platform(self, platform: str) -> tuple[Installation, ...]:
        wanted = select(InstallationRow).where(
            InstallationRow.workspace_id.startswith(f"{platform}:", autoescape=True),
            InstallationRow.removed_at.is_(None),
        )
        rows = await self._session.scalars(wanted.order_by(InstallationRow.workspace_id))
        return tuple(entity_of(Installation, row) for row in rows)

    async def remove(self, workspace_id: str, now: datetime) -> bool:
        row = await self._session.get(InstallationRow, workspace_id)
        if row is None or row.removed_at is not None:
            return False
        row.token, row.removed_at = "", now
        await self._session.flush()
        return True

    async def keep_state(self, state: str, until: datetime) -> None:
        self._session.add(InstallStateRow(code=self._code(state), expires_at=until))
        await self._session.flush()

    async def take_state(self, state: str, now: datetime) -> bool:
        over = delete(InstallStateRow).where(InstallStateRow.expires_at <= now)
        await run(self._session, over)
        return await run(self._session, delete(InstallStateRow).where(InstallStateRow.code == self._code(state))) > 0

    def _code(self, state: str) -> str:
        return code_of(self._secret, "install", state)
