"""What is stored, for how long, and who can see it: as `bot.domain.holdings` describes it."""

from __future__ import annotations

from bot.command import RUN, Feature
from bot.context import Context
from bot.domain.holdings import HOLDINGS, Holding
from bot.i18n import N_, Translator
from bot.live import contact_section
from bot.markup import escape
from bot.reply import Button, Reply, Section
from bot.settings import Settings

feature = Feature("privacy", N_("What I store, and for how long"), order=91)


@feature.command(summary=N_("What I store, and for how long"), example="privacy")
async def privacy(ctx: Context) -> Reply:
    """List every kind of record with its reason and its age."""
    t = ctx.t
    first = t("Questions you ask: not stored. Helpful and Not helpful are counted without your name.")
    lines = [f"- {escape(first)}", *(f"- {_line(one, ctx)}" for one in HOLDINGS)]
    who = t(
        "What you tell when you join is seen by nobody else until you say so in me settings; organizers see counts. "
        "Names are never shown in channels. The log holds no names, addresses or message texts. "
        "Whoever runs this bot can read the database; the platform you write on sees what you write there."
    )
    yours = t("Type me export for a file of all that is kept about you, and me delete to erase it.")
    buttons = (Button(t("See what is kept about me"), RUN, "me"), Button(t("Get it as a file"), RUN, "me export"))
    sections = (
        Section(t("What is stored"), "\n".join(lines)),
        Section(t("Who can see it"), escape(who)),
        Section(t("What you can do"), escape(yours), buttons=buttons),
        contact_section(ctx, t),
    )
    return Reply(t("I keep as little as I can."), sections)


def _line(holding: Holding, ctx: Context) -> str:
    t = ctx.t
    return f"**{escape(t(holding.title))}**: {escape(t(holding.why))} {escape(kept_for(holding, ctx.settings, t))}"


def kept_for(holding: Holding, settings: Settings, t: Translator) -> str:
    """Return for how long the table's rows are kept, a sentence."""
    return t(holding.kept, age=age(holding.age, settings, t)) if holding.age else t(holding.kept)


def age(key: str, settings: Settings, t: Translator) -> str:
    """Return an age of `retention` in words: "90 days"."""
    count: int = getattr(settings.retention, key)
    if key.endswith("_days"):
        return t.plural("{count} day", "{count} days", count)
    if key.endswith("_hours"):
        return t.plural("{count} hour", "{count} hours", count)
    return t.plural("{count} minute", "{count} minutes", count)
