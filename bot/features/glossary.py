"""Terms of the field, in both languages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from bot.answers import related_section, sources_section
from bot.command import Feature, Option
from bot.context import Context
from bot.errors import NotFound
from bot.i18n import LANGUAGES, N_
from bot.markup import escape
from bot.reply import Choice, Reply, Section
from bot.text import fold
from knowledge.schema import Term

feature = Feature("glossary", N_("Terms explained in both languages"), order=23)


async def _terms(ctx: Context, typed: str) -> Sequence[Choice]:
    named = (Choice(one.text(ctx.t.lang).term[:100], one.text(ctx.t.lang).term[:100]) for one in ctx.bank.terms)
    return [one for one in named if fold(typed) in fold(one.label)][:25]


@feature.command(summary=N_("A term explained, in both languages"), example="glossary duty-bearer")
async def glossary(
    ctx: Context, term: Annotated[str, Option(N_("A word or its initials"), suggest=_terms)] = ""
) -> Reply:
    """List the terms, or explain one."""
    if not term:
        return _all(ctx)
    found = ctx.bank.find_term(term)
    if found is None:
        near = ", ".join(one.text(ctx.t.lang).term for one in ctx.bank.nearest_terms(term))
        hint = ctx.t("Closest: {names}.", names=near) if near else ctx.t("Type glossary to see every term.")
        raise NotFound(ctx.t("The glossary does not have “{term}”.", term=term), hint)
    return _one(ctx, found)


def _all(ctx: Context) -> Reply:
    names = sorted((one.text(ctx.t.lang).term for one in ctx.bank.terms), key=fold)
    text = escape(", ".join(names) + ".")
    return Reply(ctx.t("The glossary explains {count} terms.", count=len(names)), (Section(text=text),))


def _one(ctx: Context, term: Term) -> Reply:
    mine = term.text(ctx.t.lang)
    meanings = (Section(name, _explained(term, lang)) for lang, name in LANGUAGES.items())
    related = related_section((ctx.bank.topics[name] for name in term.related), ctx.t)
    sections = (*meanings, *_sources(ctx, term), related)
    return Reply(f"{mine.term}: {mine.meaning}", tuple(one for one in sections if one != Section()))


def _sources(ctx: Context, term: Term) -> tuple[Section, ...]:
    return (sources_section(ctx.bank, term.sources, term.reviewed, ctx.t),) if term.sources else ()


def _explained(term: Term, lang: str) -> str:
    text = term.text(lang)
    also = f" ({', '.join(text.also)})" if text.also else ""
    return f"**{escape(text.term)}**{escape(also)}: {escape(text.meaning)}"
