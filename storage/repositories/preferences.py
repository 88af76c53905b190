"""How people want to be written to; a member's zone is that of their record, so that there is one truth."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.preferences import Preferences
from storage.models import AccountRow, MemberRow, PreferenceRow
from storage.rows import entity_of, run, values_of


class Wishes:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def of(self, user_id: str) -> Preferences:
        wanted = select(MemberRow.id, MemberRow.zone).join(AccountRow, AccountRow.member_id == MemberRow.id)
        member = (await self._session.execute(wanted.where(AccountRow.user_id == user_id))).first()
        person_id = member.id if member else user_id
        row = await self._session.get(PreferenceRow, person_id, populate_existing=True)
        found = entity_of(Preferences, row, topics=tuple(row.topics)) if row else Preferences(person_id)
        return replace(found, zone=member.zone) if member else found

    async def save(self, preferences: Preferences) -> None:
        record = update(MemberRow).where(MemberRow.id == preferences.person_id)
        is_member = await run(self._session, record.values(zone=preferences.zone))
        stored = replace(preferences, zone="") if is_member else preferences
        await self._session.merge(PreferenceRow(**values_of(stored, apart=("topics",)), topics=list(stored.topics)))
        await self._session.flush()

    async def language(self, user_id: str) -> str:
        return (await self.of(user_id)).lang
