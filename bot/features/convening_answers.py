"""Answering a convening: one answer per person, a waiting list when it is full, one headcount everywhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.command import Delivering, Rendered
from bot.context import Context
from bot.domain.convenings import Convening, Going, Headcount, Rsvp, headcount, promoted, waiting
from bot.domain.deliveries import Subject, Target
from bot.errors import Conflict, NotFound
from bot.features.convening_cards import card, facts, promotion
from bot.markup import escape
from bot.permissions import STEERING
from bot.ports import UnitOfWork
from bot.reply import Button, Reply, Section
from bot.request import Kind

NEEDS, HIDE = "convening.needs", "convening.hide_name"
REPEATED = timedelta(seconds=10)  # the same answer again within this time is a nervous finger
COLLECTED = timedelta(seconds=2)  # answers that come in a burst change the posted cards once


async def convening_of(ctx: Context, convening_id: int) -> Convening:
    """Return the convening, cancelled ones too.

    Raises:
        NotFound: there is none of that number, or it is another chapter's own and the person never answered it.
    """
    found = await ctx.uow.convenings.get(convening_id) if 0 < convening_id < 2**31 else None
    if found is None or not await _may_see(ctx, found):
        raise NotFound(ctx.t("I do not know that convening."), ctx.t("Type convening list to see what is coming up."))
    return found


async def _may_see(ctx: Context, convening: Convening) -> bool:
    if STEERING in ctx.roles or convening.is_seen_from(ctx.workspace_id):
        return True
    return await ctx.uow.convenings.rsvp_of(convening.id, await ctx.person_id()) is not None


def whose(ctx: Context) -> str | None:
    """Return the chapter whose own convenings the person sees beside those of every chapter; None for all chapters'."""
    return None if STEERING in ctx.roles else ctx.workspace_id


async def counted(uow: UnitOfWork, convening: Convening) -> Headcount:
    """Return the headcount; for a convening that is long over the one that was kept."""
    answers = await uow.convenings.answers(convening.id)
    past = None if answers else await uow.retention.past_headcount(convening.id)
    return past or headcount(convening, answers)


async def public_card(ctx: Context, convening: Convening) -> Reply:
    return card(convening, await counted(ctx.uow, convening), ctx.t, ctx.now, ctx.settings.web)


async def answered(ctx: Context, convening_id: int, going: Going, *, hide: bool | None = None) -> Reply:
    """Store the person's answer, unless it is too late; the pressed card shows the new headcount.

    Args:
        hide: whether organizers see no name; None leaves it as it was.
    """
    convening = await convening_of(ctx, convening_id)
    if convening.is_cancelled or convening.over_at <= ctx.now:
        return await _too_late(ctx, convening)
    person = await ctx.person_id()
    before = await ctx.uow.convenings.answers(convening.id)
    old = next((one for one in before if one.person_id == person), None)
    rsvp = _next_answer(ctx, convening, person, going, old)
    rsvp = replace(rsvp, is_hidden=rsvp.is_hidden if hide is None else hide)
    if old and old.answer is going and old.is_hidden is rsvp.is_hidden:
        is_repeated = ctx.request.kind is Kind.ACTION and ctx.now - old.answered_at < REPEATED
        return Reply("", silent=True) if is_repeated else await _confirmed(ctx, convening, old)
    await ctx.uow.convenings.answer(rsvp)
    convening = await recount(ctx, convening, waiting(convening, before))
    return await _confirmed(ctx, convening, rsvp)


def _next_answer(ctx: Context, convening: Convening, person: str, going: Going, old: Rsvp | None) -> Rsvp:
    """Return the new answer; what somebody needs is kept while they may come, and forgotten when they do not."""
    rsvp = Rsvp(convening.id, person, ctx.user_id, going, ctx.now, 0, ctx.workspace_id, ctx.t.lang)
    if old is None:
        return rsvp
    kept = ("", "") if going is Going.NO else (old.needs, old.speaks)
    return replace(rsvp, needs=kept[0], speaks=kept[1], is_hidden=old.is_hidden)


async def own_answer(ctx: Context, convening: Convening) -> Rsvp:
    """Return the asker's yes or maybe to what is ahead.

    Raises:
        Conflict: they said no or nothing, or it is over or cancelled.
    """
    if convening.is_cancelled or convening.over_at <= ctx.now:
        raise Conflict(ctx.t("“{title}” is over or cancelled.", title=convening.title))
    rsvp = await ctx.uow.convenings.rsvp_of(convening.id, await ctx.person_id())
    if rsvp is None or rsvp.answer is Going.NO:
        raise Conflict(
            ctx.t("You have not said that you come to “{title}”.", title=convening.title),
            ctx.t("Press Yes or Maybe first, or type convening rsvp {number} yes.", number=convening.id),
        )
    return rsvp


async def recount(ctx: Context, convening: Convening, waited: tuple[str, ...]) -> Convening:
    """Bring the headcount to every copy after answers changed, and tell those of `waited` who have a place now."""
    stored = await ctx.uow.convenings.save(convening.revised())
    await refresh(ctx, stored)
    await promote(ctx, stored, waited)
    return stored


async def ahead(ctx: Context, answers: tuple[Rsvp, ...]) -> tuple[tuple[Convening, tuple[str, ...]], ...]:
    """Return the convenings of `answers` that are neither over nor cancelled, each with the person ids that wait."""
    found = []
    for convening_id in sorted({one.convening_id for one in answers}):  # the same order for all: nobody waits in a ring
        convening = await ctx.uow.convenings.get(convening_id)
        if convening and not convening.is_cancelled and convening.over_at > ctx.now:
            found.append((convening, waiting(convening, await ctx.uow.convenings.answers(convening_id))))
    return tuple(found)


async def refresh(ctx: Context, convening: Convening) -> None:
    """Ask for the newest card in every channel that has one."""
    due = ctx.now + COLLECTED
    await ctx.uow.deliveries.raise_wanted(Subject.CONVENING, convening.id, convening.revision, due, in_channels=True)


async def promote(ctx: Context, convening: Convening, waited: tuple[str, ...]) -> None:
    """Tell those of `waited` (person ids) who have a place now, each once."""
    answers = await ctx.uow.convenings.answers(convening.id)
    for one in promoted(waited, convening, answers):
        target = Target(one.workspace_id, user_id=one.user_id, lang=one.lang)
        await ctx.uow.deliveries.want(Subject.PROMOTION, convening.id, (target,), one.order, ctx.now)


async def render_promotion(delivering: Delivering) -> Rendered | None:
    """Return the direct message, None when the person has no place any more or knows already, or it is over."""
    uow = delivering.uow
    convening = await uow.convenings.get(delivering.subject_id)
    if convening is None or convening.is_cancelled:
        return None
    if not delivering.is_posted and convening.over_at <= delivering.now:
        return None
    answers = await uow.convenings.answers(convening.id)
    waits = waiting(convening, answers)
    mine = (one for one in answers if one.user_id == delivering.target.user_id and one.person_id not in waits)
    order = max((one.order for one in mine if one.answer is Going.YES), default=0)
    return Rendered(promotion(convening, delivering.t, delivering.now), order) if order else None


async def _too_late(ctx: Context, convening: Convening) -> Reply:
    t = ctx.t
    if convening.is_cancelled:
        summary = t("“{title}” is cancelled. Your answer was not stored.", title=convening.title)
    else:
        summary = t("“{title}” is over. Your answer was not stored.", title=convening.title)
    return await _beside_card(ctx, convening, Reply(summary))


async def _confirmed(ctx: Context, convening: Convening, rsvp: Rsvp) -> Reply:
    waits = waiting(convening, await ctx.uow.convenings.answers(convening.id))
    is_waiting = rsvp.person_id in waits
    if is_waiting:
        summary = _place_in_line(ctx, convening, waits.index(rsvp.person_id) + 1)
    else:
        summary = _words(ctx, convening, rsvp.answer)
    is_coming = rsvp.answer is Going.YES and not is_waiting
    fields = () if rsvp.answer is Going.NO else facts(convening, ctx.t, ctx.now, is_coming=is_coming)
    section = Section(
        text="\n\n".join(_notes(ctx, convening, rsvp)), fields=fields, buttons=_wishes(ctx, convening, rsvp)
    )
    return await _beside_card(ctx, convening, Reply(summary, (section,)))


def _notes(ctx: Context, convening: Convening, rsvp: Rsvp) -> tuple[str, ...]:
    """Say what the answer is for, and who sees the name."""
    t = ctx.t
    change = t("You can change your answer at any time.")
    if convening.repeat:
        change = t("Your answer is for every date of the series. You can change it at any time.")
    seen = t("In public only the count is shown. Organizers see your name if your settings let them.")
    if convening.hide_names or rsvp.is_hidden or rsvp.answer is Going.NO:
        seen = t("Only the count is shown, never your name.")
    needs = t("What you need is noted for the organizers.") if rsvp.needs or rsvp.speaks else ""
    return tuple(escape(one) for one in (change, seen, needs) if one)


def _wishes(ctx: Context, convening: Convening, rsvp: Rsvp) -> tuple[Button, ...]:
    """Return buttons for what somebody who may come can tell besides."""
    t = ctx.t
    if rsvp.answer is Going.NO:
        return ()
    label = t("Change what I need") if rsvp.needs or rsvp.speaks else t("I need something")
    needs = Button(label, NEEDS, str(convening.id))
    if convening.hide_names:
        return (needs,)
    hidden = "no" if rsvp.is_hidden else "yes"
    name = t("Let organizers see my name") if rsvp.is_hidden else t("Hide my name from organizers")
    return (needs, Button(name, HIDE, f"{convening.id}:{hidden}"))


def _place_in_line(ctx: Context, convening: Convening, number: int) -> str:
    return ctx.t(
        "“{title}” is full: you are number {number} on the waiting list. You get a message when a place is free.",
        title=convening.title,
        number=number,
    )


def _words(ctx: Context, convening: Convening, going: Going) -> str:
    words = {
        Going.YES: ctx.t("Thank you: you are coming to “{title}”.", title=convening.title),
        Going.MAYBE: ctx.t("Thank you: you may come to “{title}”.", title=convening.title),
        Going.NO: ctx.t("Thank you for telling: you are not coming to “{title}”.", title=convening.title),
    }
    return words[going]


async def _beside_card(ctx: Context, convening: Convening, reply: Reply) -> Reply:
    """Return `reply`, and what the message whose button was pressed shows from now on."""
    if ctx.request.kind is not Kind.ACTION:
        return reply
    return Reply(reply.summary, reply.sections, card=await public_card(ctx, convening))
