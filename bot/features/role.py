"""Roles that people give each other: organizers, experts, the steering committee."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from bot.command import Approvable, Feature, Option
from bot.context import Context
from bot.domain.deliveries import Subject
from bot.domain.grants import EXPERT, ORGANIZER, STEERING, Grant
from bot.errors import NotFound
from bot.features import role_grants as grants
from bot.i18n import N_
from bot.naming import account_of
from bot.permissions import organizer
from bot.reply import Choice, Field, Mention, Reply, Section
from bot.text import fold

SHOWN = 20
SUGGESTED = 25

feature = Feature("role", summary=N_("Who may do what, and until when"), order=70)
feature.approves(
    grants.KIND,
    Approvable(N_("Somebody is to join the steering committee."), grants.named, grants.preview, grants.apply),
)
feature.delivers(Subject.GRANT)(grants.render_grant)
for _subject, _ in grants.NOTICES:
    feature.delivers(_subject)(grants.render_ending)


async def suggest(ctx: Context, typed: str) -> Sequence[Choice]:
    """Return the roles that hold what was typed."""
    t, themes = ctx.t, ctx.bank.themes
    plain = [Choice(ORGANIZER, t("organizer of this chapter")), Choice(STEERING, t("steering committee"))]
    experts = [Choice(f"{EXPERT}:{one.id}", t("expert for {theme}", theme=one.name(t.lang))) for one in themes]
    wanted = fold(typed)
    found = [one for one in (*plain, *experts) if wanted in fold(one.label) or wanted in fold(one.value)]
    return found[:SUGGESTED]


PERSON = Option(N_("A mention, an account, or a member number"), N_("Person"), "person", max_chars=100)
ROLE = Option(N_("organizer, steering, or expert: and a theme"), N_("Role"), suggest=suggest, max_chars=60)
UNTIL = Option(N_("The last day, like 2027-03-14; blank for the longest time"), N_("Until"), max_chars=20)
THEME = Option(N_("For an expert: the theme"), N_("Theme"), max_chars=60, on_form=False)


@feature.command("list", summary=N_("See who was given which role, and until when"), check=organizer)
async def list_(ctx: Context, person: Annotated[str, PERSON] = "") -> Reply:
    """Show the committee every grant, organizers those of their chapter."""
    t, found = ctx.t, [one for one in await ctx.uow.grants.all() if _is_shown(ctx, one)]
    if person:
        accounts = await ctx.uow.members.accounts_of(await account_of(ctx, person))
        found = [one for one in found if one.user_id in accounts]
    summary = t.plural("{count} role was given.", "{count} roles were given.", len(found))
    if len(found) > SHOWN:
        more = t("These end first; name a person to see others.")
        summary = f"{summary} {more}"
    sections = tuple(_entry(ctx, one) for one in found[:SHOWN])
    return Reply(summary, (*sections, *_configured(ctx)))


def _is_shown(ctx: Context, one: Grant) -> bool:
    return STEERING in ctx.roles or (one.role == ORGANIZER and one.workspace_id == ctx.workspace_id)


def _entry(ctx: Context, one: Grant) -> Section:
    title = "" if one.runs(ctx.now) else ctx.t("Ended")
    renew_it = renew.button(ctx.t("Renew it"), one.id)
    take_it = take_back.button(ctx.t("Take it back"), one.id, "danger")
    buttons = (renew_it, take_it) if one.role in (ORGANIZER, EXPERT, STEERING) else ()
    return Section(title, fields=grants.facts(one, ctx.t, ctx.settings), buttons=buttons)


def _configured(ctx: Context) -> tuple[Section, ...]:
    """Return, for the committee, whom the configuration names."""
    if STEERING not in ctx.roles:
        return ()
    t = ctx.t
    committee = (Field(t("steering committee"), Mention(one)) for one in ctx.settings.steering)
    experts = (
        Field(t("expert for {theme}", theme=theme), Mention(one))
        for theme, some in ctx.settings.experts.items()
        for one in some
    )
    fields = (*committee, *experts)
    return (Section(t("Named in the configuration, without an end"), fields=fields),) if fields else ()


@feature.command(
    "grant",
    summary=N_("Give or renew a role"),
    check=organizer,
    writes=True,
    form=True,
    form_title=N_("Give a role"),
    example="role grant person:@Ana role:organizer until:2027-03-14",
)
async def grant(
    ctx: Context,
    person: Annotated[str, PERSON],
    role: Annotated[str, ROLE],
    until: Annotated[str, UNTIL] = "",
    theme: Annotated[str, THEME] = "",
) -> Reply:
    wanted = grants.role_of(ctx, role, theme)
    grants.refuse(ctx, wanted)
    return await grants.grant(ctx, await account_of(ctx, person), wanted, grants.end_of(ctx, until))


@feature.command(
    "revoke",
    summary=N_("Take a role back, from now on"),
    check=organizer,
    writes=True,
    form=True,
    form_title=N_("Take a role back"),
    example="role revoke person:@Ana role:organizer",
)
async def revoke(
    ctx: Context,
    person: Annotated[str, PERSON],
    role: Annotated[str, ROLE],
    theme: Annotated[str, THEME] = "",
) -> Reply:
    wanted = grants.role_of(ctx, role, theme)
    grants.refuse(ctx, wanted)
    return await grants.revoke(ctx, await account_of(ctx, person), wanted)


@feature.action("renew", check=organizer, writes=True)
async def renew(ctx: Context, argument: str) -> Reply:
    """Renew a role for the longest time."""
    one = await _grant_of(ctx, argument)
    return await grants.grant(ctx, one.user_id, grants.Role.of(one), grants.end_of(ctx, ""))


@feature.action("take", check=organizer, writes=True)
async def take_back(ctx: Context, argument: str) -> Reply:
    """Take a role back."""
    one = await _grant_of(ctx, argument)
    return await grants.revoke(ctx, one.user_id, grants.Role.of(one))


async def _grant_of(ctx: Context, argument: str) -> Grant:
    """Return a grant that the person may see.

    Raises:
        NotFound: it is not there, or not theirs to see.
    """
    found = await ctx.uow.grants.get(int(argument)) if argument.isascii() and argument.isdigit() else None
    if found is None or not _is_shown(ctx, found):
        raise NotFound(ctx.t("This is not there any more."), ctx.t("Type role list to see who was given what."))
    return found
