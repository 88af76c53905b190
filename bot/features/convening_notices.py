"""What people who answered a convening are told, directly and once, when it changes or is cancelled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.command import RUN, Delivering, Rendered
from bot.context import Context
from bot.domain.convenings import Convening, Going, Rsvp, waiting
from bot.domain.deliveries import Subject, Target
from bot.domain.notices import (
    Kind,
    Notice,
    as_before,
    collects_until,
    is_elsewhere,
    is_moved,
    soonest,
    told,
    waits_until,
)
from bot.domain.preferences import Preferences
from bot.errors import DeliveryDropped, DeliveryPostponed
from bot.features.convening_cards import describe, moment, rsvp_buttons
from bot.i18n import Translator
from bot.markup import escape
from bot.reply import Button, Field, Reply, Section

LONGEST_REASON = 600


async def tell_change(ctx: Context, old: Convening, new: Convening, reason: str = "") -> int:
    """Ask for a notice to those who come, may come or wait, when times or place changed; return how many get it."""
    if not (is_moved(new, told(old)) or is_elsewhere(new, told(old))):
        return 0
    notice = await ctx.uow.notices.collecting(new.id, ctx.now)
    if notice is None:
        due = collects_until(new, told(old), ctx.now)
        notice = await ctx.uow.notices.add(Notice(0, new.id, Kind.CHANGED, ctx.now, due, told(old), reason))
    elif reason:
        both = f"{notice.reason} {reason}".strip()[:LONGEST_REASON]
        await ctx.uow.notices.save(replace(notice, reason=both))
    return await _wanted(ctx, notice, but=(Going.NO,))


async def tell_cancellation(ctx: Context, convening: Convening) -> int:
    """Ask for a notice to everybody who answered; return how many get it."""
    reason = convening.cancelled_reason
    notice = Notice(0, convening.id, Kind.CANCELLED, ctx.now, ctx.now, told(convening), reason)
    return await _wanted(ctx, await ctx.uow.notices.add(notice), but=())


def told_line(t: Translator, count: int) -> str:
    """Return how many people are told, "" for nobody."""
    if not count:
        return ""
    return t.plural(
        "{count} person who answered is told directly.", "{count} people who answered are told directly.", count
    )


async def _wanted(ctx: Context, notice: Notice, but: tuple[Going, ...]) -> int:
    own = frozenset(await ctx.uow.members.accounts_of(ctx.user_id))
    answers = await ctx.uow.convenings.answers(notice.convening_id)
    readers = [one for one in answers if one.answer not in but and one.user_id not in own]
    targets = [await _target(ctx, one) for one in readers]
    await ctx.uow.deliveries.want(Subject.NOTICE, notice.id, tuple(targets), 1, notice.due_at)
    return len(targets)


async def _target(ctx: Context, answer: Rsvp) -> Target:
    chosen = (await ctx.uow.preferences.of(answer.user_id)).lang
    return Target(answer.workspace_id, user_id=answer.user_id, lang=chosen or answer.lang)


async def render_notice(delivering: Delivering) -> Rendered | None:
    """Return the direct message.

    Raises:
        DeliveryDropped: there is nothing to tell any more, or not to this person.
        DeliveryPostponed: it waits for the end of the reader's quiet hours.
    """
    uow = delivering.uow
    notice = await uow.notices.get(delivering.subject_id)
    convening = await uow.convenings.get(notice.convening_id) if notice else None
    if notice is None or convening is None:
        raise DeliveryDropped("gone")
    answers = await uow.convenings.answers(convening.id)
    answer = next((one for one in answers if one.user_id == delivering.target.user_id), None)
    wishes = await uow.preferences.of(delivering.target.user_id)
    if not delivering.is_posted:
        _check(notice, convening, answer, wishes, delivering.now)
    if notice.kind is Kind.CANCELLED:
        return Rendered(cancellation(convening, notice, wishes, delivering), 1)
    waits = waiting(convening, answers)
    is_coming = bool(answer and answer.answer is Going.YES and answer.person_id not in waits)
    return Rendered(change(convening, notice, wishes, delivering, is_coming=is_coming), 1)


def _check(notice: Notice, convening: Convening, answer: Rsvp | None, wishes: Preferences, now: datetime) -> None:
    is_change = notice.kind is Kind.CHANGED
    if is_change and convening.is_cancelled:
        raise DeliveryDropped("cancelled")
    if is_change and not (is_moved(convening, notice.before) or is_elsewhere(convening, notice.before)):
        raise DeliveryDropped("unchanged")
    if answer is None or (is_change and answer.answer is Going.NO):
        raise DeliveryDropped("not_coming")
    if max(convening.over_at, as_before(convening, notice.before).over_at) <= now:
        raise DeliveryDropped("late")
    until = waits_until(now, soonest(convening, notice.before, now), convening.starts.zone, wishes)
    if until:
        raise DeliveryPostponed("quiet_hours", until)


def cancellation(convening: Convening, notice: Notice, wishes: Preferences, delivering: Delivering) -> Reply:
    """Return the message that a convening does not take place."""
    t = delivering.t
    when = _when(as_before(convening, notice.before), wishes, notice.made_at, t)
    summary = t("Cancelled: “{title}” on {when} does not take place.", title=convening.title, when=when)
    if convening.repeat:
        summary = t(
            "Cancelled: “{title}” does not take place any more; the next date was {when}.",
            title=convening.title,
            when=when,
        )
    return Reply(summary, (Section(text=_reason(notice, t)),))


def change(
    convening: Convening, notice: Notice, wishes: Preferences, delivering: Delivering, *, is_coming: bool
) -> Reply:
    """Return the message that says what is different, before and now."""
    t, now = delivering.t, delivering.now
    title, when = convening.title, _when(convening, wishes, now, t)
    if is_moved(convening, notice.before):
        summary = t("Changed: “{title}” is on {when}.", title=title, when=when)
    else:
        summary = t("Changed: “{title}” on {when} is at another place.", title=title, when=when)
    fields = (
        *_times(convening, notice.before, now, t),
        *_places(convening, notice.before, t, is_coming=is_coming),
    )
    text = "\n\n".join(one for one in (_reason(notice, t), escape(_hidden(convening, t, is_coming=is_coming))) if one)
    show = Button(t("Show it"), RUN, f"convening show {convening.id}")
    return Reply(summary, (Section(text=text, fields=fields, buttons=(*rsvp_buttons(convening, t), show)),))


def _when(convening: Convening, wishes: Preferences, now: datetime, t: Translator) -> str:
    date = convening.next_date(now)
    return t.moment(date.utc.astimezone(ZoneInfo(wishes.zone or date.zone)))


def _reason(notice: Notice, t: Translator) -> str:
    return t("Reason: {reason}", reason=escape(notice.reason)) if notice.reason else ""


def _times(convening: Convening, before: Mapping[str, str], now: datetime, t: Translator) -> tuple[Field, ...]:
    """Return dates, ends and repeats that differ, as they were and as they are."""
    old = as_before(convening, before)
    was, is_ = old.next_date(now), convening.next_date(now)
    ended, ends = old.end_of(was), convening.end_of(is_)
    found: list[Field] = []
    if was.aware != is_.aware or was.zone != is_.zone:
        found += [Field(t("Before"), moment(was)), Field(t("Now"), moment(is_))]
    if ends and (ended is None or ended.aware != ends.aware):
        found.append(Field(t("Ends"), moment(ends)))
    if old.repeat != convening.repeat:
        found.append(Field(t("Repeats"), describe(convening.repeat, t) or t("not any more")))
    off = sorted({*convening.skipped} - {*old.skipped})
    on = sorted({*old.skipped} - {*convening.skipped}) if convening.repeat else []
    days = ((t("Does not take place on"), off), (t("Takes place again on"), on))
    return (*found, *(Field(label, "; ".join(t.day(one) for one in some)) for label, some in days if some))


def _places(convening: Convening, before: Mapping[str, str], t: Translator, *, is_coming: bool) -> tuple[Field, ...]:
    """Return the places that differ; a hidden one to nobody but those who come."""
    if not is_elsewhere(convening, before) or (convening.hide_place and not is_coming):
        return ()
    old = as_before(convening, before)
    pairs = (
        (t("Place before"), old.place, old.place != convening.place),
        (t("Place now"), convening.place, old.place != convening.place),
        (t("Online now"), convening.link or t("no link any more"), old.link != convening.link),
    )
    return tuple(Field(label, text) for label, text, differs in pairs if differs and text)


def _hidden(convening: Convening, t: Translator, *, is_coming: bool) -> str:
    return t("The place is told to those who answer yes.") if convening.hide_place and not is_coming else ""
