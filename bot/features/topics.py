"""Browsing everything the bot knows, by theme."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from bot.answers import shortened, topic_button
from bot.command import Feature, Option
from bot.context import Context
from bot.errors import NotFound
from bot.i18n import N_
from bot.reply import Button, Choice, Reply, Section
from bot.text import fold
from knowledge.schema import Theme

PER_PAGE = 10
feature = Feature("topics", N_("Browse everything I know"), order=20)


async def _themes(ctx: Context, typed: str) -> Sequence[Choice]:
    named = (Choice(theme.id, theme.name(ctx.t.lang)) for theme in ctx.bank.themes)
    return [one for one in named if fold(typed) in fold(one.label)][:25]


@feature.command(summary=N_("Browse every topic by theme"), example="topics")
async def topics(
    ctx: Context, theme: Annotated[str, Option(N_("A theme; leave it out to see them all"), suggest=_themes)] = ""
) -> Reply:
    """List the themes, or the topics of one."""
    if not theme:
        return _theme_list(ctx)
    found = ctx.bank.find_theme(theme)
    if found is None:
        names = ", ".join(one.name(ctx.t.lang) for one in ctx.bank.themes)
        raise NotFound(
            ctx.t("There is no theme “{theme}”.", theme=theme), ctx.t("The themes are: {names}.", names=names)
        )
    return _page(ctx, found, 0)


def _theme_list(ctx: Context) -> Reply:
    shown = tuple(theme for theme in ctx.bank.themes if ctx.bank.topics_of(theme.id))
    buttons = tuple(Button(_counted(ctx, theme), "topics.page", f"{theme.id}:0") for theme in shown)
    return Reply(
        ctx.t("I know {count} topics. Choose a theme.", count=len(ctx.bank.topics)), (Section(buttons=buttons),)
    )


def _counted(ctx: Context, theme: Theme) -> str:
    return shortened(f"{theme.name(ctx.t.lang)} ({len(ctx.bank.topics_of(theme.id))})")


def _page(ctx: Context, theme: Theme, page: int) -> Reply:
    """Return one page of a theme's topics as buttons."""
    every = ctx.bank.topics_of(theme.id)
    shown = every[page * PER_PAGE : (page + 1) * PER_PAGE]
    buttons = tuple(topic_button(one, ctx.t) for one in shown)
    steps = [(page - 1, ctx.t("Back")), (page + 1, ctx.t("More"))]
    turns = tuple(
        Button(label, "topics.page", f"{theme.id}:{at}") for at, label in steps if 0 <= at * PER_PAGE < len(every)
    )
    summary = ctx.t(
        "{theme}: topics {first} to {last} of {count}.",
        theme=theme.name(ctx.t.lang),
        first=page * PER_PAGE + 1,
        last=page * PER_PAGE + len(shown),
        count=len(every),
    )
    return Reply(summary, (Section(buttons=buttons), Section(buttons=turns)) if turns else (Section(buttons=buttons),))


@feature.action("page")
async def turn(ctx: Context, argument: str) -> Reply:
    """Show a page in place of the one whose button was pressed."""
    theme_id, _, page = argument.partition(":")
    theme = next((one for one in ctx.bank.themes if one.id == theme_id), None)
    number = int(page) if page.isdigit() else 0
    if theme is None or number * PER_PAGE >= len(ctx.bank.topics_of(theme.id)):
        raise NotFound(ctx.t("This page is not there any more."), ctx.t("Start again with topics."))
    reply = _page(ctx, theme, number)
    return Reply(reply.summary, reply.sections, replaces=True)
