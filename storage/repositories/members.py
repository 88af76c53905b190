"""Members, their accounts, and everything that goes when they go."""

from __future__ import annotations

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.convenings import Going
from bot.domain.members import Member
from bot.errors import Conflict
from bot.i18n import N_
from storage.models import AccountRow, DeliveryRow, DraftRow, MemberRow, RsvpRow
from storage.rows import entity_of, run, values_of

ANOTHERS = N_("This account belongs to another member.")


class Members:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def by_user(self, user_id: str) -> Member | None:
        wanted = select(MemberRow).join(AccountRow, AccountRow.member_id == MemberRow.id)
        row = await self._session.scalar(wanted.where(AccountRow.user_id == user_id))
        return entity_of(Member, row) if row else None

    async def save(self, member: Member, user_id: str) -> Member:
        """Insert or update, tie the account, and take over what the account answered before.

        Raises:
            Conflict: the account belongs to another member.
        """
        account = await self._session.get(AccountRow, user_id)
        if account is not None and account.member_id != member.id:
            raise Conflict(ANOTHERS)
        await self._session.merge(MemberRow(**values_of(member)))
        await self._session.flush()
        if account is None:
            self._session.add(AccountRow(user_id=user_id, member_id=member.id))
            await self._take_over_answers(member.id, user_id)
        await self._session.flush()
        return member

    async def erase(self, member: Member) -> None:
        users = tuple(await self._session.scalars(_accounts_of(member)))
        people = (member.id, *users)
        await run(self._session, delete(RsvpRow).where(RsvpRow.person_id.in_(people) | RsvpRow.user_id.in_(users)))
        await run(self._session, delete(DraftRow).where(DraftRow.user_id.in_(users)))
        await run(self._session, delete(DeliveryRow).where(DeliveryRow.user_id.in_(users)))
        await run(self._session, delete(AccountRow).where(AccountRow.member_id == member.id))
        await run(self._session, delete(MemberRow).where(MemberRow.id == member.id))

    async def count(self) -> int:
        return await self._session.scalar(select(func.count()).select_from(MemberRow)) or 0

    async def _take_over_answers(self, member_id: str, user_id: str) -> None:
        """Move the account's answers to the member; where both answered, the newer one stays."""
        rows = await self._session.scalars(select(RsvpRow).where(RsvpRow.person_id.in_((member_id, user_id))))
        newest: dict[int, RsvpRow] = {}
        older: list[RsvpRow] = []
        for row in sorted(rows, key=lambda one: one.answered_at):
            before = newest.get(row.convening_id)
            if before is not None:
                row.position = _kept_place(before, row)
                older.append(before)
            newest[row.convening_id] = row
        for row in older:
            await self._session.delete(row)
        await self._session.flush()
        await run(self._session, update(RsvpRow).where(RsvpRow.person_id == user_id).values(person_id=member_id))


def _kept_place(before: RsvpRow, row: RsvpRow) -> int:
    """Return the better place in the queue of somebody who said yes twice."""
    return min(before.position, row.position) if before.answer is row.answer is Going.YES else row.position


def _accounts_of(member: Member) -> Select[str]:
    return select(AccountRow.user_id).where(AccountRow.member_id == member.id)
