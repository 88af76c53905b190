"""What depends on records and configuration, and is added to an answer when it is given."""

from __future__ import annotations

from datetime import datetime

from bot.command import RUN
from bot.context import Context
from bot.domain.convenings import Convening
from bot.i18n import Translator
from bot.markup import escape
from bot.reply import Button, Field, Moment, Section


async def live_sections(kind: str | None, ctx: Context, t: Translator) -> tuple[Section, ...]:
    """Return the sections for a topic whose `live` is `kind`."""
    match kind:
        case "convenings":
            return (await next_convening_section(ctx, t),)
        case "joining":
            return (joining_section(ctx, t),)
        case "contact" | "committee":
            return (contact_section(ctx, t),)
    return ()


async def next_convening_section(ctx: Context, t: Translator) -> Section:
    """Return the next convening from the records, or say that none is planned."""
    upcoming = await ctx.uow.convenings.upcoming(ctx.now, limit=1, workspace_id=ctx.workspace_id)
    if not upcoming:
        return Section(t("Next convening"), escape(t("No convening is announced at the moment.")))
    return convening_section(upcoming[0], t, ctx.now)


def convening_section(convening: Convening, t: Translator, now: datetime) -> Section:
    """Return a convening in a few lines with a button to its card."""
    starts = convening.next_date(now)
    fields = (
        Field(t("What"), convening.title),
        Field(t("When"), Moment(starts.aware, starts.zone)),
        Field(t("Where"), convening.public_place),
    )
    return Section(
        t("Next convening"),
        fields=tuple(one for one in fields if one.value),
        buttons=(Button(t("Show it"), RUN, f"convening show {convening.id}"),),
    )


def joining_section(ctx: Context, t: Translator) -> Section:
    """Return how to join: here, and on the email list when the configuration names one."""
    text = t("You can join right here: it takes a minute, and you choose what you tell.")
    if ctx.settings.contact.list_url:
        text += " " + t("The email list: {url}", url=ctx.settings.contact.list_url)
    return Section(t("Join"), escape_keeping_links(text), buttons=(Button(t("Join"), RUN, "join", "primary"),))


def contact_section(ctx: Context, t: Translator) -> Section:
    """Return how to reach a person; says so when the configuration names no address."""
    contact = ctx.settings.contact
    lines = [
        t("Write to {address}.", address=contact.email) if contact.email else "",
        t("The Alliance's page: {url}", url=contact.website) if contact.website else "",
    ]
    text = " ".join(line for line in lines if line)
    if not text:
        text = t("Whoever runs this bot has not entered a contact address yet. Ask an organizer in this workspace.")
    return Section(t("Contact"), escape_keeping_links(text))


def escape_keeping_links(text: str) -> str:
    """Return plain text as markup in which addresses become links; only for our own and the operator's text."""
    return " ".join(word if word.startswith("https://") else escape(word) for word in text.split(" "))
