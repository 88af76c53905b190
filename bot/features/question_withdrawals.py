"""What became of published answers: seen by their experts, corrected with a second person, withdrawn at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.answers import shortened
from bot.command import RUN
from bot.context import Context
from bot.domain.questions import GivenAnswer, Proposal, PublishedTopic, Texts, TopicWords, WithdrawnTopic
from bot.errors import Conflict, NotFound
from bot.features.question_answers import audit, refuse_other_themes
from bot.features.question_proposals import close, proposed, show
from bot.features.question_topics import PROVENANCE
from bot.i18n import LANGUAGES, core_translators
from bot.markup import escape
from bot.permissions import may_answer
from bot.reply import Button, Choice, Field, Moment, Reply, Section
from bot.text import fold

SHOWN = 10
SUGGESTED = 25
MAX_LABEL = 100
CORRECT = "questions.rewrite"
_CUT = " …"  # how a short answer ends whose whole text follows


async def published_topics(ctx: Context) -> tuple[PublishedTopic, ...]:
    """Return the published topics that the person may change, newest first."""
    return tuple(one for one in reversed(await ctx.uow.published_topics.all()) if may_answer(ctx, one.theme))


async def suggest_published(ctx: Context, typed: str) -> Sequence[Choice]:
    """Return the published topics whose title or id holds what was typed."""
    wanted = fold(typed)
    named = [Choice(one.id, one.words[ctx.t.lang].title[:MAX_LABEL]) for one in await published_topics(ctx)]
    return [one for one in named if wanted in fold(one.label) or wanted in one.value][:SUGGESTED]


async def topic_named(ctx: Context, typed: str) -> PublishedTopic:
    """Return the published topic meant by its id or title, for somebody who may change it.

    Raises:
        NotFound: no published answer is called so.
        CheckFailure: it belongs to a theme of other experts.
        Conflict: it was withdrawn.
    """
    wanted = fold(typed)
    every = await ctx.uow.published_topics.all()
    match = next((one for one in every if wanted in (one.id, *(fold(some.title) for some in one.words.values()))), None)
    found = await ctx.uow.published_topics.get(match.id) if match else None
    if found is None:
        await _refuse_withdrawn(ctx, wanted)
        hint = ctx.t("Type questions published to see them.")
        raise NotFound(ctx.t("No answer that people published here is called so."), hint)
    refuse_other_themes(ctx, found.theme)
    return found


async def _refuse_withdrawn(ctx: Context, topic_id: str) -> None:
    if topic_id in {one.id for one in await ctx.uow.published_topics.withdrawn()}:
        hint = ctx.t("Type questions published to see them.")
        raise Conflict(ctx.t("This answer was withdrawn already."), hint)


async def withdrawal(ctx: Context, topic: PublishedTopic, reason: str, act: str) -> Reply:
    """Take a topic back: it answers nowhere, and what was to correct it is settled."""
    await ctx.uow.published_topics.withdraw(topic.id, reason, ctx.now)
    for one in await ctx.uow.answers.unpublished():
        if one.topic_id == topic.id:
            await close(ctx, replace(one, proposal=Proposal.NONE))
    await audit(ctx, act, f"topic:{topic.id}")
    t = ctx.t
    note = t("It stops answering now, on all platforms, and no export holds it from now on.")
    return Reply(t("Withdrawn: “{title}”.", title=topic.words[t.lang].title), (Section(text=escape(note)),))


def texts_of(topic: PublishedTopic) -> tuple[Texts, Texts]:
    """Return titles and answers by language, as somebody would write them to get this topic."""
    titles = {lang: topic.words[lang].title for lang in LANGUAGES}
    return titles, {lang: _written(topic.words[lang], core_translators()[lang](PROVENANCE)) for lang in LANGUAGES}


def _written(words: TopicWords, provenance: str) -> str:
    if words.short.endswith(_CUT):
        return words.long
    return escape(words.short) + ("" if words.long == provenance else f"\n\n{words.long}")


async def correction(ctx: Context, topic: PublishedTopic, titles: Texts, texts: Texts) -> Reply:
    """Propose other words for a topic; it answers as before until a second person approves them.

    Raises:
        Conflict: they are the words that it has.
    """
    old_titles, old_texts = texts_of(topic)
    given = GivenAnswer(0, ctx.user_id, ctx.now, topic.theme, texts, titles=titles, topic_id=topic.id)
    if given.digest == replace(given, titles=old_titles, texts=old_texts).digest:
        raise Conflict(ctx.t("Nothing was changed."), ctx.t("Change the question or the answer, then send it."))
    stored = await ctx.uow.answers.add(given.first_given())
    return await show(ctx, await proposed(ctx, stored))


async def published(ctx: Context) -> Reply:
    """Return what people published, newest first, and what was withdrawn, with the reasons."""
    t, topics = ctx.t, await published_topics(ctx)
    gone = [one for one in reversed(await ctx.uow.published_topics.withdrawn()) if may_answer(ctx, one.theme)]
    summary = t.plural("{count} published answer.", "{count} published answers.", len(topics))
    if not topics:
        summary = t("People published no answer here yet.") if not gone else t("Every published answer was withdrawn.")
    more = len(topics) - SHOWN
    note = t.plural("{count} more is not shown.", "{count} more are not shown.", more) if more > 0 else ""
    sections = (*(_card(ctx, one) for one in topics[:SHOWN]), *((Section(text=note),) if note else ()))
    return Reply(summary, (*sections, *(_gone(ctx, one) for one in gone[:SHOWN])))


def _card(ctx: Context, topic: PublishedTopic) -> Section:
    t = ctx.t
    facts = (Field(t("Approved"), Moment(topic.approved_at, ctx.settings.zone)), Field(t("Id"), topic.id))
    correct = Button(t("Correct it"), CORRECT, topic.id)
    withdraw = Button(t("Withdraw it"), RUN, f"questions withdraw {topic.id}", "danger")
    return Section(shortened(topic.words[t.lang].title), fields=facts, buttons=(correct, withdraw))


def _gone(ctx: Context, topic: WithdrawnTopic) -> Section:
    t = ctx.t
    when = Field(t("Withdrawn"), Moment(topic.withdrawn_at, ctx.settings.zone))
    return Section(topic.id, fields=(when, Field(t("The reason"), topic.reason)))
