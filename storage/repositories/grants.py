"""Grants, and what a request asks about whoever makes it: one statement."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, literal, select, union
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.grants import Block, Grant, Standing
from storage.models import AccountRow, BlockRow, GrantRow
from storage.repositories.blocks import code_of_account, code_of_chapter
from storage.rows import entity_of, run, values_of


class Grants:
    """
    Args:
        secret: the instance key.
        locks: rows that are read may be changed, so others have to wait for them.
    """

    def __init__(self, session: AsyncSession, secret: bytes, *, locks: bool) -> None:
        self._session = session
        self._secret = secret
        self._locks = locks

    async def standing(self, user_id: str, workspace_id: str, now: datetime) -> Standing:
        account, chapter = code_of_account(self._secret, user_id), code_of_chapter(self._secret, workspace_id)
        found = (await self._session.execute(_asked(user_id, (account, chapter)))).all()
        accounts = dict.fromkeys((user_id, *(row[0] for row in found)))
        grants = {row.id: entity_of(Grant, row) for _, row, _ in found if row is not None}
        blocks = {row.code: entity_of(Block, row) for _, _, row in found if row is not None}
        running = tuple(one for one in grants.values() if one.runs(now))
        return Standing(tuple(accounts), running, blocks.get(account), blocks.get(chapter))

    async def holders(self, role: str, now: datetime, theme: str = "") -> tuple[Grant, ...]:
        runs = (GrantRow.granted_at <= now, GrantRow.until > now)
        wanted = select(GrantRow).where(GrantRow.role == role, *runs).order_by(GrantRow.id)
        return await self._found(wanted.where(GrantRow.theme == theme) if theme else wanted)

    async def all(self) -> tuple[Grant, ...]:
        return await self._found(select(GrantRow).order_by(GrantRow.until, GrantRow.id))

    async def get(self, grant_id: int) -> Grant | None:
        found = await self._found(select(GrantRow).where(GrantRow.id == grant_id))
        return found[0] if found else None

    async def put(self, grant: Grant) -> Grant:
        same = (GrantRow.user_id == grant.user_id, GrantRow.role == grant.role)
        place = (GrantRow.workspace_id == grant.workspace_id, GrantRow.theme == grant.theme)
        await run(self._session, delete(GrantRow).where(*same, *place))
        row = GrantRow(**values_of(grant, apart=("id",)))
        self._session.add(row)
        await self._session.flush()
        return entity_of(Grant, row)

    async def remove(self, grant_id: int) -> None:
        await run(self._session, delete(GrantRow).where(GrantRow.id == grant_id))

    async def forget(self, before: datetime) -> int:
        return await run(self._session, delete(GrantRow).where(GrantRow.until < before))

    async def _found(self, wanted: Select[GrantRow]) -> tuple[Grant, ...]:
        fresh = wanted.execution_options(populate_existing=True)
        rows = await self._session.scalars(fresh.with_for_update() if self._locks else fresh)
        return tuple(entity_of(Grant, row) for row in rows)


def _asked(user_id: str, codes: tuple[str, ...]) -> Any:
    """Return the statement: the linked accounts, their grants, and what keeps account or chapter out."""
    member = select(AccountRow.member_id).where(AccountRow.user_id == user_id).scalar_subquery()
    linked = select(AccountRow.user_id).where(AccountRow.member_id == member)
    mine = union(select(literal(user_id, GrantRow.user_id.type).label("user_id")), linked).subquery()
    wanted = select(mine.c.user_id, GrantRow, BlockRow).select_from(mine)
    granted = wanted.outerjoin(GrantRow, GrantRow.user_id == mine.c.user_id)
    return granted.outerjoin(BlockRow, BlockRow.code.in_(codes)).order_by(GrantRow.id)
