"""Narrowing an audience: the options, and what they may hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

from bot import approvals
from bot.command import Option
from bot.context import Context
from bot.domain.announcements import Announcement, Only, State
from bot.errors import Conflict, UserInputError
from bot.features.announcement_cards import ROLES, numbered
from bot.features.announcement_drafts import announcement_of
from bot.features.announcement_sending import KIND, audit
from bot.features.city import REGIONS
from bot.i18n import LANGUAGES, N_
from bot.reply import Choice
from bot.text import fold

SUGGESTED = 25


async def _cities(ctx: Context, typed: str) -> Sequence[Choice]:
    return [Choice(one.name, one.name) for one in ctx.bank.cities if fold(typed) in fold(one.name)][:SUGGESTED]


async def _themes(ctx: Context, typed: str) -> Sequence[Choice]:
    named = [Choice(one.id, one.name(ctx.t.lang)) for one in ctx.bank.themes]
    return [one for one in named if fold(typed) in fold(one.label)][:SUGGESTED]


_ROLES = tuple(Choice(role, label) for role, label in ROLES.items())
_LANGUAGES = tuple(Choice(code, name) for code, name in LANGUAGES.items())
_CITY = Option(N_("Only chapters and members of this city"), N_("City"), max_chars=80, suggest=_cities)
_REGION = Option(N_("Only chapters and members of this part of the world"), N_("Region"), "choice", choices=REGIONS)
_THEME = Option(N_("Only people interested in this theme; channels get it all the same"), N_("Theme"), suggest=_themes)
_SPEAKS = Option(N_("Only channels and people of this language"), N_("Language"), "choice", choices=_LANGUAGES)
_ROLE = Option(N_("Only these people, by direct message and in no channel"), N_("Only to"), "choice", choices=_ROLES)
City = Annotated[str, _CITY]
Region = Annotated[str, _REGION]
Theme = Annotated[str, _THEME]
Speaks = Annotated[str, _SPEAKS]
Role = Annotated[str, _ROLE]
OtherCity = Annotated[str, replace(_CITY, on_form=False)]  # for those who type it; the form is another one
OtherRegion = Annotated[str, replace(_REGION, on_form=False)]
OtherTheme = Annotated[str, replace(_THEME, on_form=False)]
OtherSpeaks = Annotated[str, replace(_SPEAKS, on_form=False)]
OtherRole = Annotated[str, replace(_ROLE, on_form=False)]


def narrowing(ctx: Context, only: Only) -> Only:
    """Return the narrowing with names as the directory has them.

    Raises:
        UserInputError: there is no such theme.
    """
    theme = ctx.bank.find_theme(only.theme) if only.theme else None
    if only.theme and theme is None:
        raise UserInputError(ctx.t("I do not know that theme."), ctx.t("Type topics to see the themes."), "theme")
    city = ctx.bank.find_city(only.city) if only.city else None
    return replace(only, theme=theme.id if theme else "", city=city.name if city else only.city)


async def narrowed(ctx: Context, announcement_id: int, only: Only) -> Announcement:
    """Store a draft's narrowing; a request for a second person about it lapses.

    Raises:
        Conflict: it is no draft any more.
    """
    draft = await announcement_of(ctx, announcement_id)
    if draft.state is not State.DRAFT:
        hint = ctx.t("Only a draft's audience can change.")
        raise Conflict(ctx.t("“{title}” was sent already.", title=numbered(draft)), hint)
    stored = await ctx.uow.announcements.save(replace(draft, only=only))
    await approvals.lapse(ctx, KIND, stored.id)
    await audit(ctx, "announce audience", stored)
    return stored
