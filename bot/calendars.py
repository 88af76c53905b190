"""Convenings as iCalendar: one event each, in the clock of its place, without a name of anybody.

Source: RFC 5545 (iCalendar), RFC 5546 section 3.2 (PUBLISH and CANCEL), RFC 7986 (NAME, REFRESH-INTERVAL).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vRecur

from bot.domain import access
from bot.domain.convenings import LASTS_WITHOUT_END, Convening
from bot.domain.recurrence import MAX_DATES, parts_of
from bot.domain.times import WallTime
from bot.i18n import Translator

MEDIA_TYPE = "text/calendar; charset=utf-8"
PRODUCT = "-//Human Rights Cities Alliance//hrc-bot//EN"
REFRESH = timedelta(hours=1)
AHEAD_YEARS = 12


@dataclass(frozen=True, slots=True)
class Occasion:
    """A convening on its way into a calendar, and its lasting id there."""

    convening: Convening
    uid: str


def calendar_file(occasion: Occasion, t: Translator, now: datetime) -> bytes:
    """Return the file of one convening; opened in a calendar, that of a cancelled one takes it out."""
    method = "CANCEL" if occasion.convening.is_cancelled else "PUBLISH"
    return _bytes(_calendar(method), [occasion], t, now)


def feed(occasions: Iterable[Occasion], name: str, t: Translator, now: datetime) -> bytes:
    """Return a calendar to subscribe to, in which cancelled convenings are marked as such."""
    calendar = _calendar("PUBLISH")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    return _bytes(calendar, occasions, t, now)


def tag_of(occasions: Iterable[Occasion], *also: str) -> str:
    """Return the ETag of a calendar: another one as soon as a convening in it has another revision.

    It is weak, since the file says when it was made. Source: RFC 9110, section 8.8.1.
    """
    text = "|".join([*also, *(f"{one.uid}:{one.convening.revision}" for one in occasions)])
    return f'W/"{hashlib.sha256(text.encode()).hexdigest()[:24]}"'


def _calendar(method: str) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", method)
    return calendar


def _bytes(calendar: Calendar, occasions: Iterable[Occasion], t: Translator, now: datetime) -> bytes:
    starts = [now.date()]
    for one in occasions:
        calendar.add_component(_event(one, t, now))
        starts.append(one.convening.starts.local.date())
    first, last = min(starts) - timedelta(days=366), date(max(starts).year + AHEAD_YEARS, 1, 1)
    calendar.add_missing_timezones(first, last)
    return bytes(calendar.to_ical())


def _event(occasion: Occasion, t: Translator, now: datetime) -> Event:
    convening, event = occasion.convening, Event()
    event.add("uid", occasion.uid)
    event.add("sequence", convening.revision - 1)
    event.add("dtstamp", now.astimezone(UTC))
    event.add("created", convening.created_at.astimezone(UTC))
    event.add("status", "CANCELLED" if convening.is_cancelled else "CONFIRMED")
    event.add("summary", convening.title)
    event.add("dtstart", _wall(convening.starts))
    event.add("dtend", _wall(_end(convening)))
    event.add("location", ", ".join(one for one in (convening.public_place, convening.city) if one))
    event.add("description", described(convening, t))
    if convening.public_link:
        event.add("url", convening.public_link)
    event.add("class", "PUBLIC")
    _repeat(event, convening)
    return event


def described(convening: Convening, t: Translator) -> str:
    """Return what a calendar or another platform's event says of a convening, as plain text."""
    lines = (
        t("Cancelled. Reason: {reason}", reason=convening.cancelled_reason) if convening.cancelled_reason else "",
        convening.about(t.lang),
        _labelled(t("Online"), convening.public_link),
        _labelled(t("Host"), convening.host),
        _labelled(t("Languages"), convening.languages),
        _labelled(t("Access"), access.shown(convening.access, t)),
    )
    return "\n\n".join(line for line in lines if line)


def _labelled(label: str, text: str) -> str:
    return f"{label}: {text}" if text else ""


def _wall(time: WallTime) -> datetime:
    return time.local.replace(tzinfo=ZoneInfo(time.zone))


def _end(convening: Convening) -> WallTime:
    """Return when the first date ends; three hours after its start when nobody said."""
    if convening.ends:
        return convening.ends
    return WallTime(convening.starts.local + LASTS_WITHOUT_END, convening.starts.zone)


def _repeat(event: Event, convening: Convening) -> None:
    if not convening.repeat:
        return
    parts = parts_of(convening.repeat)
    if "UNTIL" in parts:
        until = datetime.strptime(parts["UNTIL"], "%Y%m%dT%H%M%S")  # noqa: DTZ007 - a clock on the wall
        parts["UNTIL"] = WallTime(until, convening.starts.zone).utc.strftime("%Y%m%dT%H%M%SZ")
    elif "COUNT" not in parts:
        parts["COUNT"] = str(MAX_DATES)
    event.add("rrule", vRecur.from_ical(";".join(f"{name}={value}" for name, value in parts.items())))
    for day in convening.skipped:
        event.add(
            "exdate", _wall(WallTime(datetime.combine(day, convening.starts.local.time()), convening.starts.zone))
        )
