"""What `convening add` and `convening edit` ask for, and what is offered while somebody types."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from bot.command import Option
from bot.context import Context
from bot.domain.spoken_times import Ending
from bot.domain.times import Zone
from bot.features.convening_answers import whose
from bot.i18n import N_
from bot.reply import Choice
from bot.text import fold

SUGGESTED = 25
MAX_LABEL = 100


async def suggest(ctx: Context, typed: str) -> Sequence[Choice]:
    """Return the upcoming convenings whose title or number holds what was typed."""
    wanted = fold(typed).removeprefix("#")
    found = await ctx.uow.convenings.upcoming(ctx.now, 4 * SUGGESTED, workspace_id=whose(ctx))
    fitting = (one for one in found if wanted in fold(one.title) or wanted == str(one.id))
    labels = ((one.id, f"#{one.id} {ctx.t.day(one.next_date(ctx.now).local)} {one.title}") for one in fitting)
    return [Choice(str(number), label[:MAX_LABEL]) for number, label in labels][:SUGGESTED]


async def suggest_themes(ctx: Context, typed: str) -> Sequence[Choice]:
    """Return the themes whose name holds the last of the typed ones."""
    wanted = fold(typed.split(",")[-1])
    named = (Choice(theme.id, theme.name(ctx.t.lang)) for theme in ctx.bank.themes)
    return [one for one in named if wanted in fold(one.label)][:SUGGESTED]


ANSWERS = (Choice("yes", N_("Yes")), Choice("maybe", N_("Maybe")), Choice("no", N_("No")))
AUDIENCES = (Choice("chapter", N_("This chapter")), Choice("all", N_("Every chapter")))
NUMBER = Option(
    N_("Number of the convening; convening list shows it"), N_("Convening"), suggest=suggest, minimum=1, maximum=2**31
)
STARTS = Option(N_("Date and time there, like 2027-03-14 18:30 or next Tuesday 6 pm"), N_("Starts"), max_chars=80)
ZONE = Option(N_("Time zone of the place, like America/New_York or Eastern"), N_("Time zone"), max_chars=60)
TITLE = Option(N_("What it is called"), N_("Title"), max_chars=120)
PLACE = Option(N_("Address or link"), N_("Place"))
_ENDS = Option(N_("How long, like 2 hours; or when, like 20:30 by the same clock"), N_("Ends"), max_chars=80)
_REPEAT = Option(
    N_("weekly, every Tuesday, first Monday of the month; , 6 times after it ends it; or an RRULE"), N_("Repeats")
)
_CAPACITY = Option(N_("How many can come; 0 or blank for no limit"), N_("Limit of places"), minimum=0, maximum=100_000)
_HIDE = Option(N_("Hide who comes from everybody, also from organizers"), N_("Hide names (yes or no)"))
_DESCRIPTION = Option(N_("What it is about"), N_("Description"), "text", max_chars=1500)
_DESCRIPCION = Option(
    N_("The same in Spanish; readers of Spanish get it"), N_("Descripción (Spanish)"), "text", max_chars=1500
)
_ACCESS = Option(
    N_("ASL, captions, wheelchair, childcare, cost help, quiet room; and anything else"), N_("Access"), max_chars=300
)
_LINK = Option(N_("Where to take part online, when there is an address too; https only"), N_("Link"), max_chars=300)
_HOST = Option(N_("Who hosts it"), N_("Host"), max_chars=120, on_form=False)
_THEMES = Option(
    N_("Themes that it belongs to, as in topics, with commas"), N_("Themes"), suggest=suggest_themes, on_form=False
)
_HIDE_PLACE = Option(N_("Tell the place only to those who answer yes"), N_("Hide the place (yes or no)"), on_form=False)
_AUDIENCE = Option(N_("This chapter, or every chapter"), N_("Audience"), "choice", choices=AUDIENCES, on_form=False)

_WHY = Option(N_("Why it changes; everybody who answered reads it"), N_("Reason"), max_chars=300, on_form=False)
_REMINDERS = Option(
    N_("How long before people are reminded, like 7d, 1d, 1h; or none"), N_("Reminders"), max_chars=60, on_form=False
)

Number = Annotated[int, NUMBER]
Title = Annotated[str, TITLE]
Place = Annotated[str, PLACE]
Ends = Annotated[Ending | None, _ENDS]
City = Annotated[str | None, Option(N_("City where it takes place"), N_("City"), max_chars=80)]
Description = Annotated[str | None, _DESCRIPTION]
Descripcion = Annotated[str | None, _DESCRIPCION]
Languages = Annotated[str | None, Option(N_("Languages spoken and interpreted"), N_("Languages"), max_chars=120)]
Access = Annotated[str | None, _ACCESS]
Capacity = Annotated[int | None, _CAPACITY]
HideNames = Annotated[bool | None, _HIDE]
Repeat = Annotated[str | None, _REPEAT]
Link = Annotated[str | None, _LINK]
Host = Annotated[str | None, _HOST]
Themes = Annotated[str | None, _THEMES]
HidePlace = Annotated[bool | None, _HIDE_PLACE]
Audience = Annotated[str | None, _AUDIENCE]
Reminders = Annotated[str | None, _REMINDERS]
Why = Annotated[str, _WHY]
NewStarts = Annotated[datetime | None, STARTS]
NewZone = Annotated[Zone | None, ZONE]
NewTitle = Annotated[str | None, TITLE]
NewPlace = Annotated[str | None, PLACE]
