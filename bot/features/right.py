"""The articles of the Universal Declaration of Human Rights."""

from __future__ import annotations

from typing import Annotated

from bot.answers import card_steps, related_section, sources_section
from bot.command import Feature, Option
from bot.context import Context
from bot.errors import NotFound
from bot.i18n import LANGUAGES, N_, core_translators
from bot.reply import Choice, Reply, Section

LANGUAGE_CHOICES = tuple(Choice(code, name) for code, name in LANGUAGES.items())
feature = Feature("right", N_("One article of the Universal Declaration"), order=22)


@feature.command(summary=N_("One article of the Universal Declaration of Human Rights"), example="right 25")
async def right(
    ctx: Context,
    article: Annotated[int, Option(N_("Number of the article, 1 to 30"), label=N_("Article"), minimum=1, maximum=30)],
    lang: Annotated[str, Option(N_("Language of the answer"), choices=LANGUAGE_CHOICES)] = "",
) -> Reply:
    """Show our gloss, the article in our words, and what cities do about it."""
    t = core_translators()[lang or ctx.t.lang]
    found = ctx.bank.article(article)
    if found is None:
        raise NotFound(
            ctx.t("There is no article {number}.", number=article), ctx.t("The declaration has 30 articles.")
        )
    text = found.text(t.lang)
    sections = [
        Section(t("What the article says, in our words"), text.article),
        Section(t("What cities do about it"), text.cities),
        sources_section(ctx.bank, found.sources, found.reviewed, t),
        related_section((ctx.bank.topics[name] for name in found.related), t),
        Section(buttons=card_steps(ctx.bank.topics[found.id], ctx, t)),
    ]
    summary = t("Article {number}: {gloss}", number=found.number, gloss=text.gloss)
    return Reply(summary, tuple(one for one in sections if one != Section()))
