"""Replies for what could not be done: always a sentence, a next step, and what was typed is kept."""

from __future__ import annotations

import secrets

from bot.command import RUN, Command
from bot.context import Context
from bot.domain.records import Draft
from bot.errors import Busy, CheckFailure, CommandError, CommandNotFound, KeptOut
from bot.i18n import Translator
from bot.markup import escape
from bot.reply import Button, Form, Reply, Section

OPEN_FORM, AGAIN = "form.open", "form.again"


async def refusal(error: CommandError, command: Command | None, ctx: Context) -> Reply:
    """Return the error as a private reply; a form that was filled in can be opened again with all its values."""
    t = ctx.t
    buttons: tuple[Button, ...] = ()
    if isinstance(error, CommandNotFound):
        buttons = tuple(Button(name, RUN, name) for name in error.nearest if name in ctx.services.registry.commands)
    elif command and command.form and not isinstance(error, CheckFailure | KeptOut | Busy):
        buttons = await _again(command, ctx)
    text = escape(t(error.hint)) if error.hint else ""
    return Reply(t(error.text), (Section(text=text, buttons=buttons),) if text or buttons else (), private=True)


async def _again(command: Command, ctx: Context) -> tuple[Button, ...]:
    """Keep what was typed for a while; return the button that opens the form with it."""
    token = secrets.token_urlsafe(12)
    expires_at = ctx.now + ctx.settings.retention.forms_last
    draft = Draft(token, ctx.user_id, command.name, dict(ctx.request.arguments), expires_at)
    try:
        async with ctx.services.unit_of_work(writes=True) as uow:
            await uow.drafts.put(draft)
    except Busy:
        return ()
    return (Button(ctx.t("Change it and try again"), AGAIN, token, "primary"),)


def failure_reply(reference: str, t: Translator) -> Reply:
    """Return the reply for an error that nobody foresaw; it holds the log's reference and nothing internal."""
    hint = t(
        "Nothing was changed. Try again; if it happens again, tell the operator this reference: {ref}.", ref=reference
    )
    return Reply(t("Something went wrong on our side."), (Section(text=escape(hint)),), private=True)


def reply_with_form(form: Form, t: Translator) -> Reply:
    """Return a reply whose button opens `form`, for places where a form cannot be opened at once."""
    button = Button(t("Open the form"), OPEN_FORM, form.action, "primary")
    return Reply(t("This needs a few more facts."), (Section(buttons=(button,)),), private=True)
