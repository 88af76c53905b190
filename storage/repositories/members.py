"""Members, their accounts, and everything that goes when they go."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Executable, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from bot.domain.announcements import State
from bot.domain.approvals import Verdict
from bot.domain.convenings import Going, Rsvp
from bot.domain.members import Kept, Member
from bot.domain.questions import Proposal
from bot.errors import Conflict
from bot.i18n import N_
from bot.ports import utc_now
from storage.models import (
    AccountRow,
    AnnouncementRow,
    ApprovalHandRow,
    ApprovalRow,
    AuditPersonRow,
    AuditRow,
    BlockRow,
    CalendarRow,
    ConveningRow,
    DeliveryRow,
    DraftRow,
    FollowRow,
    GivenAnswerRow,
    GrantRow,
    MemberRow,
    PreferenceRow,
    QuestionRow,
    RsvpRow,
)
from storage.repositories.mail_traces import end_subscriptions, mail_users, subscriber
from storage.rows import entity_of, run, values_of
from storage.traces import leave

ANOTHERS = N_("This account belongs to another member.")
_ANSWERERS = (GivenAnswerRow.answered_by, GivenAnswerRow.proposed_by, GivenAnswerRow.approved_by)
_AUTHORS = (
    ConveningRow.created_by,
    AnnouncementRow.created_by,
    AnnouncementRow.sent_by,
    FollowRow.created_by,
    ApprovalRow.decided_by,
    GrantRow.granted_by,
    BlockRow.blocked_by,
    *_ANSWERERS,
)
_NAMED_IN = {
    "calendars": (CalendarRow.user_id,),
    "forms": (DraftRow.user_id,),
    "messages": (DeliveryRow.user_id,),
    "answered": (GivenAnswerRow.answered_by,),
    "grants": (GrantRow.user_id,),
    "blocks": (BlockRow.user_id,),
    "authored": (ConveningRow.created_by, AnnouncementRow.created_by, FollowRow.created_by),
    "decided": (ApprovalHandRow.user_id, ApprovalRow.decided_by),
}


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
            await self._take_over_answers(member.id, user_id)
            await self._take_over_wishes(member.id, user_id)
        await self._session.flush()
        return member

    async def accounts_of(self, user_id: str) -> tuple[str, ...]:
        return await self._users(await self.by_user(user_id), user_id)

    async def adopt(self, member_id: str, user_id: str) -> None:
        await self._take_over_answers(member_id, user_id)

    async def kept(self, user_id: str) -> Kept:
        member = await self.by_user(user_id)
        users = await self._everywhere(member, user_id)
        wanted = select(RsvpRow).where(_answers_of(member, users)).order_by(RsvpRow.answered_at.desc())
        answers = tuple(entity_of(Rsvp, row, order=row.position) for row in await self._session.scalars(wanted))
        counts = {name: sum([await self._count(one, users) for one in some]) for name, some in _NAMED_IN.items()}
        asked = select(QuestionRow.id).where(QuestionRow.user_id.in_(users)).order_by(QuestionRow.id)
        counts["acts"] = await self._acts(users)
        counts["settings"] = await self._count(PreferenceRow.person_id, _people(member, users))
        counts["lists"] = len(await mail_users(self._session, member.id)) if member else 0
        return Kept(member, answers, questions=tuple(await self._session.scalars(asked)), **counts)

    async def erase(self, user_id: str) -> None:
        """Erase the person behind the account, with all their accounts if they joined. Table by table:

        - account, member: deleted.
        - rsvp, draft, preference, calendar: deleted; a calendar's address opens nothing from then on.
        - announcement, announcement_rev: those never sent are deleted, or somebody could confirm their own after all.
        - delivery: those addressed to the person are deleted, also when they wait or are on their way.
        - audit_person: deleted, so that nothing leads from a reference in the audit to the person.
        - audit: append-only and chained; it holds random references, and what was done stays.
        - approval, approval_hand: the account is taken out; what waits with a hand of the person in it lapses, or they
          could approve their own after all.
        - convening, announcement, follow: published for a chapter, so they stay; who made or sent them is emptied.
        - subscription: deleted; one that the person only claims stays with whoever proved it to be theirs.
        - suppression: keyed hashes of addresses; the person's are added, so that no import brings them back.
        - role_grant: deleted; of grants to others, who gave them is emptied.
        - block: the account and the reason are emptied; its keyed hash stays, or erasing would let people in again.
        - inbox: holds keyed hashes of requests for a day, no ids; kept, or a repeated request would be acted on again.
        - follow_topic, lane: topics of a channel, chapters; nothing of a person.
        - reminder: dates of convenings; the messages to people are deliveries.
        - question: deleted; a proposal whose wording comes from one loses it and waits for new words.
        - given_answer: was sent to others, so it stays; who gave, proposed or approved it is emptied, and what was not
          published is no proposal any more, or somebody could approve their own after all.
        - published_topic: reviewed content without a person.
        - conversation: a keyed hash and a topic, for minutes.
        - feedback: counts that belong to nobody. Questions that the bot answers are stored nowhere.
        - meta: knows no people.
        """
        member = await self.by_user(user_id)
        users = await self._everywhere(member, user_id)
        await end_subscriptions(self._session, self._secret, member, utc_now())
        people = _people(member, users)
        for statement in (
            delete(RsvpRow).where(_answers_of(member, users)),
            delete(PreferenceRow).where(PreferenceRow.person_id.in_(people)),
            delete(DraftRow).where(DraftRow.user_id.in_(users)),
            delete(CalendarRow).where(CalendarRow.user_id.in_(users)),
            delete(AnnouncementRow).where(AnnouncementRow.created_by.in_(users), AnnouncementRow.state == State.DRAFT),
            delete(DeliveryRow).where(DeliveryRow.user_id.in_(users)),
            *_forgotten_questions(users),
            *_forgotten_hands(users),
            *(update(one.class_).where(one.in_(users)).values({one.key: ""}) for one in _AUTHORS),
            delete(GrantRow).where(GrantRow.user_id.in_(users)),
            update(BlockRow).where(BlockRow.user_id.in_(users)).values(user_id="", reason=""),
            delete(AuditPersonRow).where(AuditPersonRow.user_id.in_(users)),
            delete(AccountRow).where(AccountRow.user_id.in_(users)),
            delete(MemberRow).where(MemberRow.id == (member.id if member else "")),
        ):
            await run(self._session, statement)
        await leave(self._session)

    async def count(self) -> int:
        return await self._session.scalar(select(func.count()).select_from(MemberRow)) or 0

    async def _acts(self, users: tuple[str, ...]) -> int:
        refs = select(AuditPersonRow.ref).where(AuditPersonRow.user_id.in_(users))
        return await self._session.scalar(select(func.count()).where(AuditRow.who.in_(refs))) or 0

    async def _users(self, member: Member | None, user_id: str) -> tuple[str, ...]:
        """Return the account and the others of its member."""
        if member is None:
            return (user_id,)
        wanted = select(AccountRow.user_id).where(AccountRow.member_id == member.id).order_by(AccountRow.user_id)
        return tuple(await self._session.scalars(wanted))

    async def _everywhere(self, member: Member | None, user_id: str) -> tuple[str, ...]:
        """Return the person's accounts, and the ids under which they get mail."""
        mail = await mail_users(self._session, member.id) if member else ()
        return (*await self._users(member, user_id), *mail)

    async def _chapters(self, member_id: str) -> tuple[str, ...]:
        wanted = select(AccountRow.workspace_id).where(AccountRow.member_id == member_id, AccountRow.workspace_id != "")
        return tuple(sorted(set(await self._session.scalars(wanted))))

    async def _count(self, column: InstrumentedAttribute[str], users: tuple[str, ...]) -> int:
        return await self._session.scalar(select(func.count()).where(column.in_(users))) or 0

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

    async def _take_over_wishes(self, member_id: str, user_id: str) -> None:
        """Give the member the settings that the account had before; those of the member win."""
        before = await self._session.get(PreferenceRow, user_id, populate_existing=True)
        if before is None:
            return
        lacks_zone = update(MemberRow).where(MemberRow.id == member_id, MemberRow.zone == "")
        await run(self._session, lacks_zone.values(zone=before.zone))
        if await self._count(PreferenceRow.person_id, (member_id,)):
            await self._session.delete(before)
        else:
            before.person_id, before.zone = member_id, ""
        await self._session.flush()


def _forgotten_questions(users: tuple[str, ...]) -> tuple[Executable, ...]:
    """Return what takes the person's words out of proposals, ends the person's own, and deletes their questions."""
    asked = select(QuestionRow.answer_id).where(QuestionRow.user_id.in_(users))
    waits = GivenAnswerRow.proposal.in_((Proposal.DRAFT, Proposal.PROPOSED))
    is_own = GivenAnswerRow.answered_by.in_(users) | GivenAnswerRow.proposed_by.in_(users)
    unworded = {"proposal": Proposal.DRAFT, "titles": {}, "revision": GivenAnswerRow.revision + 1}
    return (
        update(GivenAnswerRow).where(GivenAnswerRow.id.in_(asked), waits).values(unworded),
        update(GivenAnswerRow).where(is_own, waits).values(proposal=Proposal.NONE),
        delete(QuestionRow).where(QuestionRow.user_id.in_(users)),
    )


def _forgotten_hands(users: tuple[str, ...]) -> tuple[Executable, ...]:
    """Return what ends requests that the person had a hand in, and takes the person out of all of them."""
    theirs = select(ApprovalHandRow.approval_id).where(ApprovalHandRow.user_id.in_(users))
    waits = ApprovalRow.verdict == Verdict.WAITING
    return (
        update(ApprovalRow).where(ApprovalRow.id.in_(theirs), waits).values(verdict=Verdict.LAPSED),
        delete(ApprovalHandRow).where(ApprovalHandRow.user_id.in_(users)),
    )


def _kept_place(before: RsvpRow, row: RsvpRow) -> int:
    """Return the better place in the queue of somebody who said yes twice."""
    return min(before.position, row.position) if before.answer is row.answer is Going.YES else row.position


def _people(member: Member | None, users: tuple[str, ...]) -> tuple[str, ...]:
    """Return the ids under which the person's own rows may stand."""
    return (member.id, *users) if member else users


def _answers_of(member: Member | None, users: tuple[str, ...]) -> ColumnElement[bool]:
    return RsvpRow.person_id.in_(_people(member, users)) | RsvpRow.user_id.in_(users)
