"""Answering and dismissing: everybody who asked the same hears it once, where they asked or privately."""

from __future__ import annotations

from dataclasses import replace

from bot.command import Delivering, Rendered
from bot.context import Context
from bot.domain.deliveries import Subject, Target
from bot.domain.questions import Asked, AskedQuestion, GivenAnswer
from bot.domain.records import AuditEntry
from bot.errors import CheckFailure, Conflict, NotFound
from bot.features.question_asking import SETTLED
from bot.i18n import LANGUAGES, Translator
from bot.likeness import Group, group_of
from bot.markup import escape
from bot.permissions import may_answer
from bot.reply import Reply, Section

LARGEST = 2**31


async def waiting_group(ctx: Context, question_id: int) -> Group:
    """Return the question, first, and those like it which the person may answer too.

    Raises:
        NotFound: there is none of that number.
        CheckFailure: it belongs to a theme of other experts.
        Conflict: somebody settled it already.
    """
    waiting = await ctx.uow.questions.open()  # first, so that two experts lock questions in the same order
    found = await ctx.uow.questions.get(question_id) if 0 < question_id < LARGEST else None
    if found is None:
        raise NotFound(ctx.t("I do not know that question."), ctx.t("Type questions list to see those that wait."))
    refuse_other_themes(ctx, found.theme)
    if found.state is not Asked.OPEN:
        raise Conflict(ctx.t("This question is settled."), ctx.t("Type questions list to see those that wait."))
    alike = await group_of(found.id, waiting)
    return (found, *(one for one in alike if one.id != found.id and may_answer(ctx, one.theme)))


def refuse_other_themes(ctx: Context, theme: str) -> None:
    """Let in the steering committee and the theme's experts.

    Raises:
        CheckFailure: the person is an expert of other themes.
    """
    if not may_answer(ctx, theme):
        raise CheckFailure(
            ctx.t("This question belongs to a theme of other experts."),
            ctx.t("Its experts can answer it, and so can the steering committee."),
        )


async def settle(ctx: Context, group: Group, answer: GivenAnswer, act: str) -> GivenAnswer:
    """Store the answer, settle the group, and ask for one message to each asker, all in this unit of work."""
    stored = await ctx.uow.answers.add(answer)
    state = Asked.DISMISSED if answer.is_dismissal else Asked.ANSWERED
    for one in group:
        await ctx.uow.questions.save(one.settled(state, stored.id))
        await ctx.uow.deliveries.drop_pending(Subject.QUESTION_NOTICE, one.id)
        await ctx.uow.deliveries.raise_wanted(Subject.QUESTION_NOTICE, one.id, SETTLED, ctx.now)
        await audit(ctx, act, f"question:{one.id}")
    for one in _one_a_place(group):
        await ctx.uow.deliveries.want(Subject.ANSWER, one.id, (_target(one),), 1, ctx.now)
    return stored


def _one_a_place(group: Group) -> tuple[AskedQuestion, ...]:
    """Return the questions that get a message: the oldest of those whose answers would stand in the same place."""
    newest_first = sorted(group, key=lambda one: -one.id)
    return tuple({(_target(one).address, one.thread_id): one for one in newest_first}.values())


def _target(question: AskedQuestion) -> Target:
    user_id = "" if question.channel_id else question.user_id
    return Target(question.workspace_id, question.channel_id, user_id, question.lang)


async def audit(ctx: Context, act: str, subject: str) -> None:
    await ctx.uow.audit.add(AuditEntry(ctx.now, ctx.user_id, ctx.workspace_id, act, subject))


def reached(ctx: Context, group: Group) -> str:
    """Return how many people hear of it."""
    count = len({one.user_id for one in group})
    return ctx.t.plural("It goes to {count} person who asked.", "It goes to {count} people who asked.", count)


async def render_answer(delivering: Delivering) -> Rendered | None:
    """Return what an asker reads, in the thread where they asked; None once their question is erased.

    Where thread or channel refuse it, the asker gets it privately.
    """
    mine = await delivering.uow.questions.get(delivering.subject_id)
    given = await delivering.uow.answers.get(mine.answer_id) if mine else None
    if given is None or mine is None:
        return None
    privately = replace(mine, channel_id="", thread_id="")
    reply = _dismissed if given.is_dismissal else _answered
    if not delivering.target.channel_id:
        return Rendered(reply(privately, given, delivering.t), 1)
    return Rendered(reply(mine, given, delivering.t), 1, mine.thread_id, _target(privately))


def _answered(question: AskedQuestion, given: GivenAnswer, t: Translator) -> Reply:
    lang = t.lang if given.texts.get(t.lang) else next(iter(given.texts))
    note = "" if lang == t.lang else escape(t("Shown in {language}.", language=LANGUAGES[lang]))
    text = "\n\n".join(part for part in (given.texts[lang], note) if part)
    return Reply(_opening(question, t), (_asked(question, t), Section(t("The answer"), text)))


def _opening(question: AskedQuestion, t: Translator) -> str:
    if question.channel_id:
        return t("A person answered a question that was asked here.")
    return t("A person answered your question.")


def _dismissed(question: AskedQuestion, given: GivenAnswer, t: Translator) -> Reply:
    reason = Section(t("The reason"), escape(next(iter(given.texts.values()))))
    summary = t("Thank you for asking. A person read the question and cannot answer it here.")
    more = Section(text=escape(t("You can ask in other words; the command about says how to reach people.")))
    return Reply(summary, (_asked(question, t), reason, more))


def _asked(question: AskedQuestion, t: Translator) -> Section:
    return Section(t("The question"), escape(question.text))
