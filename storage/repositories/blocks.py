"""Accounts and chapters that are kept out."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.grants import Block
from storage.codes import code_of
from storage.models import BlockRow
from storage.rows import entity_of, insert_into, values_of


class Blocks:
    """
    Args:
        secret: the instance key.
    """

    def __init__(self, session: AsyncSession, secret: bytes) -> None:
        self._session = session
        self._secret = secret

    async def add(self, block: Block) -> Block | None:
        code = self._code(block)
        values = values_of(block, apart=("id",)) | {"code": code}
        added = insert_into(self._session, BlockRow).values(values).on_conflict_do_nothing()
        row_id = await self._session.scalar(added.returning(BlockRow.id))
        row = await self._session.get(BlockRow, row_id) if row_id else None
        return entity_of(Block, row) if row else None

    async def remove(self, block_id: int) -> Block | None:
        row = await self._session.get(BlockRow, block_id)
        if row is None:
            return None
        await self._session.delete(row)
        await self._session.flush()
        return entity_of(Block, row)

    async def all(self) -> tuple[Block, ...]:
        rows = await self._session.scalars(select(BlockRow).order_by(BlockRow.id.desc()))
        return tuple(entity_of(Block, row) for row in rows)

    async def is_suspended(self, workspace_id: str) -> bool:
        wanted = select(BlockRow.id).where(BlockRow.code == code_of_chapter(self._secret, workspace_id))
        return await self._session.scalar(wanted) is not None

    def _code(self, block: Block) -> str:
        if block.workspace_id:
            return code_of_chapter(self._secret, block.workspace_id)
        return code_of_account(self._secret, block.user_id)


def code_of_account(secret: bytes, user_id: str) -> str:
    return code_of(secret, "blocked account", user_id)


def code_of_chapter(secret: bytes, workspace_id: str) -> str:
    return code_of(secret, "blocked chapter", workspace_id)
