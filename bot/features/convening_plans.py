"""Planning a convening: what was typed becomes a convening, is shown with its weekday, and is saved once."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.approvals import lapse
from bot.command import Action, Command
from bot.context import Context
from bot.convert import values_of
from bot.domain.convenings import Convening, Headcount, Scope, waiting
from bot.domain.deliveries import Subject
from bot.domain.records import AuditEntry, Draft
from bot.errors import CheckFailure, Conflict
from bot.features.convening_answers import convening_of, counted, promote
from bot.features.convening_cards import card, numbered, organizer_facts
from bot.features.convening_notices import tell_change, told_line
from bot.features.convening_values import as_typed, is_proposed
from bot.features.planned_times import clock_note, zone_name_note
from bot.forms import form_of
from bot.i18n import Translator
from bot.markup import escape
from bot.permissions import owns
from bot.refusals import AGAIN
from bot.reply import Button, Form, Input, Reply, Section
from bot.text import is_blank

TOPIC = "convenings"
PENDING = timedelta(hours=1)
WAS = "was"  # travels with a prefilled form: what the convening looked like when the form was opened
_UNTOUCHED = Headcount(0, 0, 0, 0)
_NEEDED = ("title", "starts", "zone", "place")


async def preview(ctx: Context, command: str, convening: Convening, save: Action, values: Mapping[str, Any]) -> Reply:
    """Keep what was typed for an hour and show the card as it will be, with Save and Change.

    Args:
        values: what was typed, as values.
    """
    token = secrets.token_urlsafe(12)
    typed = dict(ctx.request.arguments)
    await ctx.uow.drafts.put(Draft(token, ctx.user_id, command, typed | _exact(typed, convening), ctx.now + PENDING))
    when = ctx.t.moment(convening.next_date(ctx.now).aware)
    summary = ctx.t("Please check: “{title}” is on {when}. It is not saved yet.", title=convening.title, when=when)
    buttons = (save.button(ctx.t("Save"), token, "primary"), Button(ctx.t("Change"), AGAIN, token))
    checks = Section(
        ctx.t("Before you save"),
        _clock_notes(ctx.t, convening, typed),
        organizer_facts(convening, ctx.t, ctx.now, is_proposed=is_proposed(convening, values)),
        buttons,
    )
    return Reply(summary, (*await as_posted(ctx, convening), checks))


async def as_posted(ctx: Context, convening: Convening) -> tuple[Section, ...]:
    """Return the card's sections without the buttons that work only once it is saved."""
    count = await counted(ctx.uow, convening) if convening.id else _UNTOUCHED
    shown = card(convening, count, ctx.t, ctx.now)
    return tuple(Section(one.title or shown.summary, one.text, one.fields) for one in shown.sections)


def _exact(typed: Mapping[str, str], convening: Convening) -> dict[str, str]:
    """Return the times among what was typed as they were understood: "tomorrow" must not change while it waits."""
    exact = {name: text for name, text in as_typed(convening).items() if name in ("starts", "zone", "ends")}
    return {name: text for name, text in exact.items() if not is_blank(typed.get(name, ""))}


def _clock_notes(t: Translator, convening: Convening, typed: Mapping[str, str]) -> str:
    """Say what the change of clocks does to the times, and to the name of a zone, as markup."""
    times = [convening.starts, *([convening.ends] if convening.ends else [])]
    names = (typed.get("zone", ""), *typed.get("starts", "").split()[-1:])
    notes = [zone_name_note(t, name, convening.starts) for name in names]
    return "\n\n".join(escape(note) for note in (*notes, *(clock_note(t, time) for time in times)) if note)


async def take_pending(ctx: Context, token: str) -> Draft | None:
    """Return what waits for Save; None when it was saved already.

    Raises:
        Conflict: it waited for over an hour, or is somebody else's.
    """
    draft = await ctx.uow.drafts.get(token, ctx.user_id, ctx.now)
    if draft is None:
        raise Conflict(
            ctx.t("This preview is too old, so nothing was saved."), ctx.t("Enter it once more; it waits for an hour.")
        )
    return draft if await ctx.uow.inbox.claim(f"save:{token}", ctx.now) else None


def typed_values(
    ctx: Context, command: Command, arguments: Mapping[str, str], old: Convening | None = None
) -> dict[str, Any]:
    """Return the command's values; those that a prefilled form gave back blank are there as blank values.

    Times are read in the zone that is typed, else in that of `old`.

    Raises:
        UserInputError: the first option that cannot be used.
    """
    here = replace(ctx.here, zone=str(old.starts.zone)) if old else ctx.here
    values, errors = values_of(command, arguments, ctx.t, here)
    for error in errors.values():
        raise error
    return values | _cleared(command, arguments)


def _cleared(command: Command, arguments: Mapping[str, str]) -> dict[str, Any]:
    if WAS not in arguments:
        return {}
    blanks = {str: "", int: 0, bool: False}
    asked = (one for one in command.parameters if one.option.on_form and one.name not in ("convening", *_NEEDED))
    return {one.name: blanks.get(one.type) for one in asked if is_blank(arguments.get(one.name, ""))}


async def saved(ctx: Context, stored: Convening, command: str, more: tuple[Section, ...] = ()) -> Reply:
    """Ask for a convening that was stored just now in every channel that follows convenings; tell `more` of it."""
    count = await ctx.deliver(Subject.CONVENING, stored.id, TOPIC, stored.revision, workspace_id=bound(stored))
    await audit(ctx, command, f"convening:{stored.id}")
    t = ctx.t
    summary = t("“{title}” is saved.", title=numbered(stored))
    text = t.plural("It is on its way to {count} channel.", "It is on its way to {count} channels.", count)
    if not count:
        text = t("No channel follows convenings yet. In a channel, type: channel follow")
    return Reply(summary, (Section(text=escape(text)), *more, *await as_posted(ctx, stored)), replaces=True)


def bound(convening: Convening) -> str:
    """Return the chapter whose channels alone get the convening, "" for those of all chapters."""
    return convening.workspace_id if convening.audience is Scope.CHAPTER else ""


async def save_change(ctx: Context, convening: Convening, command: str, reason: str = "") -> Reply:
    """Store a changed convening, ask every copy for it, give places that became free to those who wait, and tell.

    A proposal to every chapter lapses, since what was proposed is another thing now.
    """
    await lapse(ctx, "convening", convening.id)
    answers = await ctx.uow.convenings.answers(convening.id)
    old = await convening_of(ctx, convening.id)
    stored = await ctx.uow.convenings.save(convening)
    if stored.audience is not old.audience:
        await ctx.deliver(Subject.CONVENING, stored.id, TOPIC, stored.revision)
    count = await update_copies(ctx, stored)
    await promote(ctx, stored, waiting(old, answers))
    told = await tell_change(ctx, old, stored, reason)
    await audit(ctx, command, f"convening:{stored.id}")
    text = ctx.t.plural("{count} posted card changes.", "{count} posted cards change.", count)
    text = f"{text} {told_line(ctx.t, told)}".strip()
    summary = ctx.t("“{title}” is changed.", title=numbered(stored))
    return Reply(summary, (Section(text=escape(text)), *await as_posted(ctx, stored)), replaces=True)


async def update_copies(ctx: Context, convening: Convening) -> int:
    """Ask for the newest card wherever there is one; return how many channels that are.

    Readers of mail hear of a cancellation alone, since what they have cannot be edited.
    """
    is_over, subject = convening.is_cancelled, Subject.CONVENING
    await ctx.uow.deliveries.raise_wanted(
        subject, convening.id, convening.revision, ctx.now, is_cancelled=is_over, in_channels=not is_over
    )
    rows = await ctx.uow.deliveries.of_subject(subject, convening.id)
    return sum(bool(one.target.channel_id) for one in rows)


async def audit(ctx: Context, act: str, subject: str) -> None:
    await ctx.uow.audit.add(AuditEntry(ctx.now, ctx.user_id, ctx.workspace_id, act, subject))


async def editable(ctx: Context, convening_id: int) -> Convening:
    """Return the convening for somebody who may change it.

    Raises:
        NotFound: there is none of that number.
        CheckFailure: it belongs to another chapter.
        Conflict: it is cancelled or over.
    """
    convening = await convening_of(ctx, convening_id)
    owns(ctx, convening.workspace_id)
    if convening.is_cancelled:
        raise Conflict(
            ctx.t("“{title}” is cancelled.", title=convening.title), ctx.t("A cancelled convening stays as it is.")
        )
    if convening.over_at <= ctx.now:
        raise Conflict(
            ctx.t("“{title}” is over.", title=convening.title), ctx.t("A convening that is over stays as it is.")
        )
    return convening


def may_edit(ctx: Context, convening: Convening) -> bool:
    try:
        owns(ctx, convening.workspace_id)
    except CheckFailure:
        return False
    return not convening.is_cancelled and convening.over_at > ctx.now


def edit_form(ctx: Context, command: Command, convening: Convening) -> Form:
    """Return the form with everything as it is now."""
    values = as_typed(convening)
    form = form_of(command, values, ctx.t)
    inputs = tuple(_required(one, one.name in _NEEDED) for one in form.inputs if one.name != "convening")
    hidden = {"convening": str(convening.id), WAS: fingerprint(convening)}
    return Form(form.title, tuple(sorted(inputs, key=lambda one: not one.required)), form.action, hidden)


def _required(one: Input, required: bool) -> Input:
    return Input(one.name, one.label, one.kind, required, one.value, one.hint, one.max_chars, one.choices)


def fingerprint(convening: Convening) -> str:
    """Return what changes when somebody edits it, and not when somebody answers it."""
    return hashlib.sha256(repr(sorted(as_typed(convening).items())).encode()).hexdigest()[:16]


def refuse_outdated(ctx: Context, convening: Convening, arguments: Mapping[str, str]) -> None:
    """Refuse a form that was opened before somebody else changed the convening.

    Raises:
        Conflict: says so.
    """
    if arguments.get(WAS, fingerprint(convening)) != fingerprint(convening):
        raise Conflict(
            ctx.t("Somebody changed “{title}” while you had it open.", title=convening.title),
            ctx.t("Open it again to see the change; nothing of yours was saved."),
        )
