"""What somebody needs to take part, and whether organizers see their name: told with the answer, kept as long."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from bot.command import Option
from bot.context import Context
from bot.domain import access
from bot.domain.convenings import Convening, Rsvp
from bot.features.convening_answers import answered, convening_of, own_answer
from bot.features.convening_options import Number
from bot.features.convenings import feature, number_in
from bot.forms import form_of
from bot.i18n import N_
from bot.reply import Form, Reply, Section
from bot.request import Kind

FILLED = "filled"  # travels with the form, so that blanks in it clear what was there
_NEEDS = Option(
    N_("ASL, captions, wheelchair, childcare, cost help, quiet room; or in your own words"), N_("What I need"), "text"
)
Needs = Annotated[str | None, _NEEDS]
Language = Annotated[
    str | None, Option(N_("A language that you need spoken or interpreted"), N_("Language"), max_chars=60)
]


@feature.command(
    "needs",
    summary=N_("Tell the organizers what you need to take part"),
    writes=True,
    opens_form=True,
    form_title=N_("What I need"),
    example="convening needs 3 needs:ASL",
)
async def tell(ctx: Context, convening: Number, needs: Needs = None, language: Language = None) -> Reply | Form:
    """Note what somebody needs beside their answer, for organizers of this one convening alone."""
    found = await convening_of(ctx, convening)
    rsvp = await own_answer(ctx, found)
    is_filled = FILLED in ctx.request.arguments
    if needs is None and language is None and not is_filled:
        return _form_or_button(ctx, found, rsvp)
    told = (needs or "", language or "") if is_filled else (needs or rsvp.needs, language or rsvp.speaks)
    await ctx.uow.convenings.answer(replace(rsvp, needs=told[0], speaks=told[1]))
    return _noted(ctx, found, *told)


def _noted(ctx: Context, convening: Convening, needs: str, language: str) -> Reply:
    t = ctx.t
    if not needs and not language:
        return Reply(t("Nothing is noted any more about what you need for “{title}”.", title=convening.title))
    told = ", ".join(one for one in (access.shown(needs, t), language) if one)
    text = t(
        "Only the organizers of this convening see it, as counts and in a list. It is deleted with your answer, "
        "and at once when you say no."
    )
    return Reply(t("Noted for the organizers: {needs}", needs=told), (Section(text=text),))


def _form_or_button(ctx: Context, convening: Convening, rsvp: Rsvp) -> Reply | Form:
    """Return the form; a button for it where a form was just sent, since one form cannot open another."""
    if ctx.request.kind is not Kind.ACTION:
        return _form(ctx, convening, rsvp)
    button = open_needs.button(ctx.t("Open the form"), convening.id, "primary")
    return Reply(ctx.t("Tell what you need in a form."), (Section(buttons=(button,)),))


def _form(ctx: Context, convening: Convening, rsvp: Rsvp) -> Form:
    form = form_of(tell, {"needs": rsvp.needs, "language": rsvp.speaks}, ctx.t)
    inputs = tuple(one for one in form.inputs if one.name != "convening")
    return Form(form.title, inputs, form.action, {"convening": str(convening.id), FILLED: "yes"})


@feature.action("needs", opens_form=True)
async def open_needs(ctx: Context, argument: str) -> Form:
    found = await convening_of(ctx, number_in(ctx, argument))
    return _form(ctx, found, await own_answer(ctx, found))


@feature.action("hide_name", writes=True)
async def hide_name(ctx: Context, argument: str) -> Reply:
    """Keep the asker's name from organizers, or let them see it; its argument is "<number>:<yes or no>"."""
    number, _, choice = argument.partition(":")
    found = await convening_of(ctx, number_in(ctx, number))
    rsvp = await own_answer(ctx, found)
    reply = await answered(ctx, found.id, rsvp.answer, hide=choice == "yes")
    return replace(reply, card=None, replaces=True)
