"""The directory of human rights cities."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Annotated

from bot.answers import card_steps, related_section, sources_section
from bot.command import Feature, Option
from bot.context import Context
from bot.errors import NotFound
from bot.i18n import N_
from bot.markup import escape
from bot.reply import Choice, Field, Reply, Section
from bot.text import fold
from knowledge.schema import City

REGIONS = (
    Choice("us", N_("United States")),
    Choice("canada", N_("Canada")),
    Choice("latin-america", N_("Latin America")),
    Choice("europe", N_("Europe")),
    Choice("asia", N_("Asia")),
    Choice("africa", N_("Africa")),
)
feature = Feature("city", N_("Directory of human rights cities"), order=24)


async def _cities(ctx: Context, typed: str) -> Sequence[Choice]:
    named = (Choice(one.name, _placed(ctx, one)) for one in ctx.bank.cities)
    return [one for one in named if fold(typed) in fold(one.label)][:25]


def _placed(ctx: Context, city: City) -> str:
    country = city.text(ctx.t.lang).country
    return city.name if country in city.name else f"{city.name} ({country})"


@feature.command("list", summary=N_("List human rights cities"), example="city list region:us")
async def list_cities(
    ctx: Context, region: Annotated[str, Option(N_("Part of the world"), choices=REGIONS)] = ""
) -> Reply:
    """List the directory by region, with the year where it is known."""
    cities = [one for one in ctx.bank.cities if region in ("", one.region)]
    if not cities:
        raise NotFound(ctx.t("The directory has no city there."), ctx.t("Leave the region out to see them all."))
    order = [choice.value for choice in REGIONS]
    cities.sort(key=lambda one: (order.index(one.region), fold(one.name)))
    sections = tuple(_region(ctx, name, tuple(some)) for name, some in groupby(cities, key=lambda one: one.region))
    note = ctx.t("There is no official register; these are the places that our sources support.")
    return Reply(ctx.t("{count} places in the directory.", count=len(cities)), (*sections, Section(text=escape(note))))


def _region(ctx: Context, region: str, cities: tuple[City, ...]) -> Section:
    title = next(ctx.t(choice.label) for choice in REGIONS if choice.value == region)
    lines = (f"- {escape(_placed(ctx, one))}" + (escape(f", {one.year}") if one.year else "") for one in cities)
    return Section(title, "\n".join(lines))


@feature.command("show", summary=N_("Show one city of the directory"), example="city show Eugene")
async def show(
    ctx: Context, name: Annotated[str, Option(N_("Name of the city"), label=N_("City"), suggest=_cities)]
) -> Reply:
    """Show when, by what instrument, what it does, and the sources."""
    city = ctx.bank.find_city(name)
    if city is None:
        near = ", ".join(one.name for one in ctx.bank.nearest_cities(name))
        hint = ctx.t("Closest: {names}.", names=near) if near else ctx.t("Type city list to see them all.")
        raise NotFound(ctx.t("The directory does not have “{name}”.", name=name), hint)
    return _card(ctx, city)


def _card(ctx: Context, city: City) -> Reply:
    t, text = ctx.t, city.text(ctx.t.lang)
    facts = (Field(t("Country"), text.country), Field(t("When"), text.when), Field(t("Instrument"), text.instrument))
    sections = [
        Section(text=text.does, fields=tuple(one for one in facts if one.value)),
        sources_section(ctx.bank, city.sources, city.reviewed, t),
        related_section((ctx.bank.topics[name] for name in city.related), t),
        Section(buttons=card_steps(ctx.bank.topics[city.id], ctx, t)),
    ]
    return Reply(_placed(ctx, city), tuple(one for one in sections if one != Section()))
