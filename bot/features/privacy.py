"""What is stored, for how long, and who can see it."""

from __future__ import annotations

from bot.command import RUN, Feature
from bot.context import Context
from bot.i18n import N_
from bot.live import contact_section
from bot.markup import escape
from bot.reply import Button, Reply, Section

feature = Feature("privacy", N_("What I store, and for how long"), order=91)

KEPT = (
    N_("Questions you ask: not stored. Helpful and Not helpful are counted without your name."),
    N_("If you join: what you type into the form and your account's id, until you delete it."),
    N_("Answers to convenings: your account's id and yes, maybe or no, until you delete your record."),
    N_("Which topic I answered last in a conversation, without your name: minutes."),
    N_("Forms you have not finished: one hour."),
    N_("Ids of requests, so that nothing is done twice: 24 hours."),
    N_("Convenings and announcements that organizers publish, and which channels got them."),
    N_("Acts of organizers and refused attempts: who, what and when, for the steering committee."),
)


@feature.command(summary=N_("What I store, and for how long"), example="privacy")
async def privacy(ctx: Context) -> Reply:
    """List every kind of record with its age."""
    t = ctx.t
    days = ctx.settings.retention.questions_days
    asked = t.plural(
        "Questions that you put to a person: the text, your account's id and where the answer goes, for {count} day.",
        "Questions that you put to a person: the text, your account's id and where the answer goes, for {count} days.",
        days,
    )
    published = t("What became a topic stays, without your name.")
    kept = (*(t(one) for one in KEPT), f"{asked} {published}")
    lines = "\n".join(f"- {escape(one)}" for one in kept)
    who = t(
        "Names are never shown in channels. The log holds no names, addresses or message texts. "
        "Whoever runs this bot can read the database; the platform you write on sees what you write there."
    )
    buttons = (Button(t("See what is kept about me"), RUN, "me"),)
    sections = (
        Section(t("What is stored"), lines),
        Section(t("Who can see it"), escape(who), buttons=buttons),
        contact_section(ctx, t),
    )
    return Reply(t("I keep as little as I can."), sections)
