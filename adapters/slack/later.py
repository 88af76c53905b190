"""A form that could not be opened in time: a button that opens it later, with all that was typed."""

from __future__ import annotations

import secrets

from bot.command import RUN
from bot.domain.records import Draft
from bot.errors import Busy
from bot.i18n import Translator
from bot.plugin import Host
from bot.refusals import AGAIN, reply_with_form
from bot.reply import MAX_ACTION, Button, Field, Form, Reply, Section
from bot.request import Kind, Request


async def form_for_later(host: Host, form: Form, request: Request) -> Reply:
    """Return a private reply whose button opens `form`.

    The button asks for the same again where it can hold the words; else what was typed is kept for an hour, and where
    nothing can be stored either it is shown, to be copied.
    """
    t = host.dispatcher.translator(request)
    typed = {**form.hidden, **{one.name: one.value for one in form.inputs if one.value}}
    name, text = (RUN, request.text) if request.kind is Kind.COMMAND else (request.name, request.text)
    if request.kind is not Kind.MESSAGE and text and not request.arguments and _fits(name, text):
        return _offer(form, Button(t("Open the form"), name, text, "primary"), t)
    if not typed:
        return reply_with_form(form, t)
    token = secrets.token_urlsafe(12)
    try:
        async with host.unit_of_work(writes=True) as uow:
            expires_at = host.dispatcher.services.clock() + host.settings.retention.forms_last
            await uow.drafts.put(Draft(token, request.actor.user_id, form.action, typed, expires_at))
    except Busy:
        return _shown(form, typed, t)
    return _offer(form, Button(t("Open the form"), AGAIN, token, "primary"), t)


def _fits(name: str, text: str) -> bool:
    return len(name) + len(text) <= MAX_ACTION - 9


def _offer(form: Form, button: Button, t: Translator) -> Reply:
    return Reply(reply_with_form(form, t).summary, (Section(buttons=(button,)),), private=True)


def _shown(form: Form, typed: dict[str, str], t: Translator) -> Reply:
    """Return the button for the empty form, and above it what was typed."""
    later = reply_with_form(form, t)
    labels = {one.name: one.label for one in form.inputs}
    kept = Section(
        t("What you typed, to be copied"), fields=tuple(Field(labels.get(k, k), v) for k, v in typed.items())
    )
    return Reply(later.summary, (kept, *later.sections), private=True)
