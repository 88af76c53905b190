"""Pages that mails of the list lead to. A GET shows what a button would do and changes nothing: programs that look for
harmful links open every address. Whoever holds a token acts for its subscription alone.

Source: RFC 8058 (one-click unsubscribe).
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence

from bot.command import Serve
from bot.context import Context
from bot.domain.convenings import Convening, Going
from bot.domain.subscriptions import LIST, Purpose, Standing, Subscription, Way
from bot.errors import KeptOut, NotFound, UserInputError
from bot.features.convening_answers import answered, convening_of
from bot.features.convening_cards import facts
from bot.features.join import clean_email
from bot.gate import kept_out
from bot.http import HttpReply, Visit
from bot.i18n import LANGUAGES, N_, Translator, core_translators, language_of
from bot.mailing import Wish, confirm, confirmable, list_id, subscribe, unsubscribe
from bot.markup import plain
from bot.reply import Field, Moment, Reply
from bot.request import Actor, Kind, Origin, Request

MAX_ADDRESS = 254
LEAVE = "/email/leave/{token}"
ANSWERS = {Going.YES: N_("Yes, I come"), Going.MAYBE: N_("Maybe"), Going.NO: N_("No, I do not come")}


def page(t: Translator, title: str, paragraphs: Sequence[str], controls: str = "", status: int = 200) -> HttpReply:
    """Return a page of escaped words; `controls` is HTML of ours that is posted to the page's own address."""
    words = "".join(f"<p>{html.escape(one)}</p>" for one in paragraphs)
    form = f'<form method="post">{controls}</form>' if controls else ""
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{html.escape(title)}'
    text = f'<!doctype html><html lang="{t.lang}">{head}</title><h1>{html.escape(title)}</h1>{words}{form}'
    return HttpReply(status, {"Content-Type": "text/html; charset=utf-8"}, text.encode())


def button(label: str, name: str = "", value: str = "") -> str:
    named = f' name="{html.escape(name)}" value="{html.escape(value)}"' if name else ""
    return f"<button{named}>{html.escape(label)}</button> "


# ---- getting on the list ----------------------------------------------------


async def see_join(visit: Visit) -> HttpReply:
    """Show the form."""
    _refuse_without_list(visit)
    return _join_form(visit, ())


def _refuse_without_list(visit: Visit) -> None:
    """Let nobody ask for a list that there is not.

    Raises:
        NotFound: no mail is sent from here.
    """
    if not visit.settings.email.is_on:
        raise NotFound(visit.t("There is no email list here yet."))


def _join_form(visit: Visit, problems: Sequence[str], typed: str = "") -> HttpReply:
    t = visit.t
    intro = t("News and convenings of the Human Rights Cities. You get one mail with a link to confirm, and no other.")
    languages = "".join(
        f'<option value="{code}"{" selected" if code == t.lang else ""}>{html.escape(name)}</option>'
        for code, name in LANGUAGES.items()
    )
    controls = (
        f'<p><label>{html.escape(t("Email"))} <input type="email" name="email" required maxlength="{MAX_ADDRESS}" '
        f'value="{html.escape(typed)}"></label></p>'
        f'<p><label>{html.escape(t("Language"))} <select name="lang">{languages}</select></label></p>'
        f"{button(t('Get on the email list'))}"
    )
    return page(t, t("The email list"), (intro, *problems), controls, 400 if problems else 200)


async def join(visit: Visit) -> HttpReply:
    """Mail a link to confirm; the answer is the same whether or not the address is on the list."""
    _refuse_without_list(visit)
    t, fields = visit.t, visit.request.fields
    typed = fields.get("email", "").strip()
    try:
        address = clean_email(typed[: MAX_ADDRESS + 1], t)
    except UserInputError as error:
        return _join_form(visit, (f"{error.text} {error.hint}",), typed)
    if not address:
        return _join_form(visit, (t("I need an email address."),))
    wish = Wish(address, language_of(fields.get("lang", t.lang)), Way.WEB)
    await subscribe(visit.uow, visit.settings, wish, visit.now)
    return page(t, t("Please look into your mail."), (asked_words(t),))


def asked_words(t: Translator) -> str:
    """Return what everybody reads who asked for the list, known or not."""
    return t(
        "A mail with a link is on its way to that address. Nothing else is sent until you open the link and press the "
        "button there, within 48 hours. If it does not come, look among the spam, and ask again in ten minutes."
    )


# ---- confirming ---------------------------------------------------------------


async def see_confirm(visit: Visit) -> HttpReply:
    """Show what the button would confirm."""
    found = await confirmable(visit.uow, visit.values["token"], visit.settings, visit.now)
    if found is None:
        return _no_confirm(visit)
    t = _words_of(found)
    said = t("Press the button to get mail of the Human Rights Cities list at {address}.", address=found.address)
    if found.standing is Standing.CONFIRMED:
        said = t("Press the button if {address} belongs to your membership.", address=found.address)
    kept = t("Kept: your address, when and how you asked, and that you agreed. Each mail has a link that ends it.")
    return page(t, t("Please confirm"), (said, kept), button(t("Confirm")))


async def do_confirm(visit: Visit) -> HttpReply:
    """Confirm, once."""
    stored = await confirm(visit.uow, visit.values["token"], visit.settings, visit.now)
    if stored is None:
        return _no_confirm(visit)
    t = _words_of(stored)
    return page(t, t("Thank you, it is confirmed."), (t("You can close this page."),))


def _no_confirm(visit: Visit) -> HttpReply:
    t = visit.t
    why = t("This link was used already, or is older than 48 hours. If you are not on the list yet, ask for it again.")
    return page(t, t("There is nothing to confirm."), (why,), status=404)


# ---- leaving ------------------------------------------------------------------


async def see_leave(visit: Visit) -> HttpReply:
    """Show what the button would end."""
    found = await _bearer(visit, Purpose.LEAVE)
    if found is None or found.standing is Standing.LEAVING:
        return _off(visit.t)
    t = _words_of(found)
    said = t("Press the button, and no more mail of this list comes to {address}.", address=found.address)
    return page(t, t("Leave the email list"), (said,), button(t("Unsubscribe")))


async def do_leave(visit: Visit) -> HttpReply:
    """End the subscription at once; again is harmless, and a mail program's click gets no page."""
    found = await _bearer(visit, Purpose.LEAVE)
    if found and found.standing is not Standing.LEAVING:
        await unsubscribe(visit.uow, found, visit.settings, visit.now)
    if visit.request.fields.get("List-Unsubscribe") == "One-Click":
        return HttpReply.text("")
    return _off(_words_of(found) if found else visit.t)


def _off(t: Translator) -> HttpReply:
    return page(t, t("You are off the email list. No more mail comes from it."), (t("You can close this page."),))


# ---- answering a convening ----------------------------------------------------


async def see_rsvp(visit: Visit) -> HttpReply:
    """Show the convening and the three answers, the one that was pressed in the mail first."""
    ctx, convening = await _asked(visit)
    t = ctx.t
    refused = await _kept_out(visit, ctx, convening)
    if refused:
        return _no_entry(t, refused)
    lines = [f"{one.label}: {_value(one, t)}" for one in facts(convening, t, visit.now)]
    pressed = visit.values["answer"]
    ordered = sorted(ANSWERS, key=lambda one: one.value != pressed)
    controls = "".join(button(t(ANSWERS[one]), "answer", one.value) for one in ordered)
    return page(t, t("Do you come to “{title}”?", title=convening.title), lines, controls)


async def do_rsvp(visit: Visit) -> HttpReply:
    """Store the answer as if it were given in chat: one person, one answer, one headcount."""
    ctx, convening = await _asked(visit)
    refused = await _kept_out(visit, ctx, convening)
    if refused:
        return _no_entry(ctx.t, refused)
    given = visit.request.fields.get("answer", "")
    if given not in tuple(Going):
        raise NotFound(ctx.t("I do not know that answer."), ctx.t("Press Yes, Maybe or No below the convening."))
    reply = await answered(ctx, convening.id, Going(given))
    return page(ctx.t, reply.summary, _lines(reply, ctx.t))


async def _asked(visit: Visit) -> tuple[Context, Convening]:
    """Return the reader as somebody who asks, and the convening.

    Raises:
        NotFound: the token is not of this convening, or its reader left the list.
    """
    number, t = visit.values["convening"], visit.t
    found = await _bearer(visit, Purpose.RSVP, number)
    if found is None or found.standing is not Standing.CONFIRMED or not number.isascii() or not number.isdigit():
        raise NotFound(t("This link is not valid any more."), t("You can answer in chat, or write to the organizers."))
    actor = Actor(found.user_id, locale=found.lang)
    request = Request(Kind.COMMAND, "convening rsvp", actor, Origin(LIST, LIST, is_direct=True))
    ctx = Context(request, _words_of(found), visit.now, visit.services, visit.uow)
    return ctx, await convening_of(ctx, int(number))


async def _kept_out(visit: Visit, ctx: Context, convening: Convening) -> KeptOut | None:
    return await kept_out(visit, ctx.t, user_id=ctx.user_id, workspace_id=convening.workspace_id)


def _no_entry(t: Translator, refused: KeptOut) -> HttpReply:
    return page(t, refused.text, (refused.hint,) if refused.hint else (), status=403)


def _lines(reply: Reply, t: Translator) -> Sequence[str]:
    fields = [f"{one.label}: {_value(one, t)}" for section in reply.sections for one in section.fields]
    return [*(plain(section.text) for section in reply.sections if section.text), *fields]


def _value(field: Field, t: Translator) -> str:
    if isinstance(field.value, Moment):
        from zoneinfo import ZoneInfo

        return t.moment(field.value.at.astimezone(ZoneInfo(field.value.zone)))
    return field.value if isinstance(field.value, str) else field.value.name


async def _bearer(visit: Visit, purpose: Purpose, about: str = "") -> Subscription | None:
    """Return whose token the address holds."""
    return await visit.uow.subscriptions.of_token(purpose, visit.values["token"], list_id(visit.settings.email), about)


def _words_of(one: Subscription) -> Translator:
    return core_translators()[one.lang]


PAGES: Mapping[str, tuple[Serve, Serve]] = {
    "/email/join": (see_join, join),
    "/email/confirm/{token}": (see_confirm, do_confirm),
    LEAVE: (see_leave, do_leave),
    "/email/rsvp/{convening}/{answer}/{token}": (see_rsvp, do_rsvp),
}
