"""From draft to deliveries: every check is made again when somebody sends or approves, and it goes out once."""

from __future__ import annotations

from statistics import median

from bot import approvals
from bot.command import RUN, Approvable, Shown
from bot.context import Context
from bot.domain.announcements import Announcement, State
from bot.domain.approvals import Approval, fingerprint_of
from bot.domain.deliveries import Subject
from bot.domain.records import AuditEntry
from bot.errors import CheckFailure, Conflict
from bot.features.announcement_cards import numbered, preview_sections, when_of
from bot.features.announcement_drafts import (
    announcement_of,
    approvers_of,
    facts_of,
    no_channel,
    notes_of,
    same_text,
    send_buttons,
    twin_of,
)
from bot.features.announcement_looks import looks_section
from bot.features.announcement_reach import Reach, bound, reach_notes, reach_of, want
from bot.i18n import N_, Translator
from bot.markup import escape
from bot.ports import UnitOfWork
from bot.reply import Button, Field, Reply, Section

KIND, CORRECTION = "announcement", "correction"
UNUSUAL = 10  # times the usual number of channels
COMPARED = 20  # earlier announcements that tell what is usual


async def needs_second(ctx: Context, draft: Announcement) -> bool:
    """Say whether somebody else has to approve it."""
    return await approvals.is_needed(ctx, approvers_of(draft), (draft.created_by,))


async def send(ctx: Context, announcement_id: int, *, is_meant: bool) -> Reply:
    """Send a draft once, or ask for a second person; `is_meant`: whoever sends confirmed what looked like a mistake."""
    draft = await announcement_of(ctx, announcement_id)
    if draft.state is not State.DRAFT:
        return await _sent_already(ctx, draft)
    _refuse_stale(ctx, draft)
    reach = await reach_of(ctx, draft)
    if not reach:
        return Reply(ctx.t("Nothing was sent."), (Section(text=escape(no_channel(ctx.t))),))
    needs = await needs_second(ctx, draft)
    if needs and not await approvals.is_own(ctx, (draft.created_by,)):
        return await approvals.show(ctx, await _request(ctx, draft))
    doubt = "" if is_meant else await _doubt(ctx, draft, reach)
    if doubt:
        return Reply(doubt, (Section(buttons=send_buttons(ctx.t, draft, is_doubtful=True, needs_second=needs)),))
    return await _asked(ctx, draft) if needs else await _go(ctx, draft, reach, ctx.user_id)


async def approve(ctx: Context, announcement_id: int) -> Reply:
    """Show what a second person would approve, with the button that does it.

    Raises:
        CheckFailure: the person wrote it, and another one has to approve it.
    """
    draft = await announcement_of(ctx, announcement_id)
    if draft.state is not State.DRAFT:
        waiting = await _waiting_correction(ctx, draft)
        return await approvals.show(ctx, waiting) if waiting else await _sent_already(ctx, draft)
    if await approvals.is_own(ctx, (draft.created_by,)):
        hint = ctx.t("Another member of the steering committee has to approve it.")
        if bound(draft):
            hint = ctx.t("Another organizer of this chapter can approve it, or somebody in the steering committee.")
        raise CheckFailure(ctx.t("Nobody approves what they wrote themselves."), hint)
    return await send(ctx, announcement_id, is_meant=False)


async def _waiting_correction(ctx: Context, sent: Announcement) -> Approval | None:
    newest = await ctx.uow.corrections.newest(sent.id)
    return await approvals.waiting_for(ctx, CORRECTION, newest.id) if newest else None


async def _request(ctx: Context, draft: Announcement) -> Approval:
    """Return the request for a second person; a second person who comes unasked makes it without telling others."""
    waiting = await approvals.waiting_for(ctx, KIND, draft.id)
    who, mark = approvers_of(draft), _fingerprint(draft)
    if waiting and waiting.fingerprint == mark:
        return waiting
    return await approvals.ask(ctx, KIND, draft.id, mark, who, (draft.created_by,), tells=False)


async def _asked(ctx: Context, draft: Announcement) -> Reply:
    hands = tuple(dict.fromkeys((draft.created_by, ctx.user_id)))
    asked = await approvals.ask(ctx, KIND, draft.id, _fingerprint(draft), approvers_of(draft), hands)
    summary = ctx.t("“{title}” waits for a second person. Nothing is sent yet.", title=numbered(draft))
    return Reply(summary, (approvals.asked_section(ctx, asked),), replaces=True)


def _fingerprint(draft: Announcement) -> str:
    return fingerprint_of(draft.texts, draft.audience, draft.workspace_id, draft.only, draft.when, draft.until)


async def _named(uow: UnitOfWork, announcement_id: int, _t: Translator) -> str:
    found = await uow.announcements.get(announcement_id)
    return numbered(found) if found else ""


async def _previewed(ctx: Context, announcement_id: int) -> Shown | None:
    """Return exactly what would be sent, to how many channels, and when; None for what is no draft any more."""
    draft = await ctx.uow.announcements.get(announcement_id)
    if draft is None or draft.state is not State.DRAFT:
        return None
    t, reach = ctx.t, await reach_of(ctx, draft)
    channels = t.plural("It goes to {count} channel, once.", "It goes to {count} channels, once.", len(reach.channels))
    notes = (channels, *reach_notes(reach, t), await _doubt(ctx, draft, reach), *notes_of(t, draft, reach))
    text = "\n\n".join(escape(one) for one in notes if one)
    checks = Section(t("What will happen"), text, facts_of(draft, t))
    mark = _fingerprint(draft)
    looks = looks_section(ctx, draft, reach.targets)
    sections = (*preview_sections(draft, reach.targets, t), *looks, checks)
    return Shown(sections, mark, fingerprint_of(mark, reach.mark))


async def _approved(ctx: Context, approval: Approval) -> Reply:
    """Send what a second person approved, in the name of whoever asked."""
    draft = await announcement_of(ctx, approval.subject_id)
    _refuse_stale(ctx, draft)
    reach = await reach_of(ctx, draft)
    if not reach:
        raise Conflict(ctx.t("Nothing was sent."), no_channel(ctx.t))
    return await _go(ctx, draft, reach, next(iter(approval.hands), ""))


APPROVABLE = Approvable(N_("An announcement waits for a second person."), _named, _previewed, _approved)


async def _sent_already(ctx: Context, sent: Announcement) -> Reply:
    """Return what became of an announcement that is no draft any more.

    Raises:
        Conflict: it is cancelled or withdrawn.
    """
    t = ctx.t
    if not sent.is_public:
        words = t("“{title}” is withdrawn.") if sent.state is State.WITHDRAWN else t("“{title}” is cancelled.")
        raise Conflict(words.format(title=sent.title), t("Write it anew with announce new."))
    rows = await ctx.uow.deliveries.of_subject(Subject.ANNOUNCEMENT, sent.id)
    text = t.plural("It goes to {count} channel, once.", "It goes to {count} channels, once.", len(rows))
    return Reply(t("“{title}” was sent already.", title=numbered(sent)), (Section(text=text),), replaces=True)


def _refuse_stale(ctx: Context, draft: Announcement) -> None:
    """Refuse what can no longer be sent.

    Raises:
        Conflict: its time went by, or it would be over.
    """
    t = ctx.t
    again = t("Nothing was sent. Write it anew with announce new.")
    for time in (draft.when, draft.until):
        if time and time.utc <= ctx.now:
            raise Conflict(t("{when} is in the past.", when=t.moment(time.aware)), again)


async def _doubt(ctx: Context, draft: Announcement, reach: Reach) -> str:
    """Return why it looks like a mistake, "" when it does not: the same text just now, or far more channels."""
    twin = await twin_of(ctx, draft)
    if twin:
        return same_text(ctx.t, twin)
    usual = await _usual(ctx, draft)
    count = len(reach.targets)
    if usual is None or count <= UNUSUAL * usual:
        return ""
    if count > len(reach.channels):
        return ctx.t("This would reach {count} channels and people; usually it is {usual}.", count=count, usual=usual)
    return ctx.t("This would reach {count} channels; usually it is {usual}.", count=count, usual=usual)


async def _usual(ctx: Context, draft: Announcement) -> int | None:
    """Return the usual number of channels for this audience; None when there is nothing to compare with."""
    recent = await ctx.uow.announcements.recent(bound(draft), COMPARED)
    alike = [one for one in recent if one.is_public and one.audience is draft.audience]
    counts = [len(await ctx.uow.deliveries.of_subject(Subject.ANNOUNCEMENT, one.id)) for one in alike]
    return round(median(counts)) or 1 if counts else None


async def _go(ctx: Context, draft: Announcement, reach: Reach, by: str) -> Reply:
    """Store the announcement as sent and its deliveries, in this unit of work."""
    t, count = ctx.t, len(reach.channels)
    sent = await ctx.uow.announcements.save(draft.sent(by, ctx.now))
    await want(ctx, sent, reach)
    await audit(ctx, "announce send", sent)
    words = t.plural(
        "“{title}” is on its way to {count} channel.",
        "“{title}” is on its way to {count} channels.",
        count,
        title=numbered(sent),
    )
    notes = escape(" ".join(reach_notes(reach, t)))
    if sent.when is None:
        return Reply(words, (Section(text=notes),) if notes else (), replaces=True)
    words = t.plural(
        "“{title}” goes to {count} channel later.",
        "“{title}” goes to {count} channels later.",
        count,
        title=numbered(sent),
    )
    button = Button(t("Cancel it"), RUN, f"announce cancel {sent.id}", "danger")
    return Reply(
        words, (Section(text=notes, fields=(Field(t("When"), when_of(sent, t)),), buttons=(button,)),), replaces=True
    )


async def audit(ctx: Context, act: str, announcement: Announcement) -> None:
    entry = AuditEntry(ctx.now, ctx.user_id, ctx.workspace_id, act, f"announcement:{announcement.id}")
    await ctx.uow.audit.add(entry)
