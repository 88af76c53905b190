"""Answering a convening: one answer per person, a waiting list when it is full, one headcount everywhere."""

from __future__ import annotations

from datetime import timedelta

from bot.command import Delivering, Rendered
from bot.context import Context
from bot.domain.convenings import Convening, Going, Headcount, Rsvp, headcount, promoted, waiting
from bot.domain.deliveries import Subject, Target
from bot.errors import NotFound
from bot.features.convening_cards import card, facts, promotion
from bot.permissions import STEERING
from bot.ports import UnitOfWork
from bot.reply import Reply, Section
from bot.request import Kind

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
    return headcount(convening, await uow.convenings.answers(convening.id))


async def public_card(ctx: Context, convening: Convening) -> Reply:
    return card(convening, await counted(ctx.uow, convening), ctx.t, ctx.now)


async def answered(ctx: Context, convening_id: int, going: Going) -> Reply:
    """Store the person's answer, unless it is too late; the pressed card shows the new headcount."""
    convening = await convening_of(ctx, convening_id)
    if convening.is_cancelled or convening.over_at <= ctx.now:
        return await _too_late(ctx, convening)
    person = await ctx.person_id()
    before = await ctx.uow.convenings.answers(convening.id)
    old = next((one for one in before if one.person_id == person), None)
    if old and old.answer is going:
        is_repeated = ctx.request.kind is Kind.ACTION and ctx.now - old.answered_at < REPEATED
        return Reply("", silent=True) if is_repeated else await _confirmed(ctx, convening, person, going)
    rsvp = Rsvp(convening.id, person, ctx.user_id, going, ctx.now, 0, ctx.workspace_id, ctx.t.lang)
    await ctx.uow.convenings.answer(rsvp)
    convening = await recount(ctx, convening, waiting(convening, before))
    return await _confirmed(ctx, convening, person, going)


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


async def _confirmed(ctx: Context, convening: Convening, person: str, going: Going) -> Reply:
    waits = waiting(convening, await ctx.uow.convenings.answers(convening.id))
    summary = (
        _place_in_line(ctx, convening, waits.index(person) + 1) if person in waits else _words(ctx, convening, going)
    )
    is_coming = going is Going.YES and person not in waits
    fields = () if going is Going.NO else facts(convening, ctx.t, ctx.now, is_coming=is_coming)
    text = ctx.t("You can change your answer at any time. Only the count is shown, never your name.")
    return await _beside_card(ctx, convening, Reply(summary, (Section(text=text, fields=fields),)))


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
