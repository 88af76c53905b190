"""Convenings in people's own calendars: a file, and addresses to subscribe to, one of them secret."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Annotated

from bot.calendars import MEDIA_TYPE, Occasion, calendar_file, feed, tag_of
from bot.context import Context
from bot.domain.convenings import Convening, Going, Scope
from bot.errors import NotFound
from bot.features.convening_answers import convening_of, whose
from bot.features.convening_options import NUMBER
from bot.features.convenings import feature as convenings
from bot.gate import kept_out
from bot.http import HttpReply, Visit
from bot.i18n import N_, Translator
from bot.markup import escape
from bot.ports import UnitOfWork
from bot.reply import Attachment, Reply, Section

KEPT = timedelta(days=90)  # what is over stays in a subscribed calendar for so long
MOST = 500  # convenings in one file
CHAPTER, MINE = "/calendar/chapter/{code}.ics", "/calendar/mine/{secret}.ics"
ALL, ONE = "/calendar/all.ics", "/calendar/convening/{number}.ics"
_SHARED = {"Cache-Control": "public, no-cache"}
_OWN = {"Cache-Control": "private, no-cache"}


@convenings.command("calendar", summary=N_("Get convenings into your own calendar"), example="convening calendar")
async def calendar(ctx: Context, convening: Annotated[int | None, NUMBER] = None) -> Reply:
    """Give the file of one convening or of all that are ahead, and the addresses to subscribe to."""
    if convening is not None:
        found = await convening_of(ctx, convening)
        summary = ctx.t("Open this file to put “{title}” into your calendar.", title=found.title)
        content = calendar_file(_occasion(ctx.uow, found), ctx.t, ctx.now)
        return Reply(summary, attachments=(Attachment(f"convening-{found.id}.ics", content, MEDIA_TYPE),))
    ahead = await ctx.uow.convenings.upcoming(ctx.now, MOST, workspace_id=whose(ctx))
    addresses = await _addresses(ctx)
    if not ahead:
        return Reply(ctx.t("No convening is planned yet, so there is no calendar file."), addresses)
    summary = ctx.t.plural(
        "This file holds the convening that is coming up.", "This file holds {count} convenings.", len(ahead)
    )
    content = feed(_occasions(ctx.uow, ahead), ctx.t("Convenings"), ctx.t, ctx.now)
    return Reply(summary, addresses, attachments=(Attachment("convenings.ics", content, MEDIA_TYPE),))


async def _addresses(ctx: Context) -> tuple[Section, ...]:
    """Return what can be subscribed to; says why there is nothing where the web server is off."""
    t, web = ctx.t, ctx.settings.web
    if not web.is_on:
        text = t(
            "A calendar that follows every change needs the bot's web server, which is off. Whoever runs the bot can "
            "switch it on with web.public_url."
        )
        return (Section(t("Subscribe"), escape(text)),)
    chapter = web.address(CHAPTER.format(code=ctx.uow.calendars.code(ctx.workspace_id)))
    how = escape(t("Add one of these addresses to your calendar; it follows every change."))
    listed = "\n".join(
        f"- {escape(label)}: `{address}`"
        for label, address in ((t("All convenings"), web.address(ALL)), (t("This chapter"), chapter))
    )
    has = await ctx.uow.calendars.has(ctx.user_id)
    label = t("Make a new address of my own") if has else t("Make an address of my own")
    own = t("An address of your own shows the convenings to which you said yes or maybe.")
    if has:
        own += " " + t("You have one. It is not stored readably, so I cannot show it again; a new one replaces it.")
    return (
        Section(t("Subscribe"), f"{how}\n\n{listed}"),
        Section(t("Only for you"), escape(own), buttons=(renew.button(label),)),
    )


@convenings.action("my_calendar", writes=True)
async def renew(ctx: Context, argument: str) -> Reply:  # noqa: ARG001 - every action takes its argument
    """Make the asker's own secret address; the one before opens nothing any more.

    Raises:
        NotFound: the web server is off.
    """
    t, web = ctx.t, ctx.settings.web
    if not web.is_on:
        raise NotFound(t("Calendar addresses are off at the moment."), t("Ask whoever runs this bot."))
    secret = await ctx.uow.calendars.renew(ctx.user_id, ctx.now)
    text = t(
        "Whoever knows this address sees which convenings you answered, so keep it to yourself. I show it this once; "
        "an address that you had before does not work any more."
    )
    address = web.address(MINE.format(secret=secret))
    return Reply(t("This is the address of your own calendar."), (Section(text=f"`{address}`\n\n{escape(text)}"),))


@convenings.page("GET", ALL)
async def all_convenings(visit: Visit) -> HttpReply:
    found = await visit.uow.convenings.calendar(visit.now - KEPT)
    return _served(visit, found, visit.t("Convenings"), _SHARED)


@convenings.page("GET", CHAPTER)
async def chapters(visit: Visit) -> HttpReply:
    workspace_id = await visit.uow.calendars.workspace(visit.values["code"])
    if not workspace_id:
        raise _unknown(visit.t)
    await _refuse_kept_out(visit, workspace_id=workspace_id)
    found = await visit.uow.convenings.calendar(visit.now - KEPT, workspace_id)
    return _served(visit, found, visit.t("Convenings of a chapter"), _SHARED)


@convenings.page("GET", MINE)
async def own_convenings(visit: Visit) -> HttpReply:
    owner = await visit.uow.calendars.owner(visit.values["secret"])
    if not owner:
        raise _unknown(visit.t)
    await _refuse_kept_out(visit, user_id=owner)
    found = await _answered_by(visit.uow, owner, visit.now - KEPT)
    return _served(visit, found, visit.t("My convenings"), _OWN)


@convenings.page("GET", ONE)
async def one_convening(visit: Visit) -> HttpReply:
    number = visit.values["number"]
    is_number = number.isascii() and number.isdigit() and len(number) < 10
    found = await visit.uow.convenings.get(int(number)) if is_number else None
    if found is None or found.audience is not Scope.ALL:  # a page knows nobody's chapter
        raise _unknown(visit.t)
    await _refuse_kept_out(visit, workspace_id=found.workspace_id)
    occasion = _occasion(visit.uow, found)
    name = {"Content-Disposition": f'attachment; filename="convening-{found.id}.ics"'}
    tag = tag_of([occasion], visit.t.lang)
    return _fresh(visit, tag, _SHARED | name) or _file(calendar_file(occasion, visit.t, visit.now), tag, _SHARED | name)


async def _refuse_kept_out(visit: Visit, **who: str) -> None:
    """Give out nothing to whoever is blocked, and nothing of a chapter that is suspended.

    Raises:
        KeptOut: says why, as chat does.
    """
    refused = await kept_out(visit, visit.t, **who)
    if refused:
        raise refused


async def _answered_by(uow: UnitOfWork, user_id: str, since: datetime) -> tuple[Convening, ...]:
    """Return the convenings to which the person behind the account said yes or maybe, and which are not long over."""
    member = await uow.members.by_user(user_id)
    answers = await uow.convenings.attending(member.id if member else user_id)
    wanted = {one.convening_id for one in answers if one.answer is not Going.NO}
    return tuple(one for one in await uow.convenings.calendar(since, None) if one.id in wanted)


def _unknown(t: Translator) -> NotFound:
    return NotFound(t("There is no such calendar."))


def _served(visit: Visit, found: Iterable[Convening], name: str, caching: dict[str, str]) -> HttpReply:
    occasions = _occasions(visit.uow, found)
    tag = tag_of(occasions, visit.t.lang)
    return _fresh(visit, tag, caching) or _file(feed(occasions, name, visit.t, visit.now), tag, caching)


def _fresh(visit: Visit, tag: str, headers: dict[str, str]) -> HttpReply | None:
    """Return 304 when whoever asks has this state already. Source: RFC 9110, section 13.1.2."""
    known = {one.strip() for one in visit.request.headers.get("if-none-match", "").split(",")}
    return HttpReply(304, {**headers, "ETag": tag}) if known & {tag, "*"} else None


def _file(content: bytes, tag: str, headers: dict[str, str]) -> HttpReply:
    return HttpReply(200, {"Content-Type": MEDIA_TYPE, "ETag": tag, **headers}, content)


def _occasions(uow: UnitOfWork, found: Iterable[Convening]) -> tuple[Occasion, ...]:
    return tuple(_occasion(uow, one) for one in found)


def _occasion(uow: UnitOfWork, convening: Convening) -> Occasion:
    return Occasion(convening, uow.calendars.uid(convening.id))
