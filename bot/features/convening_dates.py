"""One date of a repeated convening that does not take place, and taking that back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import islice
from typing import Annotated

from bot.command import Option
from bot.context import Context
from bot.domain.convenings import Convening
from bot.domain.recurrence import occurrences
from bot.domain.spoken_times import TimeError, read_day
from bot.errors import Conflict, UserInputError
from bot.features.convening_answers import public_card
from bot.features.convening_cards import numbered
from bot.features.convening_notices import tell_change, told_line
from bot.features.convening_options import Number, Why
from bot.features.convening_plans import audit, editable, update_copies
from bot.features.convenings import feature
from bot.i18n import N_
from bot.permissions import organizer
from bot.reply import Reply, Section

NAMED = 5  # dates that a refusal offers
Day = Annotated[str, Option(N_("The day, like 2027-03-14 or next Tuesday"), N_("Date"), max_chars=60)]
Back = Annotated[bool, Option(N_("Yes: it takes place on that day after all"), N_("Take it back (yes or no)"))]


@feature.command(
    "skip",
    summary=N_("Leave out one date of a repeated convening"),
    check=organizer,
    writes=True,
    form_title=N_("Leave out a date"),
    example="convening skip 3 2027-04-14",
)
async def skip(ctx: Context, convening: Number, date: Day, back: Back = False, reason: Why = "") -> Reply:
    """Leave a date out, or take it in again; every posted card follows."""
    old = await editable(ctx, convening)
    day = _day_of(ctx, old, date, back=back)
    skipped = set(old.skipped) - {day} if back else {*old.skipped, day}
    changed = replace(old.revised(), skipped=tuple(sorted(skipped)))
    if not any(one.utc > ctx.now for one in changed.dates):
        raise Conflict(
            ctx.t("“{title}” would have no date left.", title=numbered(old)),
            ctx.t("To cancel all of it, type convening cancel {number}.", number=old.id),
        )
    stored = await ctx.uow.convenings.save(changed)
    count = await update_copies(ctx, stored)
    told = await tell_change(ctx, old, stored, reason)
    await audit(ctx, skip.name, f"convening:{stored.id}")
    words = ctx.t("“{title}” takes place on {day} again.") if back else ctx.t("“{title}” does not take place on {day}.")
    text = ctx.t.plural("{count} posted card changes.", "{count} posted cards change.", count)
    text = f"{text} {told_line(ctx.t, told)}".strip()
    summary = words.format(title=numbered(stored), day=ctx.t.day(day))
    return Reply(summary, (Section(text=text), *(await public_card(ctx, stored)).sections))


def _day_of(ctx: Context, convening: Convening, typed: str, *, back: bool) -> date:
    """Return the day that is meant.

    Raises:
        UserInputError: it cannot be read, or nothing is planned (or left out) on it.
    """
    zone_now = replace(ctx.here, zone=str(convening.starts.zone)).local
    coming = [one for one in occurrences(convening.repeat, convening.starts) if one.utc > ctx.now]
    days = [one.local.date() for one in coming if (one.local.date() in convening.skipped) == back]
    try:
        day = read_day(typed, ctx.t.lang, zone_now)
    except TimeError:
        day = None
    if day not in days or day is None:
        offered = ", ".join(one.isoformat() for one in islice(days, NAMED)) or ctx.t("none")
        raise UserInputError(
            ctx.t("“{text}” is not a date of this convening.", text=typed),
            ctx.t("Its dates: {days}.", days=offered),
            "date",
        )
    return day
