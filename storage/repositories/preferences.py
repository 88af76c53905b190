"""How people want to be written to; a member's zone is that of their record, so that there is one truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.preferences import Preferences, Reader
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

    async def readers(self) -> tuple[Reader, ...]:
        wanted = select(PreferenceRow).where(PreferenceRow.direct_announcements).order_by(PreferenceRow.person_id)
        rows = (await self._session.scalars(wanted)).all()
        members = {row.id: row for row in await self._session.scalars(select(MemberRow))} if rows else {}
        accounts: dict[str, list[AccountRow]] = {}
        for row in await self._session.scalars(select(AccountRow)) if rows else ():
            accounts.setdefault(row.member_id, []).append(row)
        return tuple(_reader(row, members.get(row.person_id), accounts.get(row.person_id, ())) for row in rows)

    async def language(self, user_id: str) -> str:
        return (await self.of(user_id)).lang


def _reader(row: PreferenceRow, member: MemberRow | None, accounts: Sequence[AccountRow]) -> Reader:
    wishes = entity_of(Preferences, row, topics=tuple(row.topics))
    if member is None:
        return Reader(wishes, (row.person_id,))
    users = tuple(sorted(one.user_id for one in accounts))
    places = tuple(sorted({one.workspace_id for one in accounts if one.workspace_id}))
    return Reader(replace(wishes, zone=member.zone), users, member.city, places, is_member=True)
