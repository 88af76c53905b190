"""Proposing, approving and declining a topic: nobody approves their own, and only what they saw."""

from __future__ import annotations

from dataclasses import replace

from bot import approvals
from bot.command import Delivering, Rendered
from bot.context import Context
from bot.domain.deliveries import Subject
from bot.domain.questions import GivenAnswer, Proposal, PublishedTopic
from bot.errors import CheckFailure, Conflict, NotFound
from bot.features.question_answers import LARGEST, audit, refuse_other_themes
from bot.features.question_asking import direct_targets, may_be_told, recipients
from bot.features.question_topics import digest, heading, preview_sections, topic_of, unfinished, with_state
from bot.i18n import Translator
from bot.markup import escape
from bot.reply import Button, Reply, Section

CHECK, APPROVE, DECLINE, CHANGE = "questions.check", "questions.approve", "questions.decline", "questions.change"


async def answer_of(ctx: Context, number: str | int) -> GivenAnswer:
    """Return an answer that is not published yet, for somebody who may work on it.

    Raises:
        NotFound: there is none of that number.
        CheckFailure: it belongs to a theme of other experts.
        Conflict: it is published, or was taken back.
    """
    await ctx.edition.ready()
    typed = str(number)
    wanted = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 11 else 0
    found = await ctx.uow.answers.get(wanted) if 0 < wanted < LARGEST else None
    if found is None or found.is_dismissal:
        raise NotFound(ctx.t("I do not know that answer."), ctx.t("Type questions list to see those that wait."))
    refuse_other_themes(ctx, found.theme)
    if found.proposal is Proposal.PUBLISHED:
        raise Conflict(ctx.t("This answer is a topic already."), ctx.t("Ask the question to see it."))
    return found


async def proposed(ctx: Context, given: GivenAnswer) -> GivenAnswer:
    """Store a proposal, or a draft that lacks something, and tell those who may approve it."""
    stored = await ctx.uow.answers.save(replace(with_state(ctx, given), revision=given.revision + 1))
    await ctx.uow.deliveries.raise_wanted(Subject.PROPOSAL, stored.id, stored.revision, ctx.now)
    if stored.proposal is Proposal.PROPOSED:
        others = await recipients(ctx.uow, ctx.settings, stored.theme, ctx.now, stored.writers)
        targets = direct_targets(ctx.settings, others)
        await ctx.uow.deliveries.want(Subject.PROPOSAL, stored.id, targets, stored.revision, ctx.now)
    return stored


async def render_proposal(delivering: Delivering) -> Rendered | None:
    """Return what those who may approve it read."""
    t, given = delivering.t, await delivering.uow.answers.get(delivering.subject_id)
    if given is None:
        return None
    if given.proposal is not Proposal.PROPOSED:
        done = Rendered(Reply(t("This proposal is settled.")), given.revision)
        return done if delivering.is_posted else None
    if not await may_be_told(delivering, given.theme):
        return None
    section = Section(text=escape(heading(given, t.lang)), buttons=(check_button(given, t),))
    return Rendered(Reply(t("An answer would become a topic; somebody has to check it."), (section,)), given.revision)


def check_button(given: GivenAnswer, t: Translator) -> Button:
    return Button(t("Check it"), CHECK, str(given.id), "primary")


async def show(ctx: Context, given: GivenAnswer) -> Reply:
    """Show exactly what would be published, with what the person can do about it."""
    t, change = ctx.t, Button(ctx.t("Change it"), CHANGE, str(given.id))
    decline = Button(t("Do not publish"), DECLINE, str(given.id))
    if not _is_ready(ctx, given):
        missing = unfinished(ctx, given)
        return replace(missing, sections=(*missing.sections, Section(buttons=(change, decline))))
    topic = await topic_of(ctx, given, await ctx.uow.questions.settled_by(given.id))
    approve = Button(t("Approve"), APPROVE, f"{given.id}:{digest(topic)}", "primary")
    own = await is_own(ctx, given)
    text = escape(t("A second person has to approve it: it is yours.")) if own else ""
    actions = Section(text=text, buttons=(change, decline) if own else (approve, change, decline))
    summary = t("This is what everybody would read, on all platforms.")
    return Reply(summary, (*preview_sections(ctx, topic), actions))


def _is_ready(ctx: Context, given: GivenAnswer) -> bool:
    """Say whether it waits for approval and still could be published: the knowledge base may have changed."""
    return given.proposal is with_state(ctx, given).proposal is Proposal.PROPOSED


async def is_own(ctx: Context, given: GivenAnswer) -> bool:
    """Say whether the person wrote it as it stands, from this account or from another one of theirs."""
    return await approvals.is_own(ctx, given.writers)


async def approve(ctx: Context, argument: str) -> Reply:
    """Publish what the person saw.

    Raises:
        CheckFailure: it is their own.
        Conflict: it changed since, or it is no proposal.
    """
    number, _, seen = argument.partition(":")
    given = await answer_of(ctx, number)
    if await is_own(ctx, given):
        raise CheckFailure(
            ctx.t("Nobody approves what they wrote themselves."), ctx.t("Another expert has to check it.")
        )
    if not _is_ready(ctx, given):
        raise Conflict(ctx.t("This is no proposal any more."), ctx.t("Type questions list to see those that wait."))
    topic = await topic_of(ctx, given, await ctx.uow.questions.settled_by(given.id))
    if seen != digest(topic):
        shown = await show(ctx, given)
        return replace(shown, summary=ctx.t("It changed since you saw it. Please check it again."))
    await _publish(ctx, given, topic)
    await close(ctx, replace(given, proposal=Proposal.PUBLISHED, approved_by=ctx.user_id, topic_id=topic.id))
    await audit(ctx, APPROVE.replace(".", " "), f"topic:{topic.id}")
    summary = ctx.t("Published: “{title}” is answered everywhere now.", title=topic.words[ctx.t.lang].title)
    return Reply(summary, replaces=True)


async def decline(ctx: Context, argument: str) -> Reply:
    """Let an answer stay an answer."""
    given = await answer_of(ctx, argument)
    if given.proposal is not Proposal.NONE:
        await close(ctx, replace(given, proposal=Proposal.NONE))
        await audit(ctx, DECLINE.replace(".", " "), f"answer:{given.id}")
    return Reply(ctx.t("It will not be published. Whoever asked got the answer all the same."), replaces=True)


async def _publish(ctx: Context, given: GivenAnswer, topic: PublishedTopic) -> None:
    if given.topic_id:
        await ctx.uow.published_topics.correct(topic)
    else:
        await ctx.uow.published_topics.add(topic)


async def close(ctx: Context, given: GivenAnswer) -> None:
    """Store an answer that is no proposal any more; whoever was asked to check it sees that."""
    stored = await ctx.uow.answers.save(replace(given, revision=given.revision + 1))
    await ctx.uow.deliveries.drop_pending(Subject.PROPOSAL, stored.id)
    await ctx.uow.deliveries.raise_wanted(Subject.PROPOSAL, stored.id, stored.revision, ctx.now)
