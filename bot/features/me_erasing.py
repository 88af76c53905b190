"""Erasing the person who asks: at once, in every table, on all their accounts."""

from __future__ import annotations

from bot.context import Context
from bot.domain.deliveries import Subject
from bot.domain.holdings import PERSONAL, Goes
from bot.domain.members import Kept
from bot.domain.records import AuditEntry
from bot.features.convening_answers import ahead, recount
from bot.features.me import feature, kept_of
from bot.features.question_asking import GONE
from bot.i18n import N_
from bot.markup import escape
from bot.reply import Reply, Section


@feature.command("delete", summary=N_("Erase everything kept about you"), example="me delete")
async def delete(ctx: Context) -> Reply:
    """Ask once before erasing."""
    return _confirm(ctx, await kept_of(ctx))


def _confirm(ctx: Context, kept: Kept) -> Reply:
    """Ask, and say what goes, what stays without the person, and what would bring them back."""
    t = ctx.t
    goes, stays = _titles(ctx, kept, Goes.ROWS), _titles(ctx, kept, Goes.NAME, Goes.STAYS)
    words = [
        t("Erased at once, for good, on all your linked accounts: {what}.", what=goes),
        *([t("What stays, without your account: {what}.", what=stays)] if stays else []),
        t("Counts that name nobody stay, and codes that keep imported lists from bringing you back."),
    ]
    if stays:
        words.append(t("Announcements that you never sent go."))
    buttons = (erase.button(t("Yes, erase it"), style="danger"), keep.button(t("No, keep it")))
    return Reply(t("Erase everything kept about you?"), (Section(text=escape(" ".join(words)), buttons=buttons),))


def _titles(ctx: Context, kept: Kept, *goes: Goes) -> str:
    found = [ctx.t(one.title) for one in PERSONAL if one.goes in goes and kept.counts.get(one.table)]
    return "; ".join(found)


@feature.action("erase", writes=True)
async def erase(ctx: Context, argument: str) -> Reply:  # noqa: ARG001 - every action takes its argument
    """Erase the person in one transaction and count those who still come; the audit keeps a code, not who it was."""
    kept = await kept_of(ctx)
    before = await ahead(ctx, kept.answers)
    await ctx.uow.audit.add(AuditEntry(ctx.now, ctx.user_id, ctx.workspace_id, "me delete"))
    await ctx.uow.members.erase(ctx.user_id)
    for question_id in kept.questions:
        await ctx.uow.deliveries.raise_wanted(Subject.QUESTION_NOTICE, question_id, GONE, ctx.now)
    for convening, waited in before:
        await recount(ctx, convening, waited)
    return Reply(ctx.t("Everything kept about you is erased."), replaces=True)


@feature.action("keep")
async def keep(ctx: Context, argument: str) -> Reply:  # noqa: ARG001 - every action takes its argument
    """Leave everything as it is."""
    return Reply(ctx.t("Nothing was erased."), replaces=True)
