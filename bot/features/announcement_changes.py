"""What happens to announcements after they were written: cancelled, corrected, withdrawn, over."""

from __future__ import annotations

from bot import approvals
from bot.command import Approvable, Shown
from bot.context import Context
from bot.domain.announcements import Announcement, Correction, State, Texts
from bot.domain.approvals import Approval, fingerprint_of
from bot.domain.deliveries import Subject
from bot.errors import Conflict, NotFound
from bot.features.announcement_cards import is_on_its_way, numbered, preview_sections
from bot.features.announcement_drafts import announcement_of, approvers_of
from bot.features.announcement_sending import CORRECTION, KIND, audit
from bot.i18n import N_, Translator
from bot.markup import escape
from bot.ports import Clock, OpenUnitOfWork, UnitOfWork
from bot.reply import Button, Reply, Section


async def discard(ctx: Context, announcement_id: int) -> Reply:
    """Cancel what was not posted everywhere yet: waiting posts are dropped, those that stand say so."""
    found = await announcement_of(ctx, announcement_id)
    t, title = ctx.t, numbered(found)
    if found.state is State.CANCELLED:
        return Reply(t("“{title}” is cancelled.", title=title), replaces=True)
    rows = await ctx.uow.deliveries.of_subject(Subject.ANNOUNCEMENT, found.id)
    if found.state is not State.DRAFT and not is_on_its_way(rows):
        text = t("It was posted everywhere already. To take it back everywhere: announce withdraw {number}")
        raise Conflict(t("“{title}” cannot be cancelled any more.", title=title), text.format(number=found.id))
    stored = await ctx.uow.announcements.save(found.cancelled())
    await _end(ctx, stored, "announce cancel")
    was_seen = any(one.message_id for one in rows)
    text = t("The posts that stand say so now.") if was_seen else t("Nothing of it was posted.")
    return Reply(t("“{title}” is cancelled.", title=title), (Section(text=escape(text)),), replaces=True)


async def withdraw(ctx: Context, announcement_id: int, reason: str) -> Reply:
    """Take back what was sent: every copy is replaced by a note with the reason; nobody else has to agree.

    Raises:
        Conflict: it was never sent, or is taken back already.
    """
    found = await announcement_of(ctx, announcement_id)
    t, title = ctx.t, numbered(found)
    if found.state is State.DRAFT:
        hint = t("To discard it: announce cancel {number}", number=found.id)
        raise Conflict(t("“{title}” was not sent.", title=title), hint)
    if not found.is_public:
        raise Conflict(t("“{title}” was taken back already.", title=title), t("Its copies say so."))
    rows = await ctx.uow.deliveries.of_subject(Subject.ANNOUNCEMENT, found.id)
    stored = await ctx.uow.announcements.save(found.withdrawn(reason))
    await _end(ctx, stored, "announce withdraw")
    copies = sum(bool(one.message_id) for one in rows)
    text = t.plural("{count} copy is replaced by a note.", "{count} copies are replaced by a note.", copies)
    return Reply(t("“{title}” is withdrawn.", title=title), (Section(text=escape(text)),), replaces=True)


async def _end(ctx: Context, ended: Announcement, act: str) -> None:
    """Let copies that stand say what became of it, drop what was not sent, and end what waits for a second person."""
    for subject in (Subject.ANNOUNCEMENT, Subject.OFFER):
        await ctx.uow.deliveries.drop_pending(subject, ended.id)
    await ctx.uow.deliveries.raise_wanted(Subject.OFFER, ended.id, ended.revision, ctx.now)
    await ctx.uow.deliveries.raise_wanted(Subject.ANNOUNCEMENT, ended.id, ended.revision, ctx.now, is_cancelled=True)
    await approvals.lapse(ctx, KIND, ended.id)
    newest = await ctx.uow.corrections.newest(ended.id)
    if newest:
        await approvals.lapse(ctx, CORRECTION, newest.id)
    await audit(ctx, act, ended)


async def correctable(ctx: Context, announcement_id: int) -> Announcement:
    """Return an announcement whose copies can be corrected.

    Raises:
        Conflict: it was never sent, is over, or was taken back.
    """
    found = await announcement_of(ctx, announcement_id)
    if found.state is not State.SENT:
        hint = ctx.t("What was sent can be corrected; a draft is written anew.")
        raise Conflict(ctx.t("“{title}” cannot be corrected.", title=numbered(found)), hint)
    return found


async def correct(ctx: Context, announcement_id: int, texts: Texts) -> Reply:
    """Store other words for an announcement, and show them as every copy would read.

    Raises:
        Conflict: they are the words that it has.
    """
    found = await correctable(ctx, announcement_id)
    if texts == found.texts:
        raise Conflict(ctx.t("Nothing was changed."), ctx.t("Change the title or the text, then send it."))
    before = await ctx.uow.corrections.newest(found.id)
    if before:
        await approvals.lapse(ctx, CORRECTION, before.id)
    stored = await ctx.uow.corrections.add(Correction(0, found.id, texts, ctx.user_id, ctx.now))
    await audit(ctx, "announce correct", found)
    t, needs = ctx.t, await approvals.is_needed(ctx, approvers_of(found), (ctx.user_id,))
    label = t("Ask a second person") if needs else t("Correct every copy")
    buttons = (Button(label, "announce.corrected", str(stored.id), "primary"),)
    summary = t("Please check: this is how every copy of “{title}” will read.", title=numbered(found))
    sections = await _as_corrected(ctx, found, stored)
    return Reply(summary, (*sections, Section(buttons=buttons)))


async def _as_corrected(ctx: Context, found: Announcement, correction: Correction) -> tuple[Section, ...]:
    """Return the announcement as it would read, and how many copies there are."""
    t = ctx.t
    rows = await ctx.uow.deliveries.of_subject(Subject.ANNOUNCEMENT, found.id)
    text = t.plural("{count} copy is edited.", "{count} copies are edited.", sum(bool(one.message_id) for one in rows))
    shown = preview_sections(found.corrected(correction.texts, ctx.now), [one.target for one in rows], t)
    note = t("Every copy is marked as corrected, with the time.")
    return (*shown, Section(t("What will happen"), escape(f"{text} {note}")))


async def confirm_correction(ctx: Context, correction_id: int) -> Reply:
    """Correct every copy, or ask for the second person who has to approve that.

    Raises:
        NotFound: there is no such correction.
    """
    correction = await ctx.uow.corrections.get(correction_id) if 0 < correction_id < 2**31 else None
    if correction is None:
        raise NotFound(ctx.t("I do not know that correction."), ctx.t("Write it anew with announce correct."))
    found = await correctable(ctx, correction.announcement_id)
    newest = await ctx.uow.corrections.newest(found.id)
    if newest != correction or found.texts == correction.texts:
        raise Conflict(ctx.t("A newer correction took its place."), ctx.t("Type announce list to see the newest."))
    hands = tuple(dict.fromkeys((correction.created_by, ctx.user_id)))
    if not await approvals.is_needed(ctx, approvers_of(found), hands):
        return await _corrected(ctx, found, correction)
    mark = _fingerprint(found, correction)
    asked = await approvals.ask(ctx, CORRECTION, correction.id, mark, approvers_of(found), hands)
    summary = ctx.t("The correction of “{title}” waits for a second person.", title=numbered(found))
    return Reply(summary, (approvals.asked_section(ctx, asked),), replaces=True)


def _fingerprint(found: Announcement, correction: Correction) -> str:
    return fingerprint_of(found.id, found.revision, correction.texts)


async def _named(uow: UnitOfWork, correction_id: int, t: Translator) -> str:
    correction = await uow.corrections.get(correction_id)
    found = await uow.announcements.get(correction.announcement_id) if correction else None
    return t("Correction of “{title}”", title=numbered(found)) if found else ""


async def _previewed(ctx: Context, correction_id: int) -> Shown | None:
    correction = await ctx.uow.corrections.get(correction_id)
    found = await ctx.uow.announcements.get(correction.announcement_id) if correction else None
    if correction is None or found is None or found.state is not State.SENT:
        return None
    return Shown(await _as_corrected(ctx, found, correction), _fingerprint(found, correction))


async def _approved(ctx: Context, approval: Approval) -> Reply:
    correction = await ctx.uow.corrections.get(approval.subject_id)
    if correction is None:
        raise NotFound(ctx.t("I do not know that correction."), ctx.t("Write it anew with announce correct."))
    return await _corrected(ctx, await correctable(ctx, correction.announcement_id), correction)


APPROVABLE = Approvable(N_("A correction waits for a second person."), _named, _previewed, _approved)


async def _corrected(ctx: Context, found: Announcement, correction: Correction) -> Reply:
    """Ask every copy for the new words; what was not sent yet goes out in them."""
    stored = await ctx.uow.announcements.save(found.corrected(correction.texts, ctx.now))
    for subject in (Subject.ANNOUNCEMENT, Subject.OFFER):
        await ctx.uow.deliveries.raise_wanted(subject, stored.id, stored.revision, ctx.now)
    await audit(ctx, "announce corrected", stored)
    return Reply(ctx.t("“{title}” is corrected; every copy follows.", title=numbered(stored)), replaces=True)


async def expire(open_unit_of_work: OpenUnitOfWork, clock: Clock) -> int:
    """Mark what is over by now; its copies say so, what was not sent yet is dropped. Return how many."""
    now = clock()
    async with open_unit_of_work(writes=False) as uow:
        due = [one.id for one in await uow.announcements.with_an_end() if one.is_over(now)]
    for number in due:
        async with open_unit_of_work(writes=True) as uow:
            found = await uow.announcements.get(number)
            if found and found.state is State.SENT and found.is_over(now):
                over = await uow.announcements.save(found.expired())
                for subject in (Subject.ANNOUNCEMENT, Subject.OFFER):
                    await uow.deliveries.drop_pending(subject, over.id)
                    await uow.deliveries.raise_wanted(subject, over.id, over.revision, now)
    return len(due)
