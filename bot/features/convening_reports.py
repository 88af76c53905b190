"""After a convening: what became of it, on every card, and what people thought, as counts and lines of nobody."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from bot.command import Delivering, Option, Rendered
from bot.context import Context
from bot.domain.convenings import Convening, Going, waiting
from bot.domain.deliveries import Subject
from bot.domain.impressions import SHOWN_FROM, Impressions, Rating
from bot.errors import Conflict, NotFound
from bot.features.convening_answers import convening_of, counted
from bot.features.convening_attendees import owned
from bot.features.convening_cards import feedback_buttons, feedback_open, headcount_line, numbered, outcome_facts
from bot.features.convening_options import Number
from bot.features.convening_plans import audit, update_copies
from bot.features.convening_reminder_facts import reminder_facts
from bot.features.convening_values import web_address
from bot.features.convenings import feature, number_in
from bot.forms import form_of
from bot.i18n import N_, Translator
from bot.markup import escape
from bot.permissions import organizer
from bot.reply import Choice, Field, Form, Reply, Section

FILLED = "filled"  # travels with the form, so that blanks in it clear what was there
LISTED = 20
_ATTENDED = Option(N_("How many people came"), N_("Number of people who came"), minimum=0, maximum=1_000_000)
_NOTES = Option(N_("What was said and decided; everybody reads it"), N_("Notes"), "text", max_chars=1500)
_RECORDING = Option(N_("Link to a recording; https only"), N_("Recording"), max_chars=300)
_NEXT = Option(N_("What happens next"), N_("Next steps"), "text", max_chars=800)
RATINGS = (Choice("good", N_("Good")), Choice("mixed", N_("So-so")), Choice("poor", N_("Not good")))
_RATING = Option(N_("How it was"), N_("How was it?"), "choice", choices=RATINGS)
_WORDS = Option(N_("One line for the organizers; nobody sees whose it is"), N_("In one line"), max_chars=200)


@feature.command(
    "report",
    summary=N_("See how a convening went, and tell it on every card"),
    check=organizer,
    writes=True,
    opens_form=True,
    form_title=N_("After the convening"),
    example='convening report 3 attended:40 next_steps:"Meet the council"',
)
async def report(
    ctx: Context,
    convening: Number,
    attended: Annotated[int | None, _ATTENDED] = None,
    notes: Annotated[str | None, _NOTES] = None,
    recording: Annotated[str | None, _RECORDING] = None,
    next_steps: Annotated[str | None, _NEXT] = None,
) -> Reply | Form:
    """Show what is known; with options, put it on the card."""
    found = await owned(ctx, convening)
    given = {"attended": attended, "notes": notes, "recording": recording, "next_steps": next_steps}
    is_filled = FILLED in ctx.request.arguments
    if not is_filled and all(one is None for one in given.values()):
        return await _shown(ctx, found)
    _refuse_early(ctx, found)
    blanks = {"attended": None, "notes": "", "recording": "", "next_steps": ""}
    told = {name: value if value is not None else blanks[name] for name, value in given.items()}
    kept = told if is_filled else {name: value for name, value in given.items() if value is not None}
    web_address(ctx.t, str(kept.get("recording") or ""), "recording")
    stored = await ctx.uow.convenings.save(replace(found.revised(), **kept))
    count = await update_copies(ctx, stored)
    await audit(ctx, report.name, f"convening:{stored.id}")
    text = ctx.t.plural("{count} posted card changes.", "{count} posted cards change.", count)
    section = Section(text=escape(text), fields=outcome_facts(stored, ctx.t))
    return Reply(ctx.t("The report of “{title}” is saved.", title=numbered(stored)), (section,))


def _refuse_early(ctx: Context, convening: Convening) -> None:
    if convening.is_cancelled or convening.dates[0].utc > ctx.now:
        raise Conflict(
            ctx.t("“{title}” has not taken place.", title=numbered(convening)),
            ctx.t("Tell what became of it once it has begun."),
        )


async def _shown(ctx: Context, convening: Convening) -> Reply:
    t, count = ctx.t, await counted(ctx.uow, convening)
    said = await ctx.uow.impressions.of(convening.id)
    summary = t("“{title}”: {count}.", title=numbered(convening), count=headcount_line(convening, count, t))
    facts = (*outcome_facts(convening, t), *await reminder_facts(ctx.uow, convening, t), *_impressions(said, t))
    has_begun = not convening.is_cancelled and convening.dates[0].utc <= ctx.now
    buttons = (open_report.button(t("Tell how it went"), convening.id, "primary"),) if has_begun else ()
    return Reply(summary, (Section(fields=facts, buttons=buttons), *_remarks(said, t)))


def _impressions(said: Impressions, t: Translator) -> tuple[Field, ...]:
    if not said.voices:
        return (Field(t("What people thought"), t("nobody has told yet")),)
    words = t("{good} good, {mixed} so-so, {poor} not good", good=said.good, mixed=said.mixed, poor=said.poor)
    return (Field(t("What people thought"), words),)


def _remarks(said: Impressions, t: Translator) -> tuple[Section, ...]:
    """Return the lines; below three voices none, since they would tell whose they are."""
    if not said.remarks:
        return ()
    if said.voices < SHOWN_FROM:
        text = t("Lines are shown once {count} people have told what they thought.", count=SHOWN_FROM)
        return (Section(text=escape(text)),)
    lines = "\n".join(f"- {escape(one)}" for one in said.remarks[:LISTED])
    return (Section(t("In their words"), lines),)


@feature.action("report", check=organizer, opens_form=True)
async def open_report(ctx: Context, argument: str) -> Form:
    """Return the form with everything as it is now."""
    found = await owned(ctx, number_in(ctx, argument))
    _refuse_early(ctx, found)
    values = {name: str(getattr(found, name)) for name in ("notes", "recording", "next_steps")}
    attended = "" if found.attended is None else str(found.attended)
    form = form_of(report, values | {"attended": attended}, ctx.t)
    inputs = tuple(one for one in form.inputs if one.name != "convening")
    return Form(form.title, inputs, form.action, {"convening": str(found.id), FILLED: "yes"})


@feature.command(
    "feedback",
    summary=N_("Tell how a convening was, without your name"),
    writes=True,
    form_title=N_("How was it?"),
    example='convening feedback 3 good words:"More time to talk"',
)
async def feedback(
    ctx: Context,
    convening: Number,
    rating: Annotated[str, _RATING],
    words: Annotated[str, _WORDS] = "",
) -> Reply:
    return await _rated(ctx, convening, Rating(rating), words)


@feature.action("feedback", writes=True)
async def pressed(ctx: Context, argument: str) -> Reply:
    """Count a pressed button; its argument is "<number>:<rating>"."""
    number, _, rating = argument.partition(":")
    if rating not in tuple(Rating):
        raise NotFound(ctx.t("I do not know that answer."), ctx.t("Press one of the three buttons."))
    return await _rated(ctx, number_in(ctx, number), Rating(rating), "")


async def _rated(ctx: Context, convening_id: int, rating: Rating, words: str) -> Reply:
    """Count the rating once and keep the line.

    Raises:
        Conflict: the person did not say that they come, or it is not over, or over for long.
    """
    t, found, person = ctx.t, await convening_of(ctx, convening_id), await ctx.person_id()
    rsvp = await ctx.uow.convenings.rsvp_of(found.id, person)
    if rsvp is None or rsvp.answer is Going.NO:
        raise Conflict(t("Only people who answered yes or maybe are asked how it was."))
    if not feedback_open(found, ctx.now):
        raise Conflict(
            t("You can tell how “{title}” was from its beginning until two weeks after it.", title=found.title)
        )
    if not await ctx.uow.impressions.rate(found.id, person, rating) and not words:
        return Reply(t("You have told how it was already, once. Nobody can see which answer was yours."))
    if words and not await ctx.uow.impressions.remark(found.id, person, words):
        return Reply(t("You have left a line already, once."))
    text = t("Your answer is counted without your name, and cannot be changed, since nobody knows which is yours.")
    buttons = () if words else (open_line.button(t("Add one line"), f"{found.id}:{rating}"),)
    summary = t("Thank you for telling how “{title}” was.", title=found.title)
    return Reply(summary, (Section(text=escape(text), buttons=buttons),))


@feature.action("feedback_line", opens_form=True)
async def open_line(ctx: Context, argument: str) -> Form:
    """Return the form for one line."""
    number, _, rating = argument.partition(":")
    found = await convening_of(ctx, number_in(ctx, number))
    form = form_of(feedback, {}, ctx.t)
    inputs = tuple(replace(one, required=True) for one in form.inputs if one.name == "words")
    return Form(form.title, inputs, form.action, {"convening": str(found.id), "rating": rating})


@feature.delivers(Subject.FEEDBACK)
async def render_question(delivering: Delivering) -> Rendered | None:
    """Return the question how it was; None for whoever told already, did not come, or wants no such messages."""
    uow, user_id = delivering.uow, delivering.target.user_id
    found = await uow.convenings.get(delivering.subject_id)
    if found is None or found.is_cancelled:
        return None
    answers = await uow.convenings.answers(found.id)
    rsvp = next((one for one in answers if one.user_id == user_id), None)
    if rsvp is None or rsvp.answer is not Going.YES or rsvp.person_id in waiting(found, answers):
        return None
    has_told = await uow.impressions.has_rated(found.id, rsvp.person_id)
    if not delivering.is_posted and (has_told or not feedback_open(found, delivering.now)):
        return None
    return Rendered(_question(found, delivering.t), 1)


def _question(convening: Convening, t: Translator) -> Reply:
    summary = t("How was “{title}”?", title=convening.title)
    text = t("Your answer is counted without your name. You are asked once.")
    return Reply(summary, (Section(text=escape(text), buttons=feedback_buttons(convening, t)),))
