"""A question on its way to a person: stored with consent, once, and told to those who know its theme."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

from bot.command import RUN, Delivering, Rendered
from bot.context import Context
from bot.domain.deliveries import Subject, Target
from bot.domain.questions import Asked, AskedQuestion
from bot.errors import Conflict, DeliveryError
from bot.i18n import Translator
from bot.likeness import Group, group_of
from bot.live import contact_section
from bot.markup import escape
from bot.ports import UnitOfWork, messenger_of
from bot.reply import Button, Field, Reply, Section
from bot.rights import expert_accounts, steering_accounts
from bot.settings import Settings
from bot.text import fold
from knowledge.normalize import guess
from knowledge.retrieval import search, topic_asked_by
from knowledge.schema import Topic

A_DAY = 5  # questions that one account may ask
NOTICE_EVERY = timedelta(hours=1)
CHECKED_S = 2.0  # the platform has this long to say whether the bot can post
WAITS, SETTLED, GONE = 1, 2, 3  # revisions of what experts are told
SHOWN = 5  # wordings of one question that a card lists
HERE = "here"


async def store(ctx: Context, text: str, where: str) -> Reply:
    """Store the question unless it waits already, and tell its experts.

    Raises:
        Conflict: the account asked too much today.
    """
    earlier = await ctx.uow.questions.of_user(ctx.user_id, ctx.now - timedelta(days=1))
    waiting = next((one for one in earlier if one.state is Asked.OPEN and fold(one.text) == fold(text)), None)
    if waiting:
        return _thanks(ctx, waiting, ctx.t("You asked that already. It is waiting for a person."))
    if len(earlier) >= A_DAY:
        raise Conflict(
            ctx.t("You asked {count} questions today. That is all I can pass on in a day.", count=len(earlier)),
            ctx.t("Ask again tomorrow, or write to the contact address; the command about shows it."),
        )
    question = await _question(ctx, text, where)
    if not await recipients(ctx.uow, ctx.settings, question.theme, ctx.now):
        nobody = ctx.t("Nobody is named here yet who answers questions. Nothing was stored.")
        return Reply(nobody, (contact_section(ctx, ctx.t),))
    question = await ctx.uow.questions.add(question)
    await _notify(ctx, question)
    return _thanks(ctx, question, ctx.t("Your question is with a person now."))


async def _question(ctx: Context, text: str, where: str) -> AskedQuestion:
    topics, origin = await nearest(ctx, text), ctx.request.origin
    lang, theme = guess(text) or ctx.t.lang, topics[0].theme if topics else ""
    question = AskedQuestion(0, ctx.user_id, ctx.workspace_id, "", lang, text, theme, ctx.now)
    if where == HERE and await _can_post_here(ctx):
        return replace(question, channel_id=origin.channel_id, thread_id=origin.answer_place)
    return question


async def nearest(ctx: Context, text: str) -> tuple[Topic, ...]:
    """Return the topics that come closest to a text, however far off they are."""
    await ctx.edition.ready()
    found = await asyncio.to_thread(search, ctx.index, text)
    return tuple(ctx.bank.topics[hit.topic_id] for hit in found.hits)


def asked_already(ctx: Context, text: str) -> Topic | None:
    """Return the topic that has the text, word for word, among its questions."""
    same = topic_asked_by(ctx.index, text)
    return ctx.bank.topics[same] if same else None


async def _can_post_here(ctx: Context) -> bool:
    """Say whether the answer can be posted where the question was asked."""
    origin = ctx.request.origin
    messenger = messenger_of(ctx.services.messengers, origin.platform, origin.workspace_id)
    if origin.is_direct or messenger is None:
        return False
    try:
        async with asyncio.timeout(CHECKED_S):
            return not await messenger.channel_problem(origin.channel_id, origin.workspace_id, origin.answer_place)
    except (DeliveryError, TimeoutError):
        return False


def _thanks(ctx: Context, question: AskedQuestion, summary: str) -> Reply:
    t, where = ctx.t, _where(ctx.t, question)
    more = t("It may take some days. Type me to see what is kept about you, and me delete to erase it.")
    fields = (Field(t("Your question"), question.text),)
    return Reply(summary, (Section(text=escape(f"{where} {more}"), fields=fields),))


def _where(t: Translator, question: AskedQuestion) -> str:
    if question.thread_id:
        return t("The answer will be posted here, below the question.")
    if question.channel_id:
        return t("The answer will be posted in this channel.")
    return t("The answer comes to you alone, as a direct message.")


async def recipients(
    uow: UnitOfWork, settings: Settings, theme: str, now: datetime, but: tuple[str, ...] = ()
) -> tuple[str, ...]:
    """Return the accounts that are told: the theme's experts, else the steering committee, without those in `but`."""
    some = (await expert_accounts(uow, settings, theme, now), await steering_accounts(uow, settings, now))
    return next((left for accounts in some if (left := tuple(one for one in accounts if one not in but))), ())


def direct_targets(settings: Settings, accounts: tuple[str, ...]) -> tuple[Target, ...]:
    """Return their direct messages: one lane a platform, in the installation's language."""
    lang = settings.language
    return tuple(Target(f"{one.partition(':')[0]}:direct", user_id=one, lang=lang) for one in dict.fromkeys(accounts))


async def _notify(ctx: Context, question: AskedQuestion) -> None:
    """Tell the experts now, or an hour after they heard of a question like it, or not at all while that waits."""
    group = await group_of(question.id, await ctx.uow.questions.open())
    last = max((one.noticed_at for one in group if one.noticed_at), default=None)
    if last and last > ctx.now:
        return
    due = max(ctx.now, last + NOTICE_EVERY) if last else ctx.now
    await ctx.uow.questions.save(replace(question, noticed_at=due))
    told = await recipients(ctx.uow, ctx.settings, question.theme, ctx.now, (question.user_id,))
    targets = direct_targets(ctx.settings, told)
    await ctx.uow.deliveries.want(Subject.QUESTION_NOTICE, question.id, targets, WAITS, due)


async def render_notice(delivering: Delivering) -> Rendered | None:
    """Return what an expert reads: the question while it waits, that it is settled afterwards."""
    t, question = delivering.t, await delivering.uow.questions.get(delivering.subject_id)
    if question is None or question.state is not Asked.OPEN:
        settled = Rendered(Reply(t("This question is settled.")), SETTLED if question else GONE)
        return settled if delivering.is_posted else None
    if not await may_be_told(delivering, question.theme):
        return None
    group = await group_of(question.id, await delivering.uow.questions.open()) or (question,)
    summary = t.plural("{count} question waits for you.", "{count} questions like this wait for you.", len(group))
    return Rendered(Reply(summary, (Section(text=wordings(group), buttons=buttons(question, t)),)), WAITS)


async def may_be_told(delivering: Delivering, theme: str) -> bool:
    """Say whether the account still has the right that it was told by."""
    uow, settings, now = delivering.uow, delivering.settings, delivering.now
    some = (await steering_accounts(uow, settings, now), await expert_accounts(uow, settings, theme, now))
    return any(delivering.target.user_id in accounts for accounts in some)


def wordings(group: Group) -> str:
    """Return how the question was asked, as markup that shows exactly what people typed."""
    texts = list(dict.fromkeys(" ".join(one.text.split()) for one in group))
    return "\n".join(f"> {escape(one)}\n" for one in texts[:SHOWN])


def buttons(question: AskedQuestion, t: Translator) -> tuple[Button, ...]:
    """Return the buttons under a question that waits."""
    return (
        Button(t("Answer"), RUN, f"questions answer {question.id}", "primary"),
        Button(t("Dismiss"), RUN, f"questions dismiss {question.id}"),
    )
