"""Announcements: written once, shown as they will appear, sent to every channel that follows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from bot import approvals
from bot.command import RUN, Answer, Feature, Option
from bot.context import Context
from bot.domain.announcements import Announcement, Only, Texts
from bot.domain.deliveries import Subject
from bot.domain.times import WallTime
from bot.errors import NotFound, UserInputError
from bot.features import (
    announcement_changes,
    announcement_files,
    announcement_offers,
    announcement_report,
    announcement_sending,
)
from bot.features.announcement_audience import (
    City,
    OtherCity,
    OtherRegion,
    OtherRole,
    OtherSpeaks,
    OtherTheme,
    Region,
    Role,
    Speaks,
    Theme,
    narrowed,
    narrowing,
)
from bot.features.announcement_cards import entry, render
from bot.features.announcement_changes import confirm_correction, correctable, discard
from bot.features.announcement_drafts import announcement_of, audience_for, preview
from bot.features.announcement_looks import looks_on
from bot.features.announcement_sending import CORRECTION, KIND, audit, needs_second, send
from bot.features.planned_times import time_in
from bot.forms import form_of
from bot.i18n import N_
from bot.permissions import STEERING, organizer, steering
from bot.reply import Button, Choice, Reply, Section
from bot.text import fold

SHOWN = 10
SUGGESTED = 25
MAX_LABEL = 100

feature = Feature("announce", summary=N_("Announcements: write, check and send them"), order=40)
feature.delivers(Subject.ANNOUNCEMENT)(render)
feature.delivers(Subject.OFFER)(announcement_offers.render_offer)
feature.approves(KIND, announcement_sending.APPROVABLE)
feature.approves(CORRECTION, announcement_changes.APPROVABLE)


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
_UNTIL = Option(
    N_("Until when it is true, like 2027-03-14 18:30 America/New_York; then its copies say that it is over"),
    N_("Valid until"),
    max_chars=80,
    on_form=False,
)
_WHEN = Option(N_("now, or like 2027-03-14 18:30 America/New_York"), N_("When"), max_chars=80)


def check_new(ctx: Context, values: Mapping[str, Any]) -> None:
    """Check time and audience, without storage.

    Raises:
        UserInputError: the time cannot be read, has no zone or is over.
        CheckFailure: an organizer chose every chapter.
    """
    _times(ctx, values.get("when", ""), values.get("until", ""))
    audience_for(ctx, values.get("audience", ""))


def _times(ctx: Context, when: str, until: str) -> tuple[WallTime | None, WallTime | None]:
    """Return when it goes out, None for at once, and until when it is true, None for always.

    Raises:
        UserInputError: a time cannot be used, or the end comes before the beginning.
    """
    begins, ends = time_in(ctx, when, "when"), time_in(ctx, until, "until")
    if begins and ends and ends.utc <= begins.utc:
        hint = ctx.t("Choose a later time until which it is true, or leave it out.")
        raise UserInputError(ctx.t("It would be over before it goes out."), hint, "until")
    return begins, ends


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
    until: Annotated[str, _UNTIL] = "",
    city: OtherCity = "",
    region: OtherRegion = "",
    theme: OtherTheme = "",
    language: OtherSpeaks = "",
    role: OtherRole = "",
) -> Reply:
    begins, ends = _times(ctx, when, until)
    only = narrowing(ctx, Only(city, region, theme, language, role))
    draft = Announcement(
        0,
        ctx.workspace_id,
        ctx.user_id,
        ctx.now,
        title,
        message,
        mensaje,
        audience_for(ctx, audience),
        begins,
        only=only,
        until=ends,
    )
    stored = await ctx.uow.announcements.add(draft)
    await audit(ctx, new.name, stored)
    return await preview(ctx, stored, needs_second=await needs_second(ctx, stored))


@feature.command(
    "send", summary=N_("Send an announcement that was checked"), check=organizer, writes=True, example="announce send 5"
)
async def send_typed(ctx: Context, announcement: Annotated[int, _NUMBER]) -> Reply:
    return await send(ctx, announcement, is_meant=False)


@feature.command(
    "audience",
    summary=N_("Narrow whom a draft is for: a city, a region, a theme, a language, a role"),
    check=organizer,
    writes=True,
    form=True,
    form_title=N_("Audience"),
    example="announce audience 5 language:es",
)
async def audience(
    ctx: Context,
    announcement: Annotated[int, _NUMBER],
    city: City = "",
    region: Region = "",
    theme: Theme = "",
    language: Speaks = "",
    role: Role = "",
) -> Reply:
    """Store the whole narrowing anew: what is left blank narrows nothing."""
    draft = await narrowed(ctx, announcement, narrowing(ctx, Only(city, region, theme, language, role)))
    return await preview(ctx, draft, needs_second=await needs_second(ctx, draft))


@feature.action("audience", check=organizer, opens_form=True)
async def audience_pressed(ctx: Context, argument: str) -> Answer:
    """Open the form of the audience with what the draft has."""
    draft = await announcement_of(ctx, _number_in(ctx, argument))
    only = draft.only
    values = {"city": only.city, "region": only.region, "theme": only.theme, "language": only.lang, "role": only.role}
    return form_of(audience, {"announcement": str(draft.id), **values}, ctx.t)


@feature.action("take", check=organizer, writes=True)
async def take(ctx: Context, argument: str) -> Reply:
    return await announcement_offers.take(ctx, _number_in(ctx, argument))


@feature.action("leave", check=organizer, writes=True)
async def leave(ctx: Context, argument: str) -> Reply:
    return await announcement_offers.leave(ctx, _number_in(ctx, argument))


@feature.command(
    "approve",
    summary=N_("See exactly what would be sent, and approve it as a second person"),
    check=organizer,
    writes=True,
    example="announce approve 5",
)
async def approve(ctx: Context, announcement: Annotated[int, _NUMBER]) -> Reply:
    return await announcement_sending.approve(ctx, announcement)


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


@feature.action("looks", check=organizer)
async def looks(ctx: Context, argument: str) -> Reply:
    """Show an announcement as one platform will write it, part by part."""
    number, _, platform = argument.partition(":")
    return looks_on(ctx, await announcement_of(ctx, _number_in(ctx, number)), platform)


@feature.action("discard", check=organizer, writes=True)
async def discard_pressed(ctx: Context, argument: str) -> Reply:
    return await discard(ctx, _number_in(ctx, argument))


@feature.command(
    "correct",
    summary=N_("Correct the texts of an announcement in every copy"),
    check=organizer,
    writes=True,
    form=True,
    form_title=N_("Correct an announcement"),
    example="announce correct 5",
)
async def correct(
    ctx: Context,
    announcement: Annotated[int, _NUMBER],
    title: Annotated[str, _TITLE],
    message: Annotated[str, _MESSAGE],
    mensaje: Annotated[str, _MENSAJE] = "",
) -> Reply:
    return await announcement_changes.correct(ctx, announcement, Texts(title, message, mensaje))


@feature.action("rewrite", check=organizer, opens_form=True)
async def rewrite(ctx: Context, argument: str) -> Answer:
    """Open the form of a correction with the texts as they are."""
    found = await correctable(ctx, _number_in(ctx, argument))
    values = {"title": found.title, "message": found.message, "mensaje": found.message_es}
    return form_of(correct, {"announcement": str(found.id), **values}, ctx.t)


@feature.action("corrected", check=organizer, writes=True)
async def corrected(ctx: Context, argument: str) -> Reply:
    """Correct every copy as it was shown, or ask a second person to approve that."""
    return await confirm_correction(ctx, _number_in(ctx, argument))


@feature.command(
    "withdraw",
    summary=N_("Take an announcement back: every copy says so, with the reason"),
    check=organizer,
    writes=True,
    form=True,
    form_title=N_("Withdraw an announcement"),
    example='announce withdraw 5 reason:"The date is wrong."',
)
async def withdraw(
    ctx: Context,
    announcement: Annotated[int, _NUMBER],
    reason: Annotated[str, Option(N_("Everybody who got it reads it"), N_("Reason"), "text", max_chars=500)],
) -> Reply:
    return await announcement_changes.withdraw(ctx, announcement, reason)


@feature.command(
    "report",
    summary=N_("See what became of an announcement, channel by channel, and try again what failed"),
    check=organizer,
    example="announce report 5",
)
async def report(ctx: Context, announcement: Annotated[int, _NUMBER]) -> Reply:
    return await announcement_report.report(ctx, announcement)


@feature.action("report_csv", check=organizer)
async def report_csv(ctx: Context, argument: str) -> Reply:
    return await announcement_files.as_table(ctx, _number_in(ctx, argument))


@feature.action("report_picture", check=organizer)
async def report_picture(ctx: Context, argument: str) -> Reply:
    return await announcement_files.as_picture(ctx, _number_in(ctx, argument))


@feature.action("retry", check=organizer, writes=True)
async def retry(ctx: Context, argument: str) -> Reply:
    return await announcement_report.retry(ctx, _number_in(ctx, argument))


@feature.command(
    "pause", summary=N_("Stop all announcements everywhere until announce resume"), check=steering, writes=True
)
async def pause(ctx: Context) -> Reply:
    return await announcement_report.pause(ctx)


@feature.command("resume", summary=N_("Let announcements go out again"), check=steering, writes=True)
async def resume(ctx: Context) -> Reply:
    return await announcement_report.resume(ctx)


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
    waits = await approvals.waiting_for(ctx, KIND, announcement.id) is not None
    return entry(announcement, rows, ctx.t, waits=waits)


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
