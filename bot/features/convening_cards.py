"""How a convening looks: the same card in a channel, in a preview and in a private answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from itertools import islice

from babel.dates import get_day_names

from bot.command import RUN
from bot.domain import access
from bot.domain.convenings import Convening, Headcount, Scope
from bot.domain.impressions import Rating
from bot.domain.recurrence import MAX_DATES, parts_of
from bot.domain.times import WallTime
from bot.i18n import Translator
from bot.markup import escape
from bot.reply import Button, Field, Moment, Reply, Section
from bot.settings import Web

RSVP, FEEDBACK = "convening.rsvp", "convening.feedback"
FEEDBACK_LASTS = timedelta(days=14)
SHOWN_DATES = 3
_NUMBERED = re.compile(r"\+?(-?[1-5])(MO|TU|WE|TH|FR|SA|SU)")
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def card(convening: Convening, count: Headcount, t: Translator, now: datetime, web: Web | None = None) -> Reply:
    """Return the public card: the summary names the convening, the fields say when, where and how many come.

    With a `web` server that people reach, a link leads to its calendar file while it is ahead.
    """
    when = t.moment(convening.next_date(now).aware)
    if convening.is_cancelled:
        summary = t("Cancelled: {title}, {when}", title=convening.title, when=when)
        return Reply(summary, (Section(text=_reason(convening, t), fields=facts(convening, t, now)),))
    summary = t("{title}: {when}", title=convening.title, when=when)
    answers = Field(t("Answers"), headcount_line(convening, count, t))
    fields = (*facts(convening, t, now), answers, *outcome_facts(convening, t))
    buttons = rsvp_buttons(convening, t)
    if now >= convening.over_at:
        buttons = feedback_buttons(convening, t) if feedback_open(convening, now) else ()
    text = "\n\n".join(one for one in (about(convening, t), _calendar_link(convening, t, now, web)) if one)
    return Reply(summary, (Section(text=text, fields=fields, buttons=buttons),))


def _calendar_link(convening: Convening, t: Translator, now: datetime, web: Web | None) -> str:
    """Return a link to the calendar file, as markup; a page that anybody can open has only what every chapter sees."""
    if web is None or not web.public_url or convening.audience is not Scope.ALL or now >= convening.over_at:
        return ""
    label, address = escape(t("Calendar file")), web.address(f"/calendar/convening/{convening.id}.ics")
    return f"[{label}]({address})"


def rsvp_buttons(convening: Convening, t: Translator) -> tuple[Button, ...]:
    """Return Yes, Maybe and No."""
    labels = {"yes": t("Yes"), "maybe": t("Maybe"), "no": t("No")}
    return tuple(Button(label, RSVP, f"{convening.id}:{answer}") for answer, label in labels.items())


def feedback_buttons(convening: Convening, t: Translator) -> tuple[Button, ...]:
    """Return the three buttons that say how it was."""
    labels = {Rating.GOOD: t("It was good"), Rating.MIXED: t("So-so"), Rating.POOR: t("Not good")}
    return tuple(Button(label, FEEDBACK, f"{convening.id}:{rating}") for rating, label in labels.items())


def feedback_open(convening: Convening, now: datetime) -> bool:
    """Say whether people can tell how it was: from its beginning until two weeks after it."""
    return not convening.is_cancelled and convening.dates[0].utc <= now < convening.over_at + FEEDBACK_LASTS


def outcome_facts(convening: Convening, t: Translator) -> tuple[Field, ...]:
    """Return what became of it, without what nobody told."""
    texts = {
        t("Came"): "" if convening.attended is None else str(convening.attended),
        t("Notes"): convening.notes,
        t("Recording"): convening.recording,
        t("Next steps"): convening.next_steps,
    }
    return tuple(Field(label, text) for label, text in texts.items() if text)


def about(convening: Convening, t: Translator) -> str:
    """Return the description as markup, with a note where there is none in the reader's language."""
    text = convening.about(t.lang)
    is_other = bool(text) and text != (convening.descripcion if t.lang == "es" else convening.description)
    note = t("(This text exists in Spanish only.)") if t.lang == "en" else t("(This text exists in English only.)")
    return escape(f"{text}\n{note}" if is_other else text)


def facts(convening: Convening, t: Translator, now: datetime, *, is_coming: bool = False) -> tuple[Field, ...]:
    """Return what is known of the convening, without empty fields; a hidden place for those who come alone."""
    starts = convening.next_date(now)
    ends = convening.end_of(starts)
    times = [Field(t("When"), moment(starts))]
    if ends:
        times.append(Field(t("Ends"), moment(ends)))
    texts = {
        t("Repeats"): describe(convening.repeat, t),
        t("Not on"): _skipped(convening, t, now),
        **_places(convening, t, is_coming=is_coming),
        t("City"): convening.city,
        t("Host"): convening.host,
        t("Languages"): convening.languages,
        t("Access"): access.shown(convening.access, t),
    }
    return (*times, *(Field(label, text) for label, text in texts.items() if text))


def _places(convening: Convening, t: Translator, *, is_coming: bool) -> dict[str, str]:
    if convening.hide_place and not is_coming:
        return {t("Where"): t("told to those who answer yes")}
    return {t("Where"): convening.place, t("Online"): convening.link}


def _skipped(convening: Convening, t: Translator, now: datetime) -> str:
    """Return the days to come on which a repeated convening does not take place."""
    coming = [day for day in sorted(convening.skipped) if day >= now.date()]
    return "; ".join(t.day(day) for day in coming[:SHOWN_DATES])


def moment(time: WallTime) -> Moment:
    return Moment(time.aware, time.zone)


def headcount_line(convening: Convening, count: Headcount, t: Translator) -> str:
    """Return the counts in words; never a name."""
    words = [t("{count} coming", count=count.yes), t("{count} maybe", count=count.maybe)]
    if convening.capacity:
        words[0] = t("{count} of {limit} places taken", count=count.yes, limit=convening.capacity)
    if count.waiting:
        words.append(t("{count} waiting", count=count.waiting))
    return ", ".join(words)


def _reason(convening: Convening, t: Translator) -> str:
    if not convening.cancelled_reason:
        return t("This convening is cancelled.")
    return t("This convening is cancelled. Reason: {reason}", reason=escape(convening.cancelled_reason))


def describe(rule: str, t: Translator) -> str:
    """Return a rule in words: "every 2 weeks on Sunday and Tuesday, 5 times"; "" for no rule."""
    if not rule:
        return ""
    parts = parts_of(rule)
    words = _every(parts["FREQ"], int(parts.get("INTERVAL", "1")), t)
    days = parts.get("BYDAY", "").split(",")
    if all(day in _DAYS for day in days):
        names = get_day_names("wide", locale=t.lang)
        words = t("{every} on {days}", every=words, days=", ".join(names[_DAYS.index(day)] for day in days))
    numbered_day = _NUMBERED.fullmatch(parts.get("BYDAY", ""))
    if numbered_day and parts["FREQ"] == "MONTHLY":
        name = get_day_names("wide", locale=t.lang)[_DAYS.index(numbered_day[2])]
        words = t("{every} on the {which} {day}", every=words, which=_which(int(numbered_day[1]), t), day=name)
    if "UNTIL" in parts:
        last = date.fromisoformat(parts["UNTIL"][:8])
        return t("{every} until {day}", every=words, day=t.day(last))
    return _counted(words, parts, t)


def _which(number: int, t: Translator) -> str:
    """Return which of a month's weekdays is meant, counted from its end below zero."""
    names = {1: t("first"), 2: t("second"), 3: t("third"), 4: t("fourth"), 5: t("fifth"), -1: t("last")}
    return names.get(number, str(number))


def _counted(words: str, parts: Mapping[str, str], t: Translator) -> str:
    if "COUNT" not in parts:
        return words
    return t.plural("{every}, {count} time", "{every}, {count} times", int(parts["COUNT"]), every=words)


def _every(frequency: str, interval: int, t: Translator) -> str:
    if frequency == "DAILY":
        return t.plural("every day", "every {count} days", interval)
    if frequency == "WEEKLY":
        return t.plural("every week", "every {count} weeks", interval)
    if frequency == "MONTHLY":
        return t.plural("every month", "every {count} months", interval)
    return t.plural("every year", "every {count} years", interval)


def organizer_facts(
    convening: Convening, t: Translator, now: datetime, *, is_proposed: bool = False
) -> tuple[Field, ...]:
    """Return what only a preview shows: for whom it is, the limit, who sees names, the dates that a rule brings."""
    limit = str(convening.capacity) if convening.capacity else t("no limit")
    names = t("hidden from everybody") if convening.hide_names else t("seen by organizers only, never in public")
    audience = t("every chapter") if convening.audience is Scope.ALL else t("this chapter")
    if is_proposed:
        audience = t("this chapter; every chapter once the steering committee approves")
    times = {"": t("as usual"), "none": t("none")}.get(convening.reminders, convening.reminders)
    return (
        Field(t("Shown to"), audience),
        Field(t("Reminders"), times),
        Field(t("Limit of places"), limit),
        Field(t("Names of who comes"), names),
        *_dates(convening, t, now),
    )


def _dates(convening: Convening, t: Translator, now: datetime) -> tuple[Field, ...]:
    if not convening.repeat:
        return ()
    coming = (one for one in convening.dates if one.utc > now)
    soon = tuple(
        Field(t("Date {number}", number=n), moment(one)) for n, one in enumerate(islice(coming, SHOWN_DATES), 1)
    )
    last = t("{when} (at most {count} dates)", when=t.day(convening.dates[-1].local), count=MAX_DATES)
    return (*soon, Field(t("Last date"), last))


def listing(found: tuple[Convening, ...], t: Translator, now: datetime, *, is_organizer: bool) -> Reply:
    """Return the upcoming convenings, each with a button for its card."""
    if not found:
        return _nothing_planned(t, is_organizer)
    summary = t.plural("{count} convening is coming up.", "{count} convenings are coming up.", len(found))
    return Reply(summary, tuple(_entry(one, t, now) for one in found))


def _entry(convening: Convening, t: Translator, now: datetime) -> Section:
    fields = facts(convening, t, now)
    labels = (t("When"), t("Repeats"), t("Not on"), t("Where"), t("Online"), t("City"))
    shown = tuple(one for one in fields if one.label in labels)
    button = Button(t("Details and answer"), RUN, f"convening show {convening.id}")
    return Section(numbered(convening), fields=shown, buttons=(button,))


def numbered(convening: Convening) -> str:
    """Return the title with the number that commands take."""
    return f"{convening.title} (#{convening.id})"


def _nothing_planned(t: Translator, is_organizer: bool) -> Reply:
    text = t("When an organizer announces one, it appears here and in the channels that follow convenings.")
    buttons = (Button(t("Announce a convening"), RUN, "convening add", "primary"),) if is_organizer else ()
    return Reply(t("No convening is planned yet."), (Section(text=text, buttons=buttons),))


def promotion(convening: Convening, t: Translator, now: datetime) -> Reply:
    """Return the direct message for somebody who waited and now has a place."""
    summary = t("A place is free for you: you are coming to “{title}”.", title=convening.title)
    text = t("If you cannot come any more, press No, so that the next person gets the place.")
    fields = facts(convening, t, now, is_coming=True)
    return Reply(summary, (Section(text=text, fields=fields, buttons=rsvp_buttons(convening, t)),))
