"""Opening forms from buttons: where a form cannot be opened at once, and again after an error."""

from __future__ import annotations

from bot.command import Answer, Feature
from bot.context import Context
from bot.errors import NotFound
from bot.forms import form_of
from bot.i18n import N_

feature = Feature("form", N_("Forms"), order=99)


@feature.action("open", opens_form=True)
async def open_(ctx: Context, argument: str) -> Answer:
    """Open the empty form of a command."""
    command = ctx.services.registry.commands.get(argument)
    if command is None:
        raise NotFound(ctx.t("This form is not there any more."), ctx.t("Type help to see what I can do."))
    command.check(ctx)
    return form_of(command, {}, ctx.t)


@feature.action("again", opens_form=True)
async def again(ctx: Context, argument: str) -> Answer:
    """Open a form with what the person typed before."""
    draft = await ctx.uow.drafts.get(argument, ctx.user_id, ctx.now)
    command = ctx.services.registry.commands.get(draft.name) if draft else None
    if draft is None or command is None:
        raise NotFound(ctx.t("What you typed is not kept any more."), ctx.t("Start again with the command."))
    command.check(ctx)
    return form_of(command, draft.values, ctx.t)
