"""Planning a convening: what was typed becomes a convening, is shown with its weekday, and is saved once."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.command import Action, Command
from bot.context import Context
from bot.convert import values_of
from bot.domain.convenings import Convening, Headcount, waiting
from bot.domain.deliveries import Subject
from bot.domain.records import AuditEntry, Draft
from bot.domain.recurrence import Problem, RuleError, rule_of
from bot.domain.times import WallTime
from bot.errors import CheckFailure, Conflict, UserInputError
from bot.features.convening_answers import convening_of, counted, promote
from bot.features.convening_cards import card, numbered, organizer_facts
from bot.features.planned_times import clock_note, refuse_unplannable
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
_PLAIN = ("title", "place", "city", "description", "languages", "access", "capacity", "hide_names")


def check_times(ctx: Context, values: Mapping[str, Any]) -> None:
    """Check the times of a new convening; needs no storage, so that a form shows it at once.

    Raises:
        UserInputError: it begins in the past or in over ten years, ends before it begins, or repeats as it cannot.
    """
    planned(ctx, values)


def planned(ctx: Context, values: Mapping[str, Any]) -> Convening:
    """Return a new convening, not stored yet.

    Raises:
        UserInputError: as `check_times`.
    """
    starts = WallTime(values["starts"], values["zone"])
    refuse_unplannable(ctx, starts, "starts")
    plain = {name: values[name] for name in _PLAIN if values.get(name) is not None}
    blank = Convening(0, ctx.workspace_id, ctx.user_id, ctx.now, starts=starts, **{"title": "", "place": ""} | plain)
    return _timed(ctx, blank, starts, values.get("ends"), values.get("repeat") or "")


def changed(ctx: Context, old: Convening, values: Mapping[str, Any]) -> Convening:
    """Return `old` with `values` in it and the next revision; a name that `values` lack stays as it is.

    Raises:
        UserInputError: as `check_times`; a start that stays as it is may lie in the past.
    """
    starts = WallTime(values.get("starts") or old.starts.local, values.get("zone") or old.starts.zone)
    if starts != old.starts:
        refuse_unplannable(ctx, starts, "starts")
    plain = {name: values[name] for name in _PLAIN if values.get(name) is not None}
    ends = values["ends"] if "ends" in values else _moved_end(old, starts)
    repeat = values.get("repeat", old.repeat)
    return _timed(ctx, replace(old, revision=old.revision + 1, **plain), starts, ends, repeat or "")


def _moved_end(old: Convening, starts: WallTime) -> datetime | None:
    """Return the old end, as long after the new start as it was after the old one."""
    end = old.end_of(starts)
    return end.local if end else None


def _timed(ctx: Context, convening: Convening, starts: WallTime, ends: datetime | None, repeat: str) -> Convening:
    end = WallTime(ends, starts.zone) if ends else None
    if end:
        _refuse_backwards(ctx, starts, end)
    return replace(convening, starts=starts, ends=end, repeat=_rule(ctx.t, repeat, starts))


def _refuse_backwards(ctx: Context, starts: WallTime, ends: WallTime) -> None:
    refuse_unplannable(ctx, ends, "ends")
    if ends.utc <= starts.utc:
        when = ctx.t.moment(ends.aware)
        text = ctx.t("It would end before it starts: {when}.", when=when)
        raise UserInputError(text, ctx.t("It starts on {when}.", when=ctx.t.moment(starts.aware)), "ends")


def _rule(t: Translator, text: str, starts: WallTime) -> str:
    try:
        return rule_of(text, starts)
    except RuleError as error:
        raise UserInputError(_rule_refusal(t, error, text, starts), _rule_hint(t), "repeat") from error


def _rule_refusal(t: Translator, error: RuleError, text: str, starts: WallTime) -> str:
    words = {
        Problem.TOO_OFTEN: t("A convening repeats daily at most."),
        Problem.TOO_MANY: t("A convening repeats at most 500 times."),
        Problem.NEVER: t("By this rule the convening would never take place."),
        Problem.UNREADABLE: t("“{text}” is not a repetition that I can read.", text=text[:60]),
    }
    if error.first:
        first, start = t.moment(error.first.aware), t.moment(starts.aware)
        return t("By this rule the first date is {first}, but it starts on {start}.", first=first, start=start)
    return words[error.problem]


def _rule_hint(t: Translator) -> str:
    return t("Write daily, weekly, biweekly, monthly, or a rule such as FREQ=MONTHLY;BYDAY=2TU;COUNT=12.")


async def preview(ctx: Context, command: str, convening: Convening, save: Action) -> Reply:
    """Keep what was typed for an hour and show the card as it will be, with Save and Change."""
    token = secrets.token_urlsafe(12)
    await ctx.uow.drafts.put(Draft(token, ctx.user_id, command, dict(ctx.request.arguments), ctx.now + PENDING))
    when = ctx.t.moment(convening.next_date(ctx.now).aware)
    summary = ctx.t("Please check: “{title}” is on {when}. It is not saved yet.", title=convening.title, when=when)
    buttons = (save.button(ctx.t("Save"), token, "primary"), Button(ctx.t("Change"), AGAIN, token))
    checks = Section(
        ctx.t("Before you save"), _clock_notes(ctx.t, convening), organizer_facts(convening, ctx.t, ctx.now), buttons
    )
    return Reply(summary, (*await _as_posted(ctx, convening), checks))


async def _as_posted(ctx: Context, convening: Convening) -> tuple[Section, ...]:
    """Return the card's sections without the buttons that work only once it is saved."""
    count = await counted(ctx.uow, convening) if convening.id else _UNTOUCHED
    shown = card(convening, count, ctx.t, ctx.now)
    return tuple(Section(one.title or shown.summary, one.text, one.fields) for one in shown.sections)


def _clock_notes(t: Translator, convening: Convening) -> str:
    """Say what the change of clocks does to the times, as markup."""
    times = [convening.starts, *([convening.ends] if convening.ends else [])]
    return "\n\n".join(escape(note) for note in (clock_note(t, time) for time in times) if note)


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


def typed_values(ctx: Context, command: Command, arguments: Mapping[str, str]) -> dict[str, Any]:
    """Return the command's values; those that a prefilled form gave back blank are there as blank values.

    Raises:
        UserInputError: the first option that cannot be used.
    """
    values, errors = values_of(command, arguments, ctx.t)
    for error in errors.values():
        raise error
    return values | _cleared(command, arguments)


def _cleared(command: Command, arguments: Mapping[str, str]) -> dict[str, Any]:
    if WAS not in arguments:
        return {}
    blanks = {str: "", int: 0, bool: False}
    asked = (one for one in command.parameters if one.name not in ("convening", "title", "starts", "zone", "place"))
    return {one.name: blanks.get(one.type) for one in asked if is_blank(arguments.get(one.name, ""))}


async def saved(ctx: Context, convening: Convening, command: str) -> Reply:
    """Store a new convening and ask for it in every channel that follows convenings."""
    stored = await ctx.uow.convenings.add(convening)
    count = await ctx.deliver(Subject.CONVENING, stored.id, TOPIC, stored.revision)
    await audit(ctx, command, f"convening:{stored.id}")
    t = ctx.t
    summary = t("“{title}” is saved.", title=numbered(stored))
    text = t.plural("It is on its way to {count} channel.", "It is on its way to {count} channels.", count)
    if not count:
        text = t("No channel follows convenings yet. In a channel, type: channel follow")
    return Reply(summary, (Section(text=escape(text)), *await _as_posted(ctx, stored)), replaces=True)


async def save_change(ctx: Context, convening: Convening, command: str) -> Reply:
    """Store a changed convening, ask every copy for it, and give places that became free to those who wait."""
    answers = await ctx.uow.convenings.answers(convening.id)
    old = await convening_of(ctx, convening.id)
    stored = await ctx.uow.convenings.save(convening)
    count = await update_copies(ctx, stored)
    await promote(ctx, stored, waiting(old, answers))
    await audit(ctx, command, f"convening:{stored.id}")
    text = ctx.t.plural("{count} posted card changes.", "{count} posted cards change.", count)
    summary = ctx.t("“{title}” is changed.", title=numbered(stored))
    return Reply(summary, (Section(text=escape(text)), *await _as_posted(ctx, stored)), replaces=True)


async def update_copies(ctx: Context, convening: Convening) -> int:
    """Ask for the newest card wherever there is one; return how many channels that are."""
    is_cancelled = convening.is_cancelled
    await ctx.uow.deliveries.raise_wanted(
        Subject.CONVENING, convening.id, convening.revision, ctx.now, is_cancelled=is_cancelled
    )
    return len(await ctx.uow.deliveries.of_subject(Subject.CONVENING, convening.id))


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
    values = _as_typed(convening)
    form = form_of(command, values, ctx.t)
    needed = ("title", "starts", "zone", "place")
    inputs = tuple(_required(one, one.name in needed) for one in form.inputs if one.name != "convening")
    hidden = {"convening": str(convening.id), WAS: fingerprint(convening)}
    return Form(form.title, tuple(sorted(inputs, key=lambda one: not one.required)), form.action, hidden)


def _required(one: Input, required: bool) -> Input:
    return Input(one.name, one.label, one.kind, required, one.value, one.hint, one.max_chars, one.choices)


def _as_typed(convening: Convening) -> dict[str, str]:
    """Return the convening's values as a person would type them."""
    written = "%Y-%m-%d %H:%M"
    values = {name: str(getattr(convening, name)) for name in _PLAIN[:-2]}
    return values | {
        "capacity": str(convening.capacity or ""),
        "hide_names": "yes" if convening.hide_names else "no",
        "starts": convening.starts.local.strftime(written),
        "zone": convening.starts.zone,
        "ends": convening.ends.local.strftime(written) if convening.ends else "",
        "repeat": convening.repeat,
    }


def fingerprint(convening: Convening) -> str:
    """Return what changes when somebody edits it, and not when somebody answers it."""
    return hashlib.sha256(repr(sorted(_as_typed(convening).items())).encode()).hexdigest()[:16]


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
