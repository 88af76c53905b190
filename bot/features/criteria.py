"""The twelve criteria of a human rights city."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from bot.answers import card_steps, criteria_note, related_section, shortened, sources_section
from bot.command import Feature, Option
from bot.context import Context
from bot.errors import NotFound
from bot.i18n import N_
from bot.markup import escape
from bot.reply import Button, Choice, Reply, Section
from bot.text import fold
from knowledge.schema import Criterion

feature = Feature("criteria", N_("The criteria of a human rights city"), order=21)


def _named(ctx: Context, one: Criterion) -> str:
    return f"{one.number}. {one.text(ctx.t.lang).name}"


async def _criteria(ctx: Context, typed: str) -> Sequence[Choice]:
    named = (Choice(str(one.number), _named(ctx, one)) for one in ctx.bank.criteria)
    return [one for one in named if fold(typed) in fold(one.label)][:25]


@feature.command(summary=N_("The human rights city criteria: all of them, or one"), example="criteria 4")
async def criteria(
    ctx: Context, criterion: Annotated[str, Option(N_("Number or name of one criterion"), suggest=_criteria)] = ""
) -> Reply:
    """List the criteria, or show one with meaning, evidence, next step and sources."""
    if not criterion:
        return _all(ctx)
    found = ctx.bank.criterion(criterion)
    if found is None:
        near = "; ".join(_named(ctx, one) for one in ctx.bank.nearest_criteria(criterion))
        hint = ctx.t("Closest: {names}.", names=near) if near else ctx.t("Type criteria to see all twelve.")
        raise NotFound(ctx.t("There is no criterion “{name}”.", name=criterion), hint)
    return _one(ctx, found)


def _all(ctx: Context) -> Reply:
    buttons = tuple(Button(shortened(_named(ctx, one)), "criteria.show", str(one.number)) for one in ctx.bank.criteria)
    note = ctx.t("This checklist is this project's own synthesis. It certifies nothing and ranks nobody.")
    version = ctx.bank.criteria_version()
    if version:
        note = f"{note} {criteria_note(version, ctx.t)}"
    return Reply(
        ctx.t("Twelve criteria of a human rights city. Choose one."), (Section(text=escape(note), buttons=buttons),)
    )


def _one(ctx: Context, one: Criterion) -> Reply:
    t, text = ctx.t, one.text(ctx.t.lang)
    sections = [
        Section(text=text.meaning),
        Section(t("Evidence that counts"), text.evidence),
        Section(t("If it is missing: a next step"), text.next_step),
        sources_section(ctx.bank, one.sources, one.reviewed, t, ctx.bank.criteria_version()),
        related_section((ctx.bank.topics[name] for name in one.related), t),
        Section(buttons=card_steps(ctx.bank.topics[one.id], ctx, t)),
    ]
    return Reply(
        t("Criterion {number}: {name}", number=one.number, name=text.name), tuple(s for s in sections if s != Section())
    )


@feature.action("show")
async def show(ctx: Context, argument: str) -> Reply:
    """Show the criterion that a button names."""
    found = ctx.bank.criterion(argument)
    if found is None:
        raise NotFound(ctx.t("This criterion is not there any more."), ctx.t("Type criteria to see all twelve."))
    return _one(ctx, found)
