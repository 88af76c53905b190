"""What was typed becomes a convening; whatever cannot be planned is refused with what would be right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from bot.context import Context
from bot.domain.convenings import Convening, Scope
from bot.domain.recurrence import Problem, RuleError, rule_of
from bot.domain.reminders import LeadError, leads_of, written
from bot.domain.spoken_times import Ending
from bot.domain.times import WallTime
from bot.errors import UserInputError
from bot.features.planned_times import refuse_unplannable
from bot.i18n import Translator
from bot.permissions import STEERING

_TEXTS = ("title", "place", "city", "description", "descripcion", "languages", "access", "host")
_PLAIN = (*_TEXTS, "capacity", "hide_names", "hide_place")
_WRITTEN = "%Y-%m-%d %H:%M"
USUAL_WORDS = ("usual", "default", "habitual", "los de siempre")


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
    plain = {"title": "", "place": ""} | _facts(ctx, values)
    audience = audience_for(ctx, values.get("audience") or "")
    blank = Convening(0, ctx.workspace_id, ctx.user_id, ctx.now, starts=starts, audience=audience, **plain)
    ending = values.get("ends")
    return _timed(ctx, blank, starts, ending.after(starts.local) if ending else None, values.get("repeat") or "")


def _facts(ctx: Context, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what `values` tell besides times and audience."""
    found = {name: values[name] for name in _PLAIN if values.get(name) is not None}
    if values.get("link") is not None:
        found["link"] = web_address(ctx.t, values["link"], "link")
    if values.get("themes") is not None:
        found["themes"] = _theme_ids(ctx, values["themes"])
    if values.get("reminders") is not None:
        found["reminders"] = _reminders(ctx.t, values["reminders"])
    return found


def _reminders(t: Translator, text: str) -> str:
    """Return the times before a convening as they are stored; "" for the usual ones.

    Raises:
        UserInputError: they cannot be read.
    """
    if not text.strip() or text.strip().casefold() in USUAL_WORDS:
        return ""
    try:
        return written(leads_of(text))
    except LeadError as error:
        raise UserInputError(
            t("“{text}” is no time before a convening.", text=error.part[:60]),
            t("Write up to five times between 10 minutes and 60 days, like 7d, 1d, 1h; or none; or usual."),
            "reminders",
        ) from None


def web_address(t: Translator, text: str, option: str) -> str:
    """Return `text` if it is a whole https address, or nothing.

    Raises:
        UserInputError: it is something else.
    """
    parts = urlsplit(text) if text.isascii() and " " not in text else None
    if text and not (parts and parts.scheme in ("https", "http") and parts.hostname):
        raise UserInputError(
            t("“{text}” is no link.", text=text[:80]), t("Write a whole address that begins with https://"), option
        )
    return text


def _theme_ids(ctx: Context, text: str) -> tuple[str, ...]:
    """Return the ids of the themes that are named with commas.

    Raises:
        UserInputError: one of them is none.
    """
    found = []
    for name in (one.strip() for one in text.split(",") if one.strip()):
        theme = ctx.bank.find_theme(name)
        if theme is None:
            names = ", ".join(one.name(ctx.t.lang) for one in ctx.bank.themes)
            text = ctx.t("There is no theme “{theme}”.", theme=name)
            raise UserInputError(text, ctx.t("The themes are: {names}.", names=names), "themes")
        found.append(theme.id)
    return tuple(dict.fromkeys(found))


def is_trusted(ctx: Context) -> bool:
    """Say whether the person may show a convening to every chapter without somebody else's approval."""
    trusted = frozenset(ctx.settings.convenings.trusted)
    return STEERING in ctx.roles or not trusted.isdisjoint({ctx.user_id, ctx.workspace_id, *ctx.standing.accounts})


def audience_for(ctx: Context, typed: str) -> Scope:
    """Return the audience that was chosen and may be addressed at once; others' wish for every chapter is proposed.

    Raises:
        UserInputError: the chapter of a place without one.
    """
    wished = Scope(typed) if typed else Scope.ALL if STEERING in ctx.roles else Scope.CHAPTER
    audience = wished if is_trusted(ctx) else Scope.CHAPTER
    if audience is Scope.CHAPTER and not ctx.workspace_id:
        raise UserInputError(
            ctx.t("There is no chapter here."), ctx.t("Type this in a channel of your chapter."), "audience"
        )
    return audience


def is_proposed(convening: Convening, values: Mapping[str, Any]) -> bool:
    """Say whether every chapter is wished for and somebody else has to approve it."""
    return values.get("audience") == Scope.ALL and convening.audience is Scope.CHAPTER


def changed(ctx: Context, old: Convening, values: Mapping[str, Any]) -> Convening:
    """Return `old` with `values` in it and the next revision; a name that `values` lack stays as it is.

    Raises:
        UserInputError: as `check_times`; a start that stays as it is may lie in the past.
    """
    starts = WallTime(values.get("starts") or old.starts.local, values.get("zone") or old.starts.zone)
    if starts != old.starts:
        refuse_unplannable(ctx, starts, "starts")
    ends = _new_end(values["ends"], starts) if "ends" in values else _moved_end(old, starts)
    repeat = values.get("repeat", old.repeat) or ""
    skipped = old.skipped if (starts, repeat) == (old.starts, old.repeat) else ()
    widens = values.get("audience") == Scope.ALL and is_trusted(ctx)
    audience = Scope.ALL if widens else old.audience
    told = replace(old, revision=old.revision + 1, skipped=skipped, audience=audience, **_facts(ctx, values))
    return _timed(ctx, told, starts, ends, repeat)


def _new_end(ending: Ending | None, starts: WallTime) -> datetime | None:
    return ending.after(starts.local) if ending else None


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
    return t(
        "Write weekly, every Tuesday, first Monday of the month, or a rule such as FREQ=MONTHLY;BYDAY=2TU;COUNT=12."
    )


def as_typed(convening: Convening) -> dict[str, str]:
    """Return the convening's values as a person would type them."""
    values = {name: str(getattr(convening, name)) for name in (*_TEXTS, "link", "repeat")}
    flags = {name: "yes" if getattr(convening, name) else "no" for name in ("hide_names", "hide_place")}
    return (
        values
        | flags
        | {
            "capacity": str(convening.capacity or ""),
            "starts": convening.starts.local.strftime(_WRITTEN),
            "zone": convening.starts.zone,
            "ends": convening.ends.local.strftime(_WRITTEN) if convening.ends else "",
            "themes": ", ".join(convening.themes),
            "reminders": convening.reminders,
        }
    )
