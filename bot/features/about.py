"""Who is behind the bot, and how it works."""

from __future__ import annotations

from importlib.metadata import version

from bot.command import RUN, Feature
from bot.context import Context
from bot.engine import described
from bot.i18n import LANGUAGES, N_
from bot.live import contact_section
from bot.markup import escape
from bot.reply import Button, Field, Reply, Section

feature = Feature("about", N_("Who is behind this bot"), order=90)


@feature.command(summary=N_("Who is behind this bot"), example="about")
async def about(ctx: Context) -> Reply:
    """Say what this is, what it knows and how to reach a person."""
    t = ctx.t
    text = t(
        "I answer from a knowledge base that people wrote and reviewed, and I name my sources. "
        "When I am not sure I say so. I give no legal advice, and I certify and rank no city."
    )
    facts = (
        Field(t("Version"), version("hrc-bot")),
        Field(t("Topics"), str(len(ctx.bank.topics))),
        Field(t("Languages"), ", ".join(LANGUAGES.values())),
        Field(t("How I search"), described(ctx.edition, t)),
        Field(t("Licence"), "MIT"),
    )
    more = Section(
        buttons=(
            Button(t("What is the Alliance?"), RUN, f"ask {t('What is the Alliance?')}"),
            Button(t("Privacy"), RUN, "privacy"),
        )
    )
    summary = t("I am the bot of the National Human Rights Cities Alliance, run by volunteers.")
    return Reply(summary, (Section(text=escape(text), fields=facts), contact_section(ctx, t), more))
