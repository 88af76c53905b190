"""Members, their accounts, and everything that goes when they go."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Executable, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.announcements import State
from bot.domain.approvals import Verdict
from bot.domain.convenings import Going, Rsvp
from bot.domain.members import Kept, Member
from bot.domain.questions import Proposal
from bot.errors import Conflict
from bot.i18n import N_
from bot.ports import utc_now
from storage.holdings import Rows, counted, erase, move, people_of, rows_of
from storage.models import (
    AccountRow,
    AnnouncementRow,
    ApprovalHandRow,
    ApprovalRow,
    BlockRow,
    CalendarRow,
    DeliveryRow,
    GivenAnswerRow,
    MemberRow,
    PreferenceRow,
    QuestionRow,
    RsvpRow,
)
from storage.repositories.mail_traces import end_subscriptions, mail_users, subscriber
from storage.rows import entity_of, run, values_of
from storage.traces import leave

ANOTHERS = N_("This account belongs to another member.")


class Members:
    """
    Args:
        secret: the instance key.
    """

    def __init__(self, session: AsyncSession, secret: bytes) -> None:
        self._session = session
        self._secret = secret

    async def by_user(self, user_id: str) -> Member | None:
        wanted = select(MemberRow).join(AccountRow, AccountRow.member_id == MemberRow.id)
        row = await self._session.scalar(wanted.where(AccountRow.user_id == user_id))
        row = row or await subscriber(self._session, user_id)
        return entity_of(Member, row, chapters=await self._chapters(row.id)) if row else None

    async def save(self, member: Member, user_id: str, workspace_id: str = "") -> Member:
        """Insert or update, tie the account, and take over what the account answered before.

        Raises:
            Conflict: the account belongs to another member.
        """
        account = await self._session.get(AccountRow, user_id)
        if account is not None and account.member_id != member.id:
            raise Conflict(ANOTHERS)
        await self._session.merge(MemberRow(**values_of(member, apart=("chapters",))))
        await self._session.flush()
        if account is None:
            self._session.add(AccountRow(user_id=user_id, member_id=member.id, workspace_id=workspace_id))
            await self._take_over(member.id, (user_id,))
        await self._session.flush()
        return member

    async def accounts_of(self, user_id: str) -> tuple[str, ...]:
        return await self._users(await self.by_user(user_id), user_id)

    async def merge(self, member: Member, other_id: str) -> None:
        await self._session.merge(MemberRow(**values_of(member, apart=("chapters",))))
        accounts = update(AccountRow).where(AccountRow.member_id == other_id)
        await run(self._session, accounts.values(member_id=member.id))
        await self._take_over(member.id, (other_id,))
        await run(self._session, delete(MemberRow).where(MemberRow.id == other_id))
        await leave(self._session)

    async def part(self, user_id: str) -> None:
        others = [one for one in await self.accounts_of(user_id) if one != user_id]
        reached = await self._session.get_one(AccountRow, others[0])
        theirs = update(RsvpRow).where(RsvpRow.user_id == user_id)
        place = {"user_id": reached.user_id, "workspace_id": reached.workspace_id or RsvpRow.workspace_id}
        for statement in (
            theirs.values(place),
            delete(DeliveryRow).where(DeliveryRow.user_id == user_id),
            delete(CalendarRow).where(CalendarRow.user_id == user_id),
            delete(AccountRow).where(AccountRow.user_id == user_id),
        ):
            await run(self._session, statement)

    async def numbered(self, number: str) -> tuple[str, ...]:
        wanted = select(AccountRow).where(AccountRow.member_id.startswith(number, autoescape=True))
        rows = (await self._session.scalars(wanted.order_by(AccountRow.user_id))).all()
        return tuple(row.user_id for row in rows) if len({row.member_id for row in rows}) == 1 else ()

    async def adopt(self, member_id: str, user_id: str) -> None:
        await self._take_over(member_id, (user_id,))

    async def kept(self, user_id: str) -> Kept:
        member = await self.by_user(user_id)
        users = await self._everywhere(member, user_id)
        people = await people_of(self._session, member.id if member else "", users)
        wanted = select(RsvpRow).where(_answers_of(people)).order_by(RsvpRow.answered_at.desc())
        answers = tuple(entity_of(Rsvp, row, order=row.position) for row in await self._session.scalars(wanted))
        asked = select(QuestionRow.id).where(QuestionRow.user_id.in_(users)).order_by(QuestionRow.id)
        questions = tuple(await self._session.scalars(asked))
        return Kept(member, answers, questions, await counted(self._session, people))

    async def exported(self, user_id: str) -> Rows:
        member = await self.by_user(user_id)
        users = await self._everywhere(member, user_id)
        return await rows_of(self._session, await people_of(self._session, member.id if member else "", users))

    async def erase(self, user_id: str) -> None:
        """Erase the person behind the account, with all their accounts if they joined.

        What happens to each table stands in `bot.domain.holdings`. Beyond it: announcements, proposals and requests for
        a second person that were never sent, published or decided go or lose the person's words, or somebody could
        confirm their own after all; keyed codes of addresses stay in `suppression`, so that no imported list brings
        the person back; a subscription that they only claimed stays with whoever proved it to be theirs.
        """
        member = await self.by_user(user_id)
        users = await self._everywhere(member, user_id)
        people = await people_of(self._session, member.id if member else "", users)
        await end_subscriptions(self._session, self._secret, member, utc_now())
        for statement in (
            delete(AnnouncementRow).where(AnnouncementRow.created_by.in_(users), AnnouncementRow.state == State.DRAFT),
            *_forgotten_questions(users),
            _lapsed_requests(users),
            update(BlockRow).where(BlockRow.user_id.in_(users)).values(user_id="", reason=""),
        ):
            await run(self._session, statement)
        await erase(self._session, people)
        await leave(self._session)

    async def all(self) -> tuple[Member, ...]:
        rows = await self._session.scalars(select(MemberRow).order_by(MemberRow.created_at, MemberRow.id))
        return tuple([entity_of(Member, row, chapters=await self._chapters(row.id)) for row in rows])

    async def count(self) -> int:
        return await self._session.scalar(select(func.count()).select_from(MemberRow)) or 0

    async def _users(self, member: Member | None, user_id: str) -> tuple[str, ...]:
        """Return the account and the others of its member."""
        if member is None:
            return (user_id,)
        wanted = select(AccountRow.user_id).where(AccountRow.member_id == member.id)
        return tuple(sorted(await self._session.scalars(wanted)))  # in the database they are in no readable order

    async def _everywhere(self, member: Member | None, user_id: str) -> tuple[str, ...]:
        """Return the person's accounts, and the ids under which they get mail."""
        mail = await mail_users(self._session, member.id) if member else ()
        return (*await self._users(member, user_id), *mail)

    async def _chapters(self, member_id: str) -> tuple[str, ...]:
        wanted = select(AccountRow.workspace_id).where(AccountRow.member_id == member_id, AccountRow.workspace_id != "")
        return tuple(sorted(set(await self._session.scalars(wanted))))

    async def _take_over(self, member_id: str, old: tuple[str, ...]) -> None:
        """Give the member what stood under the ids of `old`, so that the person counts once."""
        await self._join_answers((member_id, *old))
        for wishes in [await self._session.get(PreferenceRow, one, populate_existing=True) for one in old]:
            lacks_zone = update(MemberRow).where(MemberRow.id == member_id, MemberRow.zone == "")
            await run(self._session, lacks_zone.values(zone=wishes.zone if wishes else ""))
            if wishes:
                wishes.zone = ""
        await move(self._session, old, member_id)

    async def _join_answers(self, people: tuple[str, ...]) -> None:
        """Keep the newest of the answers that one person gave to one convening under several ids."""
        rows = await self._session.scalars(select(RsvpRow).where(RsvpRow.person_id.in_(people)))
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


def _forgotten_questions(users: tuple[str, ...]) -> tuple[Executable, ...]:
    """Return what takes the person's words out of proposals, and ends the person's own."""
    asked = select(QuestionRow.answer_id).where(QuestionRow.user_id.in_(users))
    waits = GivenAnswerRow.proposal.in_((Proposal.DRAFT, Proposal.PROPOSED))
    is_own = GivenAnswerRow.answered_by.in_(users) | GivenAnswerRow.proposed_by.in_(users)
    unworded = {"proposal": Proposal.DRAFT, "titles": {}, "revision": GivenAnswerRow.revision + 1}
    return (
        update(GivenAnswerRow).where(GivenAnswerRow.id.in_(asked), waits).values(unworded),
        update(GivenAnswerRow).where(is_own, waits).values(proposal=Proposal.NONE),
    )


def _lapsed_requests(users: tuple[str, ...]) -> Executable:
    """Return what ends the requests for a second person that the person had a hand in."""
    theirs = select(ApprovalHandRow.approval_id).where(ApprovalHandRow.user_id.in_(users))
    waits = ApprovalRow.verdict == Verdict.WAITING
    return update(ApprovalRow).where(ApprovalRow.id.in_(theirs), waits).values(verdict=Verdict.LAPSED)


def _kept_place(before: RsvpRow, row: RsvpRow) -> int:
    """Return the better place in the queue of somebody who said yes twice."""
    return min(before.position, row.position) if before.answer is row.answer is Going.YES else row.position


def _answers_of(people: tuple[str, ...]) -> ColumnElement[bool]:
    return RsvpRow.person_id.in_(people) | RsvpRow.user_id.in_(people)
