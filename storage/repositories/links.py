"""Links of accounts on their way, and wrong codes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.links import TRIES_WITHIN, Link, Side, clean_code
from storage.codes import code_of
from storage.models import LinkRow, LinkTryRow
from storage.rows import run


class Links:
    """
    Args:
        secret: the instance key.
    """

    def __init__(self, session: AsyncSession, secret: bytes) -> None:
        self._session = session
        self._secret = secret

    async def make(self, maker: Side, code: str, expires_at: datetime) -> Link:
        await run(self._session, delete(LinkRow).where(LinkRow.maker == maker.user_id))
        row = LinkRow(
            maker=maker.user_id,
            maker_name=maker.name,
            maker_workspace=maker.workspace_id,
            code=self._code(code),
            expires_at=expires_at,
            taker="",
            taker_name="",
            taker_workspace="",
            is_taken=False,
        )
        self._session.add(row)
        await self._session.flush()
        return _link(row)

    async def take(self, code: str, taker: Side, now: datetime) -> Link | None:
        wanted = select(LinkRow).where(LinkRow.code == self._code(code), LinkRow.expires_at > now)
        row = await self._session.scalar(wanted.with_for_update())
        if row is None:
            return None
        row.code, row.taker, row.taker_name, row.taker_workspace = "", taker.user_id, taker.name, taker.workspace_id
        await self._session.flush()
        return _link(row)

    async def get(self, link_id: int, now: datetime) -> Link | None:
        wanted = select(LinkRow).where(LinkRow.id == link_id, LinkRow.expires_at > now)
        row = await self._session.scalar(wanted.execution_options(populate_existing=True))
        return _link(row) if row else None

    async def made_by(self, user_id: str, now: datetime) -> Link | None:
        wanted = select(LinkRow).where(LinkRow.maker == user_id, LinkRow.expires_at > now, LinkRow.is_taken)
        row = await self._session.scalar(wanted)
        return _link(row) if row else None

    async def confirm(self, link: Link, expires_at: datetime) -> Link:
        row = await self._session.get_one(LinkRow, link.id)
        row.is_taken, row.expires_at = True, expires_at
        await self._session.flush()
        return _link(row)

    async def drop(self, link_id: int) -> None:
        await run(self._session, delete(LinkRow).where(LinkRow.id == link_id))

    async def tries(self, user_id: str, now: datetime) -> int:
        row = await self._session.get(LinkTryRow, user_id, populate_existing=True)
        return row.count if row and now - row.since < TRIES_WITHIN else 0

    async def failed(self, user_id: str, now: datetime) -> None:
        count = await self.tries(user_id, now)
        row = await self._session.get(LinkTryRow, user_id)
        since = row.since if row and count else now
        await self._session.merge(LinkTryRow(user_id=user_id, count=count + 1, since=since))
        await self._session.flush()

    async def forget(self, now: datetime) -> int:
        await run(self._session, delete(LinkTryRow).where(LinkTryRow.since <= now - TRIES_WITHIN))
        return await run(self._session, delete(LinkRow).where(LinkRow.expires_at <= now))

    def _code(self, code: str) -> str:
        return code_of(self._secret, "link", clean_code(code))


def _link(row: LinkRow) -> Link:
    maker = Side(row.maker, row.maker_name, row.maker_workspace)
    taker = Side(row.taker, row.taker_name, row.taker_workspace)
    return Link(row.id, maker, row.expires_at, taker, row.is_taken)
