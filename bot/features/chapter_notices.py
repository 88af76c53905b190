"""What organizers are told about their chapter: how to begin, and which channels receive nothing any more."""

from __future__ import annotations

from bot.command import RUN, Delivering, Rendered
from bot.i18n import Translator
from bot.markup import escape
from bot.problems import fix_of, reason_of
from bot.reply import Button, ChannelMention, Field, Reply, Section

SHOWN = 10


async def render_welcome(delivering: Delivering) -> Rendered | None:
    """Return how to begin."""
    return Rendered(welcome(delivering.t), 1)


def welcome(t: Translator) -> Reply:
    """Return what whoever let the bot in reads first."""
    steps = (
        t("Let a channel receive convenings and announcements: type channel follow there."),
        t("Say where your chapter is: channel chapter takes its city, language and time zone."),
        t("Try a question: ask what a human rights city is."),
    )
    text = "\n".join(f"{number}. {escape(step)}" for number, step in enumerate(steps, 1))
    rights = t("Administrators of this workspace are organizers here. Nothing is posted anywhere until you ask for it.")
    buttons = (
        Button(t("What a human rights city is"), RUN, f"ask {t('What is a human rights city?')}"),
        Button(t("What receives what"), RUN, "channel status"),
        Button(t("All commands"), RUN, "help"),
        Button(t("What is stored"), RUN, "privacy"),
    )
    sections = (Section(t("How to begin"), text), Section(text=escape(rights), buttons=buttons))
    return Reply(t("Thank you for letting the Human Rights Cities bot in."), sections)


async def render_loss(delivering: Delivering) -> Rendered | None:
    """Return which channels of the chapter are paused and why; None once none is."""
    t = delivering.t
    follows = await delivering.uow.follows.of_workspace(delivering.target.workspace_id)
    paused = [one for one in follows if one.paused_reason]
    if not paused:
        return None
    sections = tuple(
        Section(
            text=escape(fix_of(one.paused_reason, t)),
            fields=(
                Field(t("Channel"), ChannelMention(one.channel_id)),
                Field(t("Why"), reason_of(one.paused_reason, t)),
            ),
        )
        for one in paused[:SHOWN]
    )
    summary = t.plural(
        "{count} channel of your chapter receives nothing any more.",
        "{count} channels of your chapter receive nothing any more.",
        len(paused),
    )
    button = Button(t("What receives what"), RUN, "channel status")
    return Rendered(Reply(summary, (*sections, Section(buttons=(button,)))), 1)
