"""Announcements: written once, shown as they will appear, sent to every channel that follows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from bot.command import RUN, Feature, Option
from bot.context import Context
from bot.domain.announcements import Announcement
from bot.domain.deliveries import Subject
from bot.errors import NotFound
from bot.features.announcement_cards import entry, render
from bot.features.announcement_sending import audience_for, audit, discard, preview, send
from bot.features.planned_times import time_in
from bot.i18n import N_
from bot.permissions import STEERING, organizer
from bot.reply import Button, Choice, Reply, Section
from bot.text import fold

SHOWN = 10
SUGGESTED = 25
MAX_LABEL = 100

feature = Feature("announce", summary=N_("Announcements: write, check and send them"), order=40)
feature.delivers(Subject.ANNOUNCEMENT)(render)


async def suggest(ctx: Context, typed: str) -> Sequence[Choice]:
    """Return the newest announcements whose title or number holds what was typed."""
    wanted = fold(typed).removeprefix("#")
    found = await ctx.uow.announcements.recent(_own(ctx), 4 * SUGGESTED)
    fitting = (one for one in found if wanted in fold(one.title) or wanted == str(one.id))
    return [Choice(str(one.id), f"#{one.id} {one.title}"[:MAX_LABEL]) for one in fitting][:SUGGESTED]


AUDIENCES = (Choice("all", N_("Every chapter")), Choice("chapter", N_("This chapter")))
_NUMBER = Option(
    N_("Number of the announcement; announce list shows it"),
    N_("Announcement"),
    suggest=suggest,
    minimum=1,
    maximum=2**31,
)
_TITLE = Option(N_("What it is about, in one line"), N_("Title"), max_chars=150)
_MESSAGE = Option(
    N_("**bold**, *italic*, [links](https://…), lists and > quotes work"), N_("Message"), "text", max_chars=3000
)
_MENSAJE = Option(
    N_("For Spanish channels; they get the English text when blank"),
    N_("Mensaje (Spanish, optional)"),
    "text",
    max_chars=3000,
)
_AUDIENCE = Option(N_("Who receives it"), N_("Audience"), "choice", choices=AUDIENCES)
_WHEN = Option(N_("now, or like 2027-03-14 18:30 America/New_York"), N_("When"), max_chars=80)


def check_new(ctx: Context, values: Mapping[str, Any]) -> None:
    """Check time and audience, without storage.

    Raises:
        UserInputError: the time cannot be read, has no zone or is over.
        CheckFailure: an organizer chose every chapter.
    """
    time_in(ctx, values.get("when", ""), "when")
    audience_for(ctx, values.get("audience", ""))


@feature.command(
    "new",
    summary=N_("Write an announcement and see it before it goes out"),
    check=organizer,
    writes=True,
    form=True,
    form_title=N_("New announcement"),
    validate=check_new,
    example='announce new title:"Vote today" message:"The council votes at **6 pm**."',
)
async def new(
    ctx: Context,
    title: Annotated[str, _TITLE],
    message: Annotated[str, _MESSAGE],
    mensaje: Annotated[str, _MENSAJE] = "",
    audience: Annotated[str, _AUDIENCE] = "",
    when: Annotated[str, _WHEN] = "",
) -> Reply:
    draft = Announcement(
        0,
        ctx.workspace_id,
        ctx.user_id,
        ctx.now,
        title,
        message,
        mensaje,
        audience_for(ctx, audience),
        time_in(ctx, when, "when"),
    )
    stored = await ctx.uow.announcements.add(draft)
    await audit(ctx, new.name, stored)
    return await preview(ctx, stored)


@feature.command(
    "send", summary=N_("Send an announcement that was checked"), check=organizer, writes=True, example="announce send 5"
)
async def send_typed(ctx: Context, announcement: Annotated[int, _NUMBER]) -> Reply:
    return await send(ctx, announcement, is_meant=False)


@feature.action("send", check=organizer, writes=True)
async def send_pressed(ctx: Context, argument: str) -> Reply:
    """Send the draft whose preview was confirmed; rights, time and text are looked at again."""
    return await send(ctx, _number_in(ctx, argument), is_meant=False)


@feature.action("anyway", check=organizer, writes=True)
async def send_anyway(ctx: Context, argument: str) -> Reply:
    """Send a draft although the same text went out just now."""
    return await send(ctx, _number_in(ctx, argument), is_meant=True)


@feature.command(
    "cancel",
    summary=N_("Cancel a draft or what is not posted everywhere yet"),
    check=organizer,
    writes=True,
    example="announce cancel 5",
)
async def cancel(ctx: Context, announcement: Annotated[int, _NUMBER]) -> Reply:
    return await discard(ctx, announcement)


@feature.action("discard", check=organizer, writes=True)
async def discard_pressed(ctx: Context, argument: str) -> Reply:
    return await discard(ctx, _number_in(ctx, argument))


@feature.command("list", summary=N_("See the newest announcements and what became of them"), check=organizer)
async def list_newest(ctx: Context) -> Reply:
    found = await ctx.uow.announcements.recent(_own(ctx), SHOWN)
    if not found:
        button = Button(ctx.t("Write one"), RUN, "announce new", "primary")
        return Reply(ctx.t("There is no announcement yet."), (Section(buttons=(button,)),))
    sections = [await _entry(ctx, one) for one in found]
    summary = ctx.t.plural("{count} announcement, newest first.", "{count} announcements, newest first.", len(found))
    return Reply(summary, tuple(sections))


async def _entry(ctx: Context, announcement: Announcement) -> Section:
    rows = await ctx.uow.deliveries.of_subject(Subject.ANNOUNCEMENT, announcement.id)
    return entry(announcement, rows, ctx.t)


def _own(ctx: Context) -> str:
    """Return the workspace whose announcements the person sees; "" for all of them."""
    return "" if STEERING in ctx.roles else ctx.workspace_id


def _number_in(ctx: Context, argument: str) -> int:
    """Return the number that a button carries.

    Raises:
        NotFound: it carries something else.
    """
    if not argument.isascii() or not argument.isdigit() or len(argument) > 12:
        raise NotFound(ctx.t("I do not know that announcement."), ctx.t("Type announce list to see the newest."))
    return int(argument)
