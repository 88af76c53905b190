"""Convenings: planned by organizers, shown in every channel that follows them, answered by anyone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Annotated

from bot.approvals import lapse, waiting_for
from bot.command import RUN, Delivering, Feature, Option, Rendered
from bot.context import Context
from bot.domain.convenings import Convening, Going, Scope
from bot.domain.deliveries import Subject
from bot.domain.times import Zone
from bot.errors import NotFound, UserInputError
from bot.features.convening_answers import answered, convening_of, counted, public_card, render_promotion, whose
from bot.features.convening_cards import card, listing, numbered
from bot.features.convening_mail import for_reader
from bot.features.convening_notices import render_notice, tell_cancellation, told_line
from bot.features.convening_options import (
    ANSWERS,
    NUMBER,
    STARTS,
    ZONE,
    Access,
    Audience,
    Capacity,
    City,
    Descripcion,
    Description,
    Ends,
    HideNames,
    HidePlace,
    Host,
    Languages,
    Link,
    NewPlace,
    NewStarts,
    NewTitle,
    NewZone,
    Number,
    Place,
    Reminders,
    Repeat,
    Themes,
    Title,
    Why,
)
from bot.features.convening_plans import (
    audit,
    edit_form,
    editable,
    may_edit,
    preview,
    refuse_outdated,
    save_change,
    saved,
    take_pending,
    typed_values,
    update_copies,
)
from bot.features.convening_sharing import KIND, SHARING, share, wished
from bot.features.convening_values import changed, check_times, is_trusted, planned
from bot.i18n import N_
from bot.permissions import ORGANIZER, organizer
from bot.reply import Button, Field, Form, Reply, Section
from bot.request import Kind

SHOWN = 10

feature = Feature("convening", summary=N_("Gatherings: see them, answer, announce your own"), order=30)
feature.delivers(Subject.PROMOTION)(render_promotion)
feature.approves(KIND, SHARING)
feature.delivers(Subject.NOTICE)(render_notice)


@feature.command("list", summary=N_("See the convenings that are coming up"), example="convening list")
async def list_upcoming(ctx: Context) -> Reply:
    found = await ctx.uow.convenings.upcoming(ctx.now, SHOWN, workspace_id=whose(ctx))
    return listing(found, ctx.t, ctx.now, is_organizer=ORGANIZER in ctx.roles)


@feature.command("show", summary=N_("See one convening and answer it"), example="convening show 3")
async def show(ctx: Context, convening: Annotated[int | None, NUMBER] = None) -> Reply:
    if convening is None:
        return await _next_one(ctx)
    return await _shown(ctx, convening)


async def _next_one(ctx: Context) -> Reply:
    found = await ctx.uow.convenings.upcoming(ctx.now, 1, workspace_id=ctx.workspace_id)
    return await _shown(ctx, found[0].id) if found else listing((), ctx.t, ctx.now, is_organizer=ORGANIZER in ctx.roles)


async def _shown(ctx: Context, convening_id: int) -> Reply:
    convening = await convening_of(ctx, convening_id)
    shown = await _with_themes(ctx, convening)
    if not may_edit(ctx, convening):
        return shown
    buttons = (
        open_edit.button(ctx.t("Edit"), convening.id),
        *await _sharing(ctx, convening),
        Button(ctx.t("Cancel this convening"), RUN, f"convening cancel {convening.id}", "danger"),
    )
    return replace(shown, sections=(*shown.sections, Section(numbered(convening), buttons=buttons)))


async def _sharing(ctx: Context, convening: Convening) -> tuple[Button, ...]:
    """Return the button that shows a chapter's convening to every chapter, unless that is proposed already."""
    if convening.audience is Scope.ALL or await waiting_for(ctx, KIND, convening.id):
        return ()
    label = ctx.t("Show to every chapter") if is_trusted(ctx) else ctx.t("Propose to every chapter")
    return (share_pressed.button(label, convening.id),)


async def _with_themes(ctx: Context, convening: Convening) -> Reply:
    """Return the card with the names of its themes."""
    shown = await public_card(ctx, convening)
    names = ", ".join(one.name(ctx.t.lang) for one in ctx.bank.themes if one.id in convening.themes)
    if not names:
        return shown
    first = shown.sections[0]
    named = replace(first, fields=(*first.fields, Field(ctx.t("Themes"), names)))
    return replace(shown, sections=(named, *shown.sections[1:]))


@feature.command(
    "add",
    summary=N_("Announce a convening"),
    check=organizer,
    writes=True,
    form=True,
    form_title=N_("New convening"),
    validate=check_times,
    example='convening add title:"City assembly" starts:"2027-03-14 18:30" zone:America/New_York place:"City Hall"',
)
async def add(
    ctx: Context,
    title: Title,
    starts: Annotated[datetime, STARTS],
    zone: Annotated[Zone, ZONE],
    place: Place,
    ends: Ends = None,
    city: City = None,
    description: Description = None,
    languages: Languages = None,
    access: Access = None,
    capacity: Capacity = None,
    hide_names: HideNames = None,
    repeat: Repeat = None,
    descripcion: Descripcion = None,
    link: Link = None,
    host: Host = None,
    themes: Themes = None,
    hide_place: HidePlace = None,
    audience: Audience = None,
    reminders: Reminders = None,
) -> Reply:
    where = {"place": place, "link": link, "hide_place": hide_place, "city": city, "audience": audience}
    when = {"starts": starts, "zone": zone, "ends": ends, "repeat": repeat, "reminders": reminders}
    what = {"title": title, "description": description, "descripcion": descripcion, "host": host, "themes": themes}
    who = {"languages": languages, "access": access, "capacity": capacity, "hide_names": hide_names}
    values = where | when | what | who
    return await preview(ctx, add.name, planned(ctx, values), save_new, values)


@feature.action("save", check=organizer, writes=True)
async def save_new(ctx: Context, argument: str) -> Reply:
    """Save what the preview showed; the right, the times and the pending text are looked at again."""
    draft = await take_pending(ctx, argument)
    if draft is None:
        return _saved_already(ctx)
    values = typed_values(ctx, add, draft.values)
    stored, more = await wished(ctx, await ctx.uow.convenings.add(planned(ctx, values)), values)
    return await saved(ctx, stored, add.name, more)


def _saved_already(ctx: Context) -> Reply:
    return Reply(ctx.t("It is saved already, once."), replaces=True)


@feature.command(
    "edit",
    summary=N_("Change a convening; every posted card follows"),
    check=organizer,
    writes=True,
    form=True,
    form_title=N_("Edit a convening"),
    opens_form=True,
    example='convening edit 3 place:"Library, room 2"',
)
async def edit(
    ctx: Context,
    convening: Number,
    title: NewTitle = None,
    starts: NewStarts = None,
    zone: NewZone = None,
    place: NewPlace = None,
    ends: Ends = None,
    city: City = None,
    description: Description = None,
    languages: Languages = None,
    access: Access = None,
    capacity: Capacity = None,
    hide_names: HideNames = None,
    repeat: Repeat = None,
    descripcion: Descripcion = None,
    link: Link = None,
    host: Host = None,
    themes: Themes = None,
    hide_place: HidePlace = None,
    audience: Audience = None,
    reminders: Reminders = None,
    reason: Why = "",  # noqa: ARG001 - travels with what was typed until it is saved
) -> Reply | Form:
    where = (place, link, hide_place, city, audience, reminders)
    what = (title, description, descripcion, host, themes, languages, access, capacity, hide_names)
    if all(one is None for one in (starts, zone, ends, repeat, *where, *what)):
        return await _form_or_button(ctx, convening)
    return await _edit_preview(ctx, convening, ctx.request.arguments)


async def _form_or_button(ctx: Context, convening_id: int) -> Reply | Form:
    """Return the form; a button for it where a form was just sent, since one form cannot open another."""
    convening = await editable(ctx, convening_id)
    if ctx.request.kind is not Kind.ACTION:
        return edit_form(ctx, edit, convening)
    button = open_edit.button(ctx.t("Open the form"), convening.id, "primary")
    return Reply(ctx.t("“{title}” can be changed in a form.", title=numbered(convening)), (Section(buttons=(button,)),))


async def _edit_preview(ctx: Context, convening_id: int, arguments: Mapping[str, str]) -> Reply:
    old = await editable(ctx, convening_id)
    refuse_outdated(ctx, old, arguments)
    values = typed_values(ctx, edit, arguments, old)
    return await preview(ctx, edit.name, changed(ctx, old, values), save_edit, values)


@feature.action("edit", check=organizer, opens_form=True)
async def open_edit(ctx: Context, argument: str) -> Form:
    return edit_form(ctx, edit, await editable(ctx, number_in(ctx, argument)))


@feature.action("change", check=organizer, writes=True)
async def save_edit(ctx: Context, argument: str) -> Reply:
    """Save what the preview of a change showed, after the same checks."""
    draft = await take_pending(ctx, argument)
    if draft is None:
        return _saved_already(ctx)
    old = await editable(ctx, number_in(ctx, draft.values["convening"]))
    values = typed_values(ctx, edit, draft.values, old)
    refuse_outdated(ctx, old, draft.values)
    reply = await save_change(ctx, changed(ctx, old, values), edit.name, values.get("reason") or "")
    _, more = await wished(ctx, await convening_of(ctx, old.id), values)
    return replace(reply, sections=(*more, *reply.sections))


@feature.action("share", check=organizer, writes=True)
async def share_pressed(ctx: Context, argument: str) -> Reply:
    return await share(ctx, number_in(ctx, argument))


@feature.command(
    "cancel",
    summary=N_("Cancel a convening; every posted card says so"),
    check=organizer,
    writes=True,
    form_title=N_("Cancel a convening"),
    example='convening cancel 3 reason:"The hall is closed"',
)
async def cancel(
    ctx: Context,
    convening: Number,
    reason: Annotated[
        str, Option(N_("Why it does not take place; everybody reads it"), N_("Reason"), max_chars=300)
    ] = "",
) -> Reply:
    old = await editable(ctx, convening)
    stored = await ctx.uow.convenings.save(old.cancelled(reason, ctx.now))
    await lapse(ctx, KIND, stored.id)
    await ctx.uow.deliveries.drop_pending(Subject.CONVENING, stored.id)
    count = await update_copies(ctx, stored)
    told = await tell_cancellation(ctx, stored)
    await audit(ctx, cancel.name, f"convening:{stored.id}")
    text = ctx.t.plural("{count} posted card says so now.", "{count} posted cards say so now.", count)
    text = f"{text} {told_line(ctx.t, told)}".strip()
    shown = await public_card(ctx, stored)
    return Reply(ctx.t("“{title}” is cancelled.", title=numbered(stored)), (Section(text=text), *shown.sections))


@feature.command("rsvp", summary=N_("Say whether you come"), writes=True, example="convening rsvp 3 yes")
async def rsvp(
    ctx: Context,
    convening: Number,
    answer: Annotated[str, Option(N_("Whether you come"), N_("Answer"), "choice", choices=ANSWERS)],
    hide_name: Annotated[
        bool | None, Option(N_("Keep your name from organizers too"), N_("Hide my name (yes or no)"), on_form=False)
    ] = None,
) -> Reply:
    return await answered(ctx, convening, Going(answer), hide=hide_name)


@feature.action("rsvp", writes=True)
async def press(ctx: Context, argument: str) -> Reply:
    """Store the answer of a pressed button; its argument is "<number>:<answer>"."""
    number, _, answer = argument.partition(":")
    if answer not in tuple(Going):
        raise NotFound(ctx.t("I do not know that answer."), ctx.t("Press Yes, Maybe or No below the convening."))
    return await answered(ctx, number_in(ctx, number), Going(answer))


def number_in(ctx: Context, argument: str) -> int:
    """Return the number that a button carries.

    Raises:
        UserInputError: it carries something else.
    """
    if not argument.isascii() or not argument.isdigit() or len(argument) > 12:
        raise UserInputError(
            ctx.t("This button is not one of mine any more."), ctx.t("Type convening list to see what is coming up.")
        )
    return int(argument)


@feature.delivers(Subject.CONVENING)
async def render(delivering: Delivering) -> Rendered | None:
    """Return the card; None for one that was cancelled, or over, before anybody saw it."""
    uow = delivering.uow
    convening = await uow.convenings.get(delivering.subject_id)
    if convening is None:
        return None
    if not delivering.is_posted and (convening.is_cancelled or convening.over_at <= delivering.now):
        return None
    count = await counted(uow, convening)
    shown = card(convening, count, delivering.t, delivering.now, delivering.settings.web)
    return Rendered(for_reader(shown, convening, delivering), convening.revision)
