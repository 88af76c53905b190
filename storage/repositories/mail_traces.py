"""What the email list knows of a member: read when somebody acts by mail, gone when the member goes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.members import Member
from bot.domain.subscriptions import PLATFORM, Barred, Standing, subscription_id
from storage.models import MemberRow, SubscriptionRow
from storage.repositories.subscriptions import Suppressions
from storage.rows import run


async def subscriber(session: AsyncSession, user_id: str) -> MemberRow | None:
    """Return the member whose proved subscription acts under this user id."""
    wanted = select(MemberRow).join(SubscriptionRow, SubscriptionRow.person_id == MemberRow.id)
    found: MemberRow | None = await session.scalar(wanted.where(SubscriptionRow.id == subscription_id(user_id)))
    return found


async def mail_users(session: AsyncSession, member_id: str) -> tuple[str, ...]:
    """Return the user ids under which the member gets mail, or is asked to confirm that they want to."""
    rows = await session.scalars(_of(member_id))
    return tuple(f"{PLATFORM}:{row.id}" for row in rows if _is_own(row, member_id))


async def end_subscriptions(session: AsyncSession, secret: bytes, member: Member | None, now: datetime) -> None:
    """Delete the member's subscriptions and bar all their addresses; one merely claimed stays with its owner."""
    if member is None:
        return
    rows = (await session.scalars(_of(member.id))).all()
    own = [row for row in rows if _is_own(row, member.id)]
    for address in {member.email, *(row.address for row in own)} - {""}:
        await Suppressions(session, secret).add(address, Barred.ERASED, now)
    for row in rows:
        row.claimed_by = ""
    await session.flush()
    await run(session, delete(SubscriptionRow).where(SubscriptionRow.id.in_([row.id for row in own])))


def _of(member_id: str) -> Select[SubscriptionRow]:
    is_theirs = (SubscriptionRow.person_id == member_id) | (SubscriptionRow.claimed_by == member_id)
    return select(SubscriptionRow).where(is_theirs)


def _is_own(row: SubscriptionRow, member_id: str) -> bool:
    """Say whether nobody else has proved that the address is theirs."""
    return row.person_id == member_id or row.standing is Standing.ASKED
