"""Changing what a member told."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from bot.command import Answer, Option
from bot.context import Context
from bot.domain.members import Member
from bot.domain.times import Zone
from bot.errors import NotFound, UserInputError
from bot.features.join import clean_email, store, suggest_zones
from bot.features.me import feature
from bot.forms import form_of
from bot.i18n import N_
from bot.markup import escape
from bot.reply import Reply, Section


@feature.command(
    "edit",
    summary=N_("Change what you told when you joined"),
    form_title=N_("Change my record"),
    writes=True,
    form=True,
    opens_form=True,
    example="me edit city:Salem",
)
async def edit(
    ctx: Context,
    name: Annotated[str | None, Option(N_("Your name, or any name you like"), label=N_("Name"), max_chars=80)] = None,
    city: Annotated[str | None, Option(N_("Where you organize"), label=N_("City"), max_chars=80)] = None,
    email: Annotated[
        str | None, Option(N_("Only if you want to be reached by email"), label=N_("Email"), max_chars=254)
    ] = None,
    languages: Annotated[str | None, Option(N_("Languages you speak"), label=N_("Languages"), max_chars=120)] = None,
    interests: Annotated[
        str | None, Option(N_("What you care or know about"), label=N_("Interests"), kind="text", max_chars=500)
    ] = None,
    zone: Annotated[
        Zone | None,
        Option(N_("For example America/Chicago"), label=N_("Time zone"), max_chars=64, suggest=suggest_zones),
    ] = None,
    email_list: Annotated[bool | None, Option(N_("News by email, yes or no"), label=N_("Email list"))] = None,
) -> Answer:
    """Store what is given; a field that was emptied in the form, or written as `city:""`, is emptied.

    Without any option the form opens with what is stored.
    """
    member = await ctx.uow.members.by_user(ctx.user_id)
    if member is None:
        raise NotFound(ctx.t("You have not joined yet."), ctx.t("Type join to join."))
    if not set(ctx.request.arguments) & set(_FIELDS):
        return form_of(edit, _words(member), ctx.t)
    given = {
        "name": name,
        "city": city,
        "email": None if email is None else clean_email(email, ctx.t),
        "languages": languages,
        "interests": interests,
        "zone": zone,
        "email_list": email_list,
    }
    changed = replace(member, **_filled(ctx, given))  # type: ignore[arg-type]  # options have the fields' types
    _refuse_gaps(ctx, changed)
    await store(ctx, changed)
    return Reply(ctx.t("Thank you, {name}. It is updated.", name=changed.name), (Section(text=escape(_next(ctx))),))


_FIELDS = ("name", "city", "email", "languages", "interests", "zone", "email_list")


def _filled(ctx: Context, given: dict[str, object]) -> dict[str, object]:
    """Return the fields that change: those with a value, and those that were emptied."""
    emptied = {name: "" for name in _FIELDS if name in ctx.request.arguments and name != "email_list"}
    return emptied | {name: value for name, value in given.items() if value is not None}


def _refuse_gaps(ctx: Context, member: Member) -> None:
    """Raise UserInputError for a record without a name, or on the email list without an address."""
    if not member.name:
        raise UserInputError(ctx.t("A name is needed; any name you like."), ctx.t("Write one."), "name")
    if member.email_list and not member.email:
        raise UserInputError(ctx.t("The email list needs your email address."), ctx.t("Add it, or choose no."), "email")


def _words(member: Member) -> dict[str, str]:
    """Return the record as somebody would type it."""
    texts = {name: str(getattr(member, name)) for name in _FIELDS if name != "email_list"}
    return {**texts, "email_list": "yes" if member.email_list else "no"}


def _next(ctx: Context) -> str:
    return ctx.t("Type me to see what is kept about you, and me settings to choose who sees it.")
