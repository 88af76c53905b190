"""Joining the Alliance."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any

from email_validator import EmailNotValidError, validate_email

from bot.command import RUN, Feature, Option
from bot.context import Context
from bot.domain.consents import CONSENT_TEXT, CONSENT_VERSION, Consent, Consented
from bot.domain.members import Member
from bot.domain.subscriptions import Way
from bot.domain.times import Zone, near_zones
from bot.errors import UserInputError
from bot.i18n import N_, Translator
from bot.live import next_convening_section
from bot.mailing import Wish, follow_wish
from bot.markup import escape
from bot.reply import Button, ChannelMention, Choice, Field, Reply, Section
from bot.request import Kind

CHANNELS = 5  # named in the welcome

feature = Feature("join", N_("Join the Alliance"), order=30)


async def suggest_zones(ctx: Context, typed: str) -> Sequence[Choice]:
    """Return time zones whose names come close to what is typed."""
    wanted = typed or ctx.request.actor.zone or ctx.settings.zone
    return [Choice(name, name) for name in near_zones(wanted, limit=10)]


def clean_email(address: str, t: Translator) -> str:
    """Return exactly one address, its domain in lower case and ASCII; "" for none.

    Raises:
        UserInputError: it is not one email address.
    """
    if not address:
        return ""
    try:
        found = validate_email(address, check_deliverability=False)
    except EmailNotValidError:
        raise UserInputError(
            t("This is not one email address."), t("Write it like ana@example.org, or leave it empty."), "email"
        ) from None
    return f"{found.local_part}@{found.ascii_domain or found.domain}"


def _validate(ctx: Context, values: Mapping[str, Any]) -> None:
    clean_email(values.get("email", ""), ctx.t)
    if not values["consent"]:
        raise UserInputError(
            ctx.t("Without your consent I store nothing."),
            ctx.t("Write yes to join. Type privacy to see what is kept."),
            "consent",
        )
    if values.get("email_list") and not values.get("email"):
        raise UserInputError(ctx.t("The email list needs your email address."), ctx.t("Add it, or choose no."), "email")


@feature.command(
    summary=N_("Join the Alliance, or change what you told"),
    form=True,
    form_title=N_("Join the Alliance"),
    writes=True,
    validate=_validate,
    example='join name:"Ana" city:Eugene consent:yes',
)
async def join(
    ctx: Context,
    name: Annotated[str, Option(N_("Your name, or any name you like"), label=N_("Name"), max_chars=80)],
    consent: Annotated[  # noqa: ARG001 - `_validate` has seen that it is given
        bool, Option(CONSENT_TEXT, label=N_("Consent"))
    ],
    city: Annotated[str, Option(N_("Where you organize"), label=N_("City"), max_chars=80)] = "",
    email: Annotated[str, Option(N_("Only if you want to be reached by email"), label=N_("Email"), max_chars=254)] = "",
    languages: Annotated[str, Option(N_("Languages you speak"), label=N_("Languages"), max_chars=120)] = "",
    interests: Annotated[
        str, Option(N_("What you care or know about"), label=N_("Interests"), kind="text", max_chars=500)
    ] = "",
    zone: Annotated[
        Zone,
        Option(
            N_("For example America/Chicago"),
            label=N_("Time zone"),
            max_chars=64,
            suggest=suggest_zones,
            aliases=("time_zone", "timezone"),
        ),
    ] = Zone(""),  # noqa: B008 - a zone is an immutable text
    email_list: Annotated[bool | None, Option(N_("News by email, yes or no"), label=N_("Email list"))] = None,
) -> Reply:
    """Store the member; a second time updates what is told and keeps what is left out."""
    known = await ctx.uow.members.by_user(ctx.user_id)
    before = known or Member(str(uuid.uuid4()), name, CONSENT_VERSION, ctx.now, ctx.now)
    told = {
        "city": city,
        "email": clean_email(email, ctx.t),
        "languages": languages,
        "interests": interests,
        "zone": zone,
        "email_list": email_list,
    }
    given = {field: value for field, value in told.items() if value not in ("", None)}
    consent_now = {"consent_version": CONSENT_VERSION, "consented_at": ctx.now}
    member = replace(before, name=name, **consent_now, **given)  # type: ignore[arg-type]  # options have the fields' types
    await store(ctx, member)
    return await _welcome(ctx, member, is_new=known is None)


async def store(ctx: Context, member: Member) -> None:
    """Save the record; keep what the member consented to, and bring the email list in line with it."""
    await ctx.uow.members.save(member, ctx.user_id, ctx.workspace_id)
    wish = Wish(member.email, ctx.t.lang, Way.JOIN, member.id)
    await follow_wish(ctx.uow, ctx.settings, wish, ctx.now, is_wanted=member.email_list)
    said = Consent(member.id, Consented.MEMBERSHIP, True, way_of(ctx), member.consent_version, ctx.now)
    await ctx.uow.consents.add(said)
    before = [one for one in await ctx.uow.consents.of(member.id) if one.kind is Consented.EMAIL_LIST]
    if member.email_list or before:
        await ctx.uow.consents.add(replace(said, kind=Consented.EMAIL_LIST, is_given=member.email_list))


def way_of(ctx: Context) -> str:
    """Return how a word was given: platform, and form or words."""
    return f"{ctx.request.origin.platform}: {'form' if ctx.request.kind is Kind.ACTION else 'words'}"


async def _welcome(ctx: Context, member: Member, *, is_new: bool) -> Reply:
    t = ctx.t
    said = (
        t("Welcome, {name}. You are a member now.", name=member.name)
        if is_new
        else t("Thank you, {name}. It is updated.", name=member.name)
    )
    notes = []
    if member.email_list and ctx.settings.email.is_on:
        notes.append(t("For the email list, open the link in the mail that comes to you."))
    notes.append(t("Nobody sees what you told until you say so in your settings."))
    buttons = (Button(t("Settings"), RUN, "me settings"), Button(t("What is kept about me"), RUN, "me"))
    last = Section(text=escape(" ".join(notes)), buttons=buttons)
    return Reply(said, (await next_convening_section(ctx, t), *await _channels(ctx), last))


async def _channels(ctx: Context) -> tuple[Section, ...]:
    """Return the channels of this chapter in which news comes, if there are any."""
    follows = [one for one in await ctx.uow.follows.of_workspace(ctx.workspace_id) if not one.paused_reason]
    label = ctx.t("Channel")
    shown = follows[:CHANNELS]
    fields = tuple(Field(label, ChannelMention(one.channel_id, one.channel_id.partition(":")[2])) for one in shown)
    return (Section(ctx.t("Where your chapter hears news"), fields=fields),) if fields else ()
