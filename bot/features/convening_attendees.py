"""Who comes, for organizers alone: counts, what people need, and names as far as each person allows."""

from __future__ import annotations

from dataclasses import dataclass

from bot.command import RUN
from bot.context import Context
from bot.domain import access
from bot.domain.convenings import Convening, Going, Rsvp, headcount, waiting
from bot.domain.csv_files import csv_file
from bot.domain.visibility import Viewer, visible
from bot.features.convening_answers import convening_of
from bot.features.convening_cards import headcount_line, numbered
from bot.features.convening_options import Number
from bot.features.convening_plans import audit
from bot.features.convenings import feature, number_in
from bot.i18n import N_, Translator
from bot.markup import escape
from bot.permissions import STEERING, organizer, owns
from bot.reply import Attachment, Button, Field, Reply, Section

LISTED = 40  # people named in the answer; the file holds them all
ANSWERS = {Going.YES: N_("Yes"), Going.MAYBE: N_("Maybe")}


@dataclass(frozen=True, slots=True)
class Attendee:
    """Somebody who may come; `name` is "" where they or the convening do not let it be seen."""

    rsvp: Rsvp
    name: str
    is_waiting: bool


@feature.command(
    "attendees",
    summary=N_("See who comes and what they need; for organizers alone"),
    check=organizer,
    writes=True,
    example="convening attendees 3",
)
async def attendees(ctx: Context, convening: Number) -> Reply:
    """Show counts, needs and the names that may be seen; the look is audited."""
    found = await owned(ctx, convening)
    people = await attendees_of(ctx, found)
    await audit(ctx, attendees.name, f"convening:{found.id}")
    return _shown(ctx, found, people)


@feature.action("attendees_csv", check=organizer, writes=True)
async def export(ctx: Context, argument: str) -> Reply:
    """Hand the list over as a private file."""
    found = await owned(ctx, number_in(ctx, argument))
    people = await attendees_of(ctx, found)
    await audit(ctx, "convening attendees csv", f"convening:{found.id}")
    file = Attachment(f"convening-{found.id}-attendees.csv", _csv(people, ctx.t), "text/csv")
    text = ctx.t("Keep it as you would keep a list of members: delete it when the convening is over.")
    return Reply(
        ctx.t("The list of “{title}”.", title=numbered(found)), (Section(text=escape(text)),), attachments=(file,)
    )


async def owned(ctx: Context, convening_id: int) -> Convening:
    """Return the convening for its organizers, cancelled or over too.

    Raises:
        NotFound: there is none of that number, or it is another chapter's own.
        CheckFailure: it belongs to another chapter.
    """
    found = await convening_of(ctx, convening_id)
    owns(ctx, found.workspace_id)
    return found


async def attendees_of(ctx: Context, convening: Convening) -> tuple[Attendee, ...]:
    """Return those who said yes or maybe, in the order in which they have places."""
    answers = [one for one in await ctx.uow.convenings.answers(convening.id) if one.answer is not Going.NO]
    waits = waiting(convening, tuple(answers))
    viewer = Viewer(frozenset({ctx.workspace_id} - {""}), is_steering=STEERING in ctx.roles)
    found = []
    for one in sorted(answers, key=lambda one: (one.answer is Going.MAYBE, one.order)):
        name = "" if convening.hide_names or one.is_hidden else await _name_of(ctx, one, viewer)
        found.append(Attendee(one, name, one.person_id in waits))
    return tuple(found)


async def _name_of(ctx: Context, rsvp: Rsvp, viewer: Viewer) -> str:
    """Return the member's name if they let `viewer` see it; who has not joined told none."""
    member = await ctx.uow.members.by_user(rsvp.user_id)
    return member.name if member and visible(member, "name", viewer) else ""


def _shown(ctx: Context, convening: Convening, people: tuple[Attendee, ...]) -> Reply:
    t = ctx.t
    count = headcount(convening, tuple(one.rsvp for one in people))
    summary = t("“{title}”: {count}.", title=numbered(convening), count=headcount_line(convening, count, t))
    if not people:
        return Reply(summary, (Section(text=escape(t("Nobody has said yes or maybe yet."))),))
    sections = (*needs_sections(people, t), _names(convening, people, t))
    export_button = export.button(t("Export as CSV"), convening.id)
    report = Button(t("Report"), RUN, f"convening report {convening.id}")
    return Reply(summary, (*sections, Section(buttons=(export_button, report))))


def needs_sections(people: tuple[Attendee, ...], t: Translator) -> tuple[Section, ...]:
    """Return what people need as counts and as a list, without what nobody needs."""
    counts = access.counted((one.rsvp.needs for one in people), t)
    languages: dict[str, int] = {}
    for one in people:
        spoken = one.rsvp.speaks.strip()
        if spoken:
            languages[spoken] = languages.get(spoken, 0) + 1
    fields = tuple(Field(label, str(count)) for label, count in (counts | languages).items())
    lines = [f"- {escape(_line(one, t))}" for one in people if one.rsvp.needs or one.rsvp.speaks]
    return (Section(t("What people need"), "\n".join(lines[:LISTED]), fields),) if lines else ()


def _line(one: Attendee, t: Translator) -> str:
    told = ", ".join(part for part in (access.shown(one.rsvp.needs, t), one.rsvp.speaks) if part)
    return f"{one.name or t('Somebody')} ({t(ANSWERS[one.rsvp.answer])}): {told}"


def _names(convening: Convening, people: tuple[Attendee, ...], t: Translator) -> Section:
    named = [one for one in people if one.name]
    lines = [f"- {escape(one.name)} ({escape(_standing(one, t))})" for one in named[:LISTED]]
    if len(named) > LISTED:
        lines.append("- " + escape(t("and {count} more, in the file", count=len(named) - LISTED)))
    unnamed = len(people) - len(named)
    if convening.hide_names:
        lines.append(escape(t("Names are hidden at this convening, from organizers too.")))
    elif unnamed:
        lines.append(escape(t.plural("{count} person shows no name.", "{count} people show no name.", unnamed)))
    return Section(t("Who comes"), "\n".join(lines))


def _standing(one: Attendee, t: Translator) -> str:
    return t("waiting") if one.is_waiting else t(ANSWERS[one.rsvp.answer])


def _csv(people: tuple[Attendee, ...], t: Translator) -> bytes:
    header = (t("Name"), t("Answer"), t("What I need"), t("Language"))
    rows = ((one.name, _standing(one, t), access.shown(one.rsvp.needs, t), one.rsvp.speaks) for one in people)
    return csv_file(header, rows)
