"""Questions to people: asked with consent, answered by experts, and made into topics once a second person agrees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

from bot.answers import shortened
from bot.command import Answer, Feature, Option
from bot.context import Context
from bot.domain.deliveries import Subject
from bot.domain.questions import GivenAnswer
from bot.errors import NotFound
from bot.features import question_proposals as proposals
from bot.features import question_withdrawals as withdrawals
from bot.features.question_answers import reached, refuse_other_themes, render_answer, settle, waiting_group
from bot.features.question_asking import render_notice, store, wordings
from bot.features.question_cards import listed, low_rated
from bot.forms import form_of
from bot.i18n import LANGUAGES, N_
from bot.live import contact_section
from bot.permissions import expert, may_answer
from bot.reply import Choice, Reply, Section
from bot.text import fold
from knowledge.normalize import guess

SUGGESTED = 25
MAX_LABEL = 100
MAX_QUESTION = 1000
MAX_ANSWER = 3000

feature = Feature("questions", summary=N_("Ask a person, and answer what I could not"), order=45)
feature.delivers(Subject.ANSWER)(render_answer)
feature.delivers(Subject.QUESTION_NOTICE)(render_notice)
feature.delivers(Subject.PROPOSAL)(proposals.render_proposal)


async def suggest(ctx: Context, typed: str) -> Sequence[Choice]:
    """Return the questions that wait for the person whose text or number holds what was typed."""
    wanted = fold(typed).removeprefix("#")
    found = [one for one in await ctx.uow.questions.open() if may_answer(ctx, one.theme)]
    fitting = (one for one in found if wanted in fold(one.text) or wanted == str(one.id))
    return [Choice(str(one.id), f"#{one.id} {shortened(one.text)}"[:MAX_LABEL]) for one in fitting][:SUGGESTED]


async def suggest_themes(ctx: Context, typed: str) -> Sequence[Choice]:
    """Return the themes whose name holds what was typed."""
    named = [Choice(one.id, one.name(ctx.t.lang)) for one in ctx.bank.themes]
    return [one for one in named if fold(typed) in fold(one.label)][:SUGGESTED]


WHERE = (Choice("privately", N_("Privately")), Choice("here", N_("In this channel")))
_NUMBER = Option(
    N_("Number of the question; questions list shows it"), N_("Question"), suggest=suggest, minimum=1, maximum=2**31
)
_ANSWER = Option(
    N_("Sent to whoever asked. **bold**, *italic*, [links](https://…) and lists work"),
    N_("Answer"),
    "text",
    max_chars=MAX_ANSWER,
)
_TITLE_EN = Option(N_("As the topic is called"), N_("Question in English"))
_TITLE_ES = Option(N_("As the topic is called"), N_("Question in Spanish"))
_FIRST = N_("The first paragraph is the short answer")
_ANSWER_EN = Option(_FIRST, N_("Answer in English"), "text", max_chars=MAX_ANSWER)
_ANSWER_ES = Option(_FIRST, N_("Answer in Spanish"), "text", max_chars=MAX_ANSWER)


@feature.command(
    "ask",
    summary=N_("Ask a person what I could not answer"),
    form=True,
    form_title=N_("Ask a person"),
    writes=True,
    example='questions ask question:"Who visits schools?" consent:yes',
)
async def ask(
    ctx: Context,
    question: Annotated[
        str,
        Option(
            N_("The whole question, without names or other private details"),
            N_("Your question"),
            "text",
            max_chars=MAX_QUESTION,
        ),
    ],
    consent: Annotated[
        bool,
        Option(
            N_("Store my question and send me the answer; both may be published without my name"), N_("Do you agree?")
        ),
    ],
    answer_to: Annotated[
        str, Option(N_("Where the answer goes; blank: privately"), N_("Answer me"), "choice", choices=WHERE)
    ] = "",
) -> Reply:
    """Store the question with consent; without it, say how else to reach a person."""
    if consent:
        return await store(ctx, question, answer_to)
    return Reply(ctx.t("Nothing was stored. You can reach a person yourself."), (contact_section(ctx, ctx.t),))


@feature.command("list", summary=N_("See what nobody could answer, most asked first"), check=expert)
async def list_(ctx: Context) -> Reply:
    return await listed(ctx)


@feature.command("ratings", summary=N_("See the answers that were called not helpful"), check=expert)
async def ratings(ctx: Context) -> Reply:
    return await low_rated(ctx)


@feature.command(
    "answer",
    summary=N_("Answer a question, and everybody who asked the same"),
    check=expert,
    writes=True,
    form=True,
    form_title=N_("Answer a question"),
    example='questions answer question:3 answer:"Members visit schools on request."',
)
async def answer(
    ctx: Context,
    question: Annotated[int, _NUMBER],
    answer: Annotated[str, _ANSWER],
    other_answer: Annotated[
        str,
        Option(
            N_("In Spanish if the answer is in English, and the other way round"),
            N_("Answer in the other language"),
            "text",
            max_chars=MAX_ANSWER,
        ),
    ] = "",
    other_question: Annotated[
        str, Option(N_("As the topic will be called in that language"), N_("Question in the other language"))
    ] = "",
) -> Reply:
    """Send the answer, and propose it as a topic."""
    group = await waiting_group(ctx, question)
    first, lang = group[0], guess(answer) or ctx.t.lang
    titles = {first.lang: " ".join(first.text.split())[:200], _other(first.lang): other_question}
    texts = {lang: answer, _other(lang): other_answer}
    given = GivenAnswer(0, ctx.user_id, ctx.now, first.theme, _filled(texts), titles=_filled(titles))
    stored = await settle(ctx, group, given.first_given(), "questions answer")
    proposal = await proposals.show(ctx, await proposals.proposed(ctx, stored))
    sent = Section(reached(ctx, group), wordings(group))
    return Reply(ctx.t("Your answer is on its way."), (sent, Section(proposal.summary), *proposal.sections))


def _other(lang: str) -> str:
    return next(one for one in LANGUAGES if one != lang)


def _filled(texts: dict[str, str]) -> dict[str, str]:
    return {lang: text for lang, text in texts.items() if text}


@feature.command(
    "dismiss",
    summary=N_("Close a question that will not be answered, and say why"),
    check=expert,
    writes=True,
    form=True,
    form_title=N_("Dismiss a question"),
    example='questions dismiss question:3 reason:"This is about another organization."',
)
async def dismiss(
    ctx: Context,
    question: Annotated[int, _NUMBER],
    reason: Annotated[str, Option(N_("Whoever asked reads it; be friendly"), N_("Reason"), "text", max_chars=1000)],
) -> Reply:
    group = await waiting_group(ctx, question)
    lang = guess(reason) or ctx.t.lang
    given = GivenAnswer(0, ctx.user_id, ctx.now, group[0].theme, {lang: reason}, is_dismissal=True)
    await settle(ctx, group, given, "questions dismiss")
    return Reply(ctx.t("The question is dismissed."), (Section(reached(ctx, group), wordings(group)),))


@feature.command(
    "propose",
    summary=N_("Write the topic that an answer becomes, in both languages"),
    check=expert,
    writes=True,
    form=True,
    form_title=N_("Propose a topic"),
    example="questions propose 3",
)
async def propose(
    ctx: Context,
    number: Annotated[
        int, Option(N_("Number of the answer; questions list shows it"), N_("Number"), minimum=1, maximum=2**31)
    ],
    title: Annotated[str, _TITLE_EN],
    answer: Annotated[str, _ANSWER_EN],
    titulo: Annotated[str, _TITLE_ES],
    respuesta: Annotated[str, _ANSWER_ES],
    theme: Annotated[str, Option(N_("Blank: as it is"), N_("Theme"), suggest=suggest_themes, max_chars=80)] = "",
) -> Reply:
    """Store the texts as the newest proposal; whoever changed them does not approve them."""
    given = await proposals.answer_of(ctx, number)
    reworded = given.reworded({"en": title, "es": titulo}, {"en": answer, "es": respuesta}, ctx.user_id)
    changed = replace(reworded, theme=_theme(ctx, theme) or given.theme)
    refuse_other_themes(ctx, changed.theme)
    return await proposals.show(ctx, await proposals.proposed(ctx, changed))


def _theme(ctx: Context, typed: str) -> str:
    """Return the id of the theme that was typed; "" for none.

    Raises:
        NotFound: there is no such theme.
    """
    found = ctx.bank.find_theme(typed) if typed else None
    if typed and found is None:
        raise NotFound(ctx.t("I do not know that theme."), ctx.t("Type topics to see the themes."))
    return found.id if found else ""


@feature.command("published", summary=N_("See the answers that became topics"), check=expert)
async def published(ctx: Context) -> Reply:
    return await withdrawals.published(ctx)


_PUBLISHED = Option(
    N_("Its title or its id; questions published shows them"), N_("Topic"), suggest=withdrawals.suggest_published
)


@feature.command(
    "withdraw",
    summary=N_("Take a published answer back, at once and everywhere"),
    check=expert,
    writes=True,
    form=True,
    form_title=N_("Withdraw an answer"),
    example='questions withdraw topic:asked-3-who-visits-schools reason:"Nobody does any more."',
)
async def withdraw(
    ctx: Context,
    topic: Annotated[str, _PUBLISHED],
    reason: Annotated[str, Option(N_("Kept for the other experts"), N_("Reason"), "text", max_chars=500)],
) -> Reply:
    """Stop a topic from answering; nobody else has to agree."""
    found = await withdrawals.topic_named(ctx, topic)
    return await withdrawals.withdrawal(ctx, found, reason, "questions withdraw")


@feature.command(
    "correct",
    summary=N_("Write a published answer anew; a second person approves it"),
    check=expert,
    writes=True,
    form=True,
    form_title=N_("Correct an answer"),
    example="questions correct asked-3-who-visits-schools",
)
async def correct(
    ctx: Context,
    topic: Annotated[str, _PUBLISHED],
    title: Annotated[str, _TITLE_EN],
    answer: Annotated[str, _ANSWER_EN],
    titulo: Annotated[str, _TITLE_ES],
    respuesta: Annotated[str, _ANSWER_ES],
) -> Reply:
    """Propose other words; until they are approved the topic answers as before."""
    found = await withdrawals.topic_named(ctx, topic)
    return await withdrawals.correction(ctx, found, {"en": title, "es": titulo}, {"en": answer, "es": respuesta})


@feature.action("rewrite", check=expert, opens_form=True)
async def rewrite(ctx: Context, argument: str) -> Answer:
    """Open the form of a correction with the words that the topic has."""
    found = await withdrawals.topic_named(ctx, argument)
    titles, texts = withdrawals.texts_of(found)
    values = {"topic": found.id, "title": titles["en"], "answer": texts["en"]}
    return form_of(correct, {**values, "titulo": titles["es"], "respuesta": texts["es"]}, ctx.t)


@feature.action("check", check=expert)
async def check(ctx: Context, argument: str) -> Reply:
    """Show a proposal."""
    return await proposals.show(ctx, await proposals.answer_of(ctx, argument))


@feature.action("change", check=expert, opens_form=True)
async def change(ctx: Context, argument: str) -> Answer:
    """Open the form of a topic with what there is of it."""
    given = await proposals.answer_of(ctx, argument)
    titles, texts = given.titles, given.texts
    values = {"number": str(given.id), "title": titles.get("en", ""), "answer": texts.get("en", "")}
    return form_of(
        propose,
        {**values, "titulo": titles.get("es", ""), "respuesta": texts.get("es", ""), "theme": given.theme},
        ctx.t,
    )


@feature.action("approve", check=expert, writes=True)
async def approve(ctx: Context, argument: str) -> Reply:
    """Publish a proposal as it was seen."""
    return await proposals.approve(ctx, argument)


@feature.action("decline", check=expert, writes=True)
async def decline(ctx: Context, argument: str) -> Reply:
    """Keep a proposal from being published."""
    return await proposals.decline(ctx, argument)
