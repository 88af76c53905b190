"""Questions in plain words, answered from the knowledge base with sources."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Annotated

from bot.answers import SHORTLY, answer, chatted, next_steps, short_answer, short_steps, unknown, unsure
from bot.command import Feature, Option
from bot.context import Context
from bot.conversation import conversation_key, remember
from bot.errors import NotFound
from bot.forms import form_of
from bot.i18n import N_, Translator, core_translators
from bot.live import contact_section, live_sections
from bot.reply import Form, Reply, Section
from bot.understanding import understand
from knowledge.schema import Topic

feature = Feature("ask", N_("Ask a question in your own words"), order=10)


@feature.command(summary=N_("Ask a question in your own words"), example="ask what is a human rights city?")
async def ask(
    ctx: Context, question: Annotated[str, Option(N_("Your question"), kind="text", max_chars=10_000)]
) -> Reply:
    """Answer, or say that the answer is unsure or unknown; the question's language decides the answer's."""
    key = conversation_key(ctx.request)
    last = await ctx.uow.conversations.recall(key, ctx.now) if key else None
    await ctx.edition.ready()
    found = await asyncio.to_thread(understand, ctx.edition, question, ctx.t.lang, last)
    t = core_translators()[found.lang]
    if found.said:
        return chatted(found.said, t)
    if found.outcome == "answer":
        await remember(ctx, found.topics[0].id, t.lang)
        return await _answered(found.topics[0], ctx, t)
    return unsure(found.topics, t, question) if found.outcome == "unsure" else unknown(t, question)


async def _answered(topic: Topic, ctx: Context, t: Translator, *, rated: bool = False) -> Reply:
    live = await live_sections(topic.live, ctx, t)
    return answer(ctx.bank, topic, t, live=live, buttons=next_steps(topic, ctx, t, rated=rated))


def _meant(ctx: Context, argument: str) -> tuple[Topic, Translator]:
    """Return the topic and language that a button names.

    Raises:
        NotFound: the topic was removed since the button was shown.
    """
    topic_id, lang, *_ = (*argument.split(":"), "")
    topic = ctx.bank.topic(topic_id)
    if topic is None:
        raise NotFound(ctx.t("This answer is not there any more."), ctx.t("Ask your question again."))
    return topic, core_translators()[lang or ctx.t.lang]


@feature.action("topic")
async def show_topic(ctx: Context, argument: str) -> Reply:
    """Show the topic that a button names."""
    topic, t = _meant(ctx, argument)
    await remember(ctx, topic.id, t.lang)
    return await _answered(topic, ctx, t)


@feature.action("share")
async def share(ctx: Context, argument: str) -> Reply:
    """Post an answer to the channel."""
    topic, t = _meant(ctx, argument)
    live = await live_sections(topic.live, ctx, t)
    is_short = argument.endswith(f":{SHORTLY}")
    shared = short_answer(ctx.bank, topic, t, live) if is_short else answer(ctx.bank, topic, t, live=live)
    return replace(shared, public=True)


@feature.action("short")
async def short(ctx: Context, argument: str) -> Reply:
    """Show the short version in place of the answer; where everybody sees that, beside it."""
    topic, t = _meant(ctx, argument)
    shown = short_answer(ctx.bank, topic, t, await live_sections(topic.live, ctx, t))
    return _in_place(ctx, replace(shown, sections=(*shown.sections, Section(buttons=short_steps(topic, ctx, t)))))


@feature.action("whole")
async def whole(ctx: Context, argument: str) -> Reply:
    """Show the whole answer in place of its short version."""
    topic, t = _meant(ctx, argument)
    return _in_place(ctx, await _answered(topic, ctx, t))


def _in_place(ctx: Context, reply: Reply) -> Reply:
    return replace(reply, replaces=True, private=not ctx.request.origin.is_direct)


@feature.action("helpful", writes=True)
async def helpful(ctx: Context, argument: str) -> Reply:
    """Count that the answer helped."""
    return await _rated(ctx, argument, helped=True)


@feature.action("unhelpful", writes=True)
async def unhelpful(ctx: Context, argument: str) -> Reply:
    """Count that the answer did not help."""
    return await _rated(ctx, argument, helped=False)


async def _rated(ctx: Context, argument: str, *, helped: bool) -> Reply:
    """Count, thank, and take the rating buttons off the answer, so that a second press finds none."""
    topic, t = _meant(ctx, argument)
    await ctx.uow.feedback.count(topic.id, t.lang, helped)
    thanks = t("Thank you, that is good to know.") if helped else t("Thank you. Editors will look at this answer.")
    sections = () if helped else (contact_section(ctx, t),)
    return Reply(thanks, sections, card=await _answered(topic, ctx, t, rated=True))


@feature.action("person", opens_form=True)
async def person(ctx: Context, argument: str) -> Form:
    """Open the form of a question to a person, with the question asked; nothing is stored before it is sent."""
    return form_of(ctx.services.registry.commands["questions ask"], {"question": argument}, ctx.t)
