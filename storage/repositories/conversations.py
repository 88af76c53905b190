"""The topic answered last, by the keyed hash of place and person."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.codes import code_of
from storage.models import ConversationRow
from storage.rows import insert_into, run


class Conversations:
    """
    Args:
        secret: the instance key.
    """

    def __init__(self, session: AsyncSession, secret: bytes) -> None:
        self._session = session
        self._secret = secret

    async def remember(self, key: str, topic_id: str, lang: str, until: datetime) -> None:
        changed = {"topic_id": topic_id, "lang": lang, "expires_at": until}
        wanted = insert_into(self._session, ConversationRow).values(key=self._code(key), **changed)
        await self._session.execute(wanted.on_conflict_do_update(index_elements=["key"], set_=changed))

    async def recall(self, key: str, now: datetime) -> tuple[str, str] | None:
        is_meant = (ConversationRow.key == self._code(key), ConversationRow.expires_at > now)
        wanted = select(ConversationRow.topic_id, ConversationRow.lang).where(*is_meant)
        found = (await self._session.execute(wanted)).first()
        return (found.topic_id, found.lang) if found else None

    async def forget_expired(self, now: datetime) -> int:
        return await run(self._session, delete(ConversationRow).where(ConversationRow.expires_at <= now))

    def _code(self, key: str) -> str:
        return code_of(self._secret, "conversation", key)
