"""What experts see: questions that wait, answers that could be topics, and answers that did not help."""

from __future__ import annotations

import asyncio

from bot.answers import shortened, topic_button
from bot.command import RUN
from bot.context import Context
from bot.domain.feedback import Rating
from bot.domain.questions import GivenAnswer, Proposal
from bot.features.question_asking import buttons, wordings
from bot.features.question_proposals import CHANGE, check_button
from bot.features.question_topics import heading
from bot.i18n import LANGUAGES, core_translators
from bot.likeness import Group, grouped
from bot.markup import escape
from bot.permissions import may_answer
from bot.reply import Button, Field, Moment, Reply, Section

SHOWN = 10


async def listed(ctx: Context) -> Reply:
    """Return the groups that wait for the person, most asked first, below the answers that wait for approval."""
    t = ctx.t
    waiting = [one for one in await ctx.uow.questions.open() if may_answer(ctx, one.theme)]
    answers = [one for one in await ctx.uow.answers.unpublished() if may_answer(ctx, one.theme)]
    groups = await asyncio.to_thread(grouped, waiting)
    summary = t.plural("{count} question waits.", "{count} questions wait.", len(groups))
    if not groups:
        summary = t("No question waits for you.")
    sections = (*(_answer(ctx, one) for one in answers[:SHOWN]), *(_group(ctx, one) for one in groups[:SHOWN]))
    more = len(groups) - SHOWN
    note = t.plural("{count} more is not shown.", "{count} more are not shown.", more) if more > 0 else ""
    more_sections = (Section(text=note), await _low_rated_note(ctx))
    return Reply(summary, (*sections, *(one for one in more_sections if one != Section())))


async def _low_rated_note(ctx: Context) -> Section:
    """Return how many answers did not help, with the button that lists them."""
    count = len(await _rated_low(ctx))
    if not count:
        return Section()
    t = ctx.t
    text = t.plural("{count} answer was called not helpful.", "{count} answers were called not helpful.", count)
    return Section(text=escape(text), buttons=(Button(t("Show them"), RUN, "questions ratings"),))


def _group(ctx: Context, group: Group) -> Section:
    t, first = ctx.t, group[0]
    facts = (
        Field(t("Asked"), t.plural("{count} time", "{count} times", len(group))),
        Field(t("Theme"), _theme(ctx, first.theme)),
        Field(t("Since"), Moment(min(one.asked_at for one in group), ctx.settings.zone)),
    )
    title = f"#{first.id} {shortened(' '.join(first.text.split()))}"
    return Section(title, wordings(group), facts, buttons(first, t))


def _theme(ctx: Context, theme_id: str) -> str:
    found = next((one for one in ctx.bank.themes if one.id == theme_id), None)
    return found.name(ctx.t.lang) if found else ctx.t("none")


def _answer(ctx: Context, given: GivenAnswer) -> Section:
    t = ctx.t
    is_ready = given.proposal is Proposal.PROPOSED
    state = t("waits for a second person") if is_ready else t("something is missing before it can be a topic")
    button = check_button(given, t) if is_ready else Button(t("Complete it"), CHANGE, str(given.id))
    title = t("Answer {number}: {title}", number=given.id, title=heading(given, t.lang))
    return Section(title, fields=(Field(t("State"), state),), buttons=(button,))


async def low_rated(ctx: Context) -> Reply:
    """Return the topics that were called not helpful most often."""
    known = await _rated_low(ctx)
    if not known:
        return Reply(ctx.t("No answer was called not helpful."))
    summary = ctx.t("These answers were called not helpful most often.")
    return Reply(summary, tuple(_rating(ctx, one) for one in known))


async def _rated_low(ctx: Context) -> list[Rating]:
    found = await ctx.uow.feedback.worst(4 * SHOWN)
    return [one for one in found if ctx.bank.topic(one.topic_id)][:SHOWN]


def _rating(ctx: Context, one: Rating) -> Section:
    t, topic = ctx.t, ctx.bank.topics[one.topic_id]
    counts = (Field(t("Not helpful"), str(one.not_helpful)), Field(t("Helpful"), str(one.helpful)))
    button = topic_button(topic, core_translators()[one.lang])
    return Section(f"{topic.text(one.lang).title} ({LANGUAGES[one.lang]})", fields=counts, buttons=(button,))
