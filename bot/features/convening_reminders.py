"""The reminder that a person gets of a convening, looked at once more at the moment of sending."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.command import Delivering, Rendered
from bot.context import Context
from bot.domain.convenings import Convening, Going, Rsvp
from bot.domain.deliveries import Subject
from bot.domain.preferences import Preferences
from bot.domain.quiet import after_quiet
from bot.domain.reminders import LEFT, ON_TIME, Reminder, due_for, fits, useful_until
from bot.errors import DeliveryDropped, DeliveryPostponed
from bot.features.convening_cards import facts, rsvp_buttons
from bot.features.convenings import feature as convenings
from bot.i18n import Translator
from bot.markup import escape
from bot.reminding import coming, leads_for
from bot.reply import Reply, Section

GONE, CHANGED, NOT_COMING, OFF, LATE, QUIET = "gone", "changed", "not_coming", "reminders_off", "late", "quiet_hours"


@convenings.delivers(Subject.REMINDER)
async def render(delivering: Delivering) -> Rendered | None:
    """Return the direct message.

    Raises:
        DeliveryDropped: the date, the answer or the wish changed, or it is too late.
        DeliveryPostponed: the reader's quiet hours have begun.
    """
    uow = delivering.uow
    reminder = await uow.reminders.get(delivering.subject_id)
    convening = await uow.convenings.get(reminder.convening_id) if reminder else None
    if reminder is None or convening is None:
        raise DeliveryDropped(GONE)
    wishes = await uow.preferences.of(delivering.target.user_id)
    answer = await _answer_of(delivering, convening)
    if delivering.is_posted:
        return Rendered(message(convening, reminder, answer, wishes, delivering), 1)
    if not fits(reminder, convening, leads_for(convening, delivering.settings)):
        raise DeliveryDropped(CHANGED)
    if not wishes.reminders:
        raise DeliveryDropped(OFF)
    if answer is None:
        raise DeliveryDropped(NOT_COMING)
    _check_time(reminder, convening.starts.zone, wishes, delivering)
    return Rendered(message(convening, reminder, answer, wishes, delivering), 1)


async def _answer_of(delivering: Delivering, convening: Convening) -> Rsvp | None:
    """Return the answer of whoever comes by that account, None when they do not."""
    found = coming(convening, await delivering.uow.convenings.answers(convening.id))
    return next((one for one in found if one.user_id == delivering.target.user_id), None)


def _check_time(reminder: Reminder, zone: str, wishes: Preferences, delivering: Delivering) -> None:
    now = delivering.now
    due = due_for(reminder, zone, wishes)
    if due is None:
        raise DeliveryDropped(QUIET)
    if now > useful_until(reminder, due, delivering.settings.reminders.late_share, zone, wishes):
        raise DeliveryDropped(LATE)
    waits = after_quiet(now, zone, wishes)
    if waits > now:
        raise DeliveryPostponed(QUIET, waits) if waits <= reminder.starts_at - LEFT else DeliveryDropped(QUIET)


def message(
    convening: Convening, reminder: Reminder, answer: Rsvp | None, wishes: Preferences, delivering: Delivering
) -> Reply:
    """Return the reminder of one date; a late one says so."""
    t, at_home = delivering.t, ZoneInfo(wishes.zone or convening.starts.zone)
    when = t.moment(reminder.starts_at.astimezone(at_home))
    summary = t("Reminder: “{title}” is on {when}.", title=convening.title, when=when)
    lines = [_lateness(reminder, convening, wishes, delivering.now, t)]
    if answer and answer.answer is Going.MAYBE:
        lines.append(t("You said maybe. If you know by now, press Yes or No."))
    buttons = (*rsvp_buttons(convening, t), no_more.button(t("No more reminders")))
    text = "\n\n".join(escape(line) for line in lines if line)
    is_coming = answer is not None and answer.answer is Going.YES
    fields = facts(convening, t, reminder.starts_at, is_coming=is_coming)
    return Reply(summary, (Section(text=text, fields=fields, buttons=buttons),))


def _lateness(reminder: Reminder, convening: Convening, wishes: Preferences, now: datetime, t: Translator) -> str:
    due = due_for(reminder, convening.starts.zone, wishes) or reminder.due_at
    if now <= due + ON_TIME:
        return ""
    return t("This reminder comes late, since the bot was not running or could not reach you.")


@convenings.action("no_more_reminders", writes=True)
async def no_more(ctx: Context, argument: str) -> Reply:  # noqa: ARG001 - every action takes its argument
    """Switch off all reminders of the person who pressed."""
    wishes = await ctx.uow.preferences.of(ctx.user_id)
    await ctx.uow.preferences.save(replace(wishes, reminders=False))
    text = ctx.t("You can switch them on again in me settings.")
    return Reply(ctx.t("You get no more reminders of convenings."), (Section(text=escape(text)),))
