"""The second person: nobody approves what they had a hand in, and only what they saw.

A feature declares its kind of thing (`Feature.approves`), calls `ask` where it would act, and acts in `apply`. Who may
approve is told once by direct message; whoever asked is told what became of it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.command import RUN, Approvable, Delivering
from bot.context import Context
from bot.domain.approvals import Approval, Approvers, Verdict
from bot.domain.deliveries import Subject, Target
from bot.domain.records import AuditEntry
from bot.errors import CheckFailure, Conflict, NotFound
from bot.i18n import Translator
from bot.markup import escape
from bot.permissions import ORGANIZER, STEERING, may_answer
from bot.ports import UnitOfWork
from bot.reply import Button, Field, Moment, Reply, Section
from bot.rights import expert_accounts, organizer_accounts, steering_accounts
from bot.settings import Settings

CHECK, APPROVE = "approvals.check", "approvals.approve"
EXPERT = "expert:"
WAITS, SETTLED = 1, 2  # revisions of what those who may approve are told
LARGEST = 2**31


async def holders(uow: UnitOfWork, settings: Settings, who: Approvers, now: datetime) -> tuple[str, ...]:
    """Return the accounts known to hold the right; the administrators of a chapter are known to its platform only."""
    committee = await steering_accounts(uow, settings, now)
    if who.role.startswith(EXPERT):
        named = await expert_accounts(uow, settings, who.role.removeprefix(EXPERT), now)
    else:
        named = await organizer_accounts(uow, who.workspace_id, now) if who.role == ORGANIZER else ()
    return tuple(dict.fromkeys((*named, *committee)))


def may_approve(ctx: Context, who: Approvers) -> bool:
    """Say whether the person holds the right to approve, now; whether they had a hand in it is another question."""
    if STEERING in ctx.roles:
        return True
    if who.role.startswith(EXPERT):
        return may_answer(ctx, who.role.removeprefix(EXPERT))
    return who.role == ORGANIZER and ORGANIZER in ctx.roles and ctx.workspace_id == who.workspace_id


async def is_own(ctx: Context, hands: tuple[str, ...]) -> bool:
    """Say whether the person had a hand in it, from this account or from another one of theirs."""
    return not {*hands}.isdisjoint(await ctx.uow.members.accounts_of(ctx.user_id))


async def others(ctx: Context, who: Approvers, hands: tuple[str, ...]) -> tuple[str, ...]:
    """Return the known accounts that may approve, without those of anybody who had a hand in it."""
    theirs = {account for one in hands if one for account in await ctx.uow.members.accounts_of(one)}
    return tuple(one for one in await holders(ctx.uow, ctx.settings, who, ctx.now) if one not in theirs)


async def is_needed(ctx: Context, who: Approvers, hands: tuple[str, ...]) -> bool:
    """Say whether a second person has to approve: always, but where the configuration lets one act alone.

    Whether a chapter has a second organizer is known to its platform only, so the configuration decides there.
    """
    chosen = ctx.settings.approvals
    if who.role == ORGANIZER:
        return not (chosen.alone or who.workspace_id in chosen.alone_chapters)
    return not chosen.alone or bool(await others(ctx, who, hands))


async def ask(
    ctx: Context,
    kind: str,
    subject_id: int,
    fingerprint: str,
    who: Approvers,
    hands: tuple[str, ...],
    *,
    tells: bool = True,
) -> Approval:
    """Ask for a second person, once for the same fingerprint and hands; an older request about the thing lapses.

    `tells`: whether those who may approve get a message; not where one of them is there already.

    Raises:
        Conflict: nobody else could approve it.
    """
    waiting = await waiting_for(ctx, kind, subject_id)
    if waiting and (waiting.fingerprint, waiting.approvers) == (fingerprint, who) and {*hands} <= {*waiting.hands}:
        return waiting
    if waiting:
        await settle(ctx, waiting.decided(Verdict.LAPSED, ctx.now))
    told = await others(ctx, who, hands)
    if not told and who.role != ORGANIZER:
        raise Conflict(
            ctx.t("Nobody else could approve this: I know of no second person who may."),
            ctx.t("Whoever runs this bot can name one under steering, or let one person act with approvals.alone."),
        )
    expires = ctx.now + timedelta(days=ctx.settings.approvals.days)
    asked = await ctx.uow.approvals.add(Approval(0, kind, subject_id, fingerprint, hands, who, ctx.now, expires))
    targets = tuple([await _direct(ctx, one) for one in told]) if tells else ()
    await ctx.uow.deliveries.want(Subject.APPROVAL, asked.id, targets, WAITS, ctx.now)
    await _audit(ctx, "approvals ask", asked)
    return asked


async def _direct(ctx: Context, user_id: str) -> Target:
    lang = await ctx.uow.preferences.language(user_id) or ctx.settings.language
    return Target(f"{user_id.partition(':')[0]}:direct", user_id=user_id, lang=lang)


async def waiting_for(ctx: Context, kind: str, subject_id: int) -> Approval | None:
    """Return the request about a thing that waits, if one does."""
    return next((one for one in await ctx.uow.approvals.of(kind, subject_id) if one.waits(ctx.now)), None)


async def lapse(ctx: Context, kind: str, subject_id: int) -> None:
    """End the request about a thing that changed or went."""
    for one in await ctx.uow.approvals.of(kind, subject_id):
        if one.verdict is Verdict.WAITING:
            await settle(ctx, one.decided(Verdict.LAPSED, ctx.now))


def asked_section(ctx: Context, asked: Approval) -> Section:
    """Return what whoever asked reads: who can approve, how, and until when."""
    t = ctx.t
    if asked.approvers.role == ORGANIZER:
        text = t("Another organizer of this chapter can approve it, or somebody in the steering committee.")
    elif asked.approvers.role == STEERING:
        text = t("Somebody else in the steering committee has to approve it. They get a direct message.")
    else:
        text = t("Another expert of its theme has to approve it, or somebody in the steering committee.")
    how = t("They see exactly what will happen. To look at it they type: approvals show {number}", number=asked.id)
    until = Field(t("Waits until"), Moment(asked.expires_at, ctx.settings.zone))
    return Section(t("A second person"), f"{escape(text)}\n\n{escape(how)}", (until,))


async def approval_of(ctx: Context, approval_id: int) -> Approval:
    """Return a request, for somebody who may approve it or who had a hand in it.

    Raises:
        NotFound: there is none of that number, or none that concerns the person.
    """
    found = await ctx.uow.approvals.get(approval_id) if 0 < approval_id < LARGEST else None
    if found is None or not (may_approve(ctx, found.approvers) or await is_own(ctx, found.hands)):
        raise NotFound(ctx.t("I do not know that request."), ctx.t("Type approvals list to see what waits."))
    return found


async def show(ctx: Context, asked: Approval) -> Reply:
    """Show exactly what would happen, with what the person can do about it."""
    t, kind = ctx.t, _kind(ctx, asked)
    shown = await kind.preview(ctx, asked.subject_id) if asked.waits(ctx.now) else None
    if shown is None or shown.fingerprint != asked.fingerprint:
        return Reply(_settled(asked, t))
    if await is_own(ctx, asked.hands):
        text = escape(t("A second person has to approve it: you had a hand in it."))
        return Reply(t(kind.waits), (*shown.sections, Section(text=text)))
    seen = shown.seen or shown.fingerprint
    approve_it = Button(t("Approve"), APPROVE, f"{asked.id}:{seen}", "primary")
    decline_it = Button(t("Decline"), RUN, f"approvals decline {asked.id}", "danger")
    text = escape(t("This is exactly what will happen when you approve it."))
    return Reply(t(kind.waits), (*shown.sections, Section(text=text, buttons=(approve_it, decline_it))))


def _settled(asked: Approval, t: Translator) -> str:
    if asked.verdict is Verdict.APPROVED:
        return t("It is approved already.")
    if asked.verdict is Verdict.DECLINED:
        return t("It was declined.")
    return t("This request is not valid any more: what it was about changed, or nobody approved it in time.")


async def approve(ctx: Context, approval_id: int, seen: str) -> Reply:
    """Let it happen as the person saw it.

    Raises:
        CheckFailure: the person may not approve it, or had a hand in it.
        Conflict: it is settled, or not valid any more.
    """
    asked = await _decidable(ctx, approval_id)
    kind = _kind(ctx, asked)
    shown = await kind.preview(ctx, asked.subject_id)
    if shown is None or shown.fingerprint != asked.fingerprint:
        await settle(ctx, asked.decided(Verdict.LAPSED, ctx.now))
        return Reply(_settled(asked, ctx.t), replaces=True)
    if seen != (shown.seen or shown.fingerprint):
        again = await show(ctx, asked)
        return Reply(ctx.t("It changed since you saw it. Please check it again."), again.sections)
    approved = asked.decided(Verdict.APPROVED, ctx.now, ctx.user_id)
    await settle(ctx, approved)
    await _audit(ctx, "approvals approve", approved)
    return await kind.apply(ctx, approved)


async def decline(ctx: Context, approval_id: int, reason: str) -> Reply:
    """Keep it from happening, and tell whoever asked why.

    Raises:
        CheckFailure: the person may not decide about it, or had a hand in it.
        Conflict: it is settled, or not valid any more.
    """
    asked = await _decidable(ctx, approval_id)
    declined = asked.decided(Verdict.DECLINED, ctx.now, ctx.user_id, reason)
    await settle(ctx, declined)
    await _audit(ctx, "approvals decline", declined)
    return Reply(ctx.t("It is declined. Whoever asked reads your reason."), replaces=True)


async def _decidable(ctx: Context, approval_id: int) -> Approval:
    asked = await approval_of(ctx, approval_id)
    if not may_approve(ctx, asked.approvers):
        raise CheckFailure(ctx.t("You may not approve this."), ctx.t("Ask a member of the steering committee."))
    if await is_own(ctx, asked.hands):
        raise CheckFailure(
            ctx.t("Nobody approves what they had a hand in themselves."), ctx.t("A second person has to decide.")
        )
    if not asked.waits(ctx.now):
        raise Conflict(_settled(asked, ctx.t), ctx.t("Type approvals list to see what waits."))
    return asked


async def settle(ctx: Context, decided: Approval) -> None:
    """Store a verdict; those who may approve see that it is settled, whoever asked is told what became of it."""
    await ctx.uow.approvals.save(decided)
    await ctx.uow.deliveries.drop_pending(Subject.APPROVAL, decided.id)
    await ctx.uow.deliveries.raise_wanted(Subject.APPROVAL, decided.id, SETTLED, ctx.now)
    asker = next(iter(decided.hands), "")
    if asker and asker != ctx.user_id:
        target = await _direct(ctx, asker)
        await ctx.uow.deliveries.want(Subject.VERDICT, decided.id, (target,), 1, ctx.now)


def _kind(ctx: Context, asked: Approval) -> Approvable:
    return ctx.services.registry.approvables[asked.kind]


async def _audit(ctx: Context, act: str, asked: Approval) -> None:
    subject = f"{asked.kind}:{asked.subject_id}"
    await ctx.uow.audit.add(AuditEntry(ctx.now, ctx.user_id, ctx.workspace_id, act, subject))


async def is_told(delivering: Delivering, who: Approvers) -> bool:
    """Say whether the account still has the right by which it is told of a request."""
    return delivering.target.user_id in await holders(delivering.uow, delivering.settings, who, delivering.now)
