"""Times that people plan: what is refused, and what the change of clocks makes of them."""

from __future__ import annotations

from bot.context import Context
from bot.domain.times import FIXED_NAMES, WallTime, find_zone, near_zones, parse_local
from bot.errors import UserInputError
from bot.i18n import Translator
from bot.typed_times import Here, typed_time

FURTHEST_YEARS = 10
NOW_WORDS = ("", "now", "ahora", "ya")
LONGEST_ZONE = 3  # words that a zone may be typed in: "America/Port of Spain"


def refuse_unplannable(ctx: Context, time: WallTime, option: str) -> None:
    """Refuse a time that is over or too far away; the refusal repeats it as it was understood.

    Raises:
        UserInputError: names `option`.
    """
    t = ctx.t
    if time.local.year > ctx.now.year + FURTHEST_YEARS:
        when = time.local.strftime("%Y-%m-%d %H:%M")
        hint = t("Plan at most {count} years ahead.", count=FURTHEST_YEARS)
        raise UserInputError(t("{when} is too far away.", when=when), hint, option)
    is_ancient = time.local.year < ctx.now.year - 1  # the first years of the calendar have no UTC time everywhere
    if is_ancient or time.utc <= ctx.now:
        when = time.local.strftime("%Y-%m-%d %H:%M") if is_ancient else t.moment(time.aware)
        hint = t("Check the date, the year and the time zone.")
        raise UserInputError(t("{when} is in the past.", when=when), hint, option)


def clock_note(t: Translator, time: WallTime) -> str:
    """Return what people must know of a time in a gap or an overlap of the clocks, else ""."""
    typed = time.local.strftime("%H:%M")
    if time.shifted:
        return t(
            "{typed} does not exist on that day in {zone}, since the clocks go forward: it reads as {shown}.",
            typed=typed,
            zone=time.zone,
            shown=time.aware.strftime("%H:%M"),
        )
    if time.aware.utcoffset() != time.aware.replace(fold=1).utcoffset():
        return t(
            "{typed} comes twice on that day in {zone}, since the clocks go back: the first one is meant.",
            typed=typed,
            zone=time.zone,
        )
    return ""


def zone_name_note(t: Translator, typed: str, time: WallTime) -> str:
    """Return what people must know when they named a zone by its other half of the year ("EST" in summer), else ""."""
    name, shown = typed.strip(" ()").upper(), time.aware.tzname() or ""
    if name.casefold() not in FIXED_NAMES or name == shown:
        return ""
    return t(
        "You wrote {name}, but on that day the clocks in {zone} show {shown}: {clock} {shown} is meant. "
        "Press Change if that is wrong.",
        name=name,
        zone=time.zone,
        shown=shown,
        clock=time.aware.strftime("%H:%M"),
    )


def time_in(ctx: Context, text: str, option: str) -> WallTime | None:
    """Return the time that `text` writes or says with its zone ("next Tuesday 6 pm America/New_York"); None for now.

    Raises:
        UserInputError: it cannot be read, can be two times, has no zone, is over or too far away.
    """
    words = text.split()
    if " ".join(words).casefold() in NOW_WORDS:
        return None
    for count in range(1, LONGEST_ZONE + 1):
        said, zone = " ".join(words[:-count]), find_zone(" ".join(words[-count:]))
        if said and zone:
            time = WallTime(typed_time(said, ctx.t, option, Here(ctx.now, zone)), zone)
            refuse_unplannable(ctx, time, option)
            return time
    raise _unreadable(ctx, words, option)


def _is_time(ctx: Context, text: str) -> bool:
    try:
        return bool(typed_time(text, ctx.t, "", Here(ctx.now, ctx.settings.zone)))
    except UserInputError:
        return False


def _unreadable(ctx: Context, words: list[str], option: str) -> UserInputError:
    t, text, example = ctx.t, " ".join(words), "2027-03-14 18:30 America/New_York"
    is_zone = not parse_local(text) and ("/" in words[-1] or parse_local(" ".join(words[:-1])) is not None)
    if not is_zone and _is_time(ctx, text):
        return UserInputError(t("The time zone is missing."), t("Write it like {example}.", example=example), option)
    if is_zone:
        near = ", ".join(near_zones(words[-1]))
        hint = t("Did you mean one of these: {near}?", near=near)
        return UserInputError(t("“{text}” is not a time zone that I know.", text=words[-1]), hint, option)
    hint = t("Write now, or a time like {example}.", example=example)
    return UserInputError(t("“{text}” is not a date and time that I can read.", text=text), hint, option)
