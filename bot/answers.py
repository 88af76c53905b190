"""Topics as replies: the answer, its sources and its age, and where to go next."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from bot.command import RUN
from bot.context import Context
from bot.i18n import Translator
from bot.markup import escape
from bot.reply import Button, Reply, Section
from bot.small_talk import Said, reply_to
from bot.text import utf16_units
from knowledge.bank import Bank
from knowledge.schema import Source, SourceRef, Topic

TOPIC, SHARE, HELPFUL, UNHELPFUL, PERSON = "ask.topic", "ask.share", "ask.helpful", "ask.unhelpful", "ask.person"
SHORT, WHOLE = "ask.short", "ask.whole"
SHORTLY = "short"  # the part of a button's argument that says that the short version is meant
MAX_RELATED = 4
LONG_WORDS = 25  # what follows the short answer, from which on somebody may want to go without it
MAX_CARRIED = 78  # UTF-16 units: with the action's name the smallest platform's limit of 100 for a button


def answer(
    bank: Bank, topic: Topic, t: Translator, *, live: tuple[Section, ...] = (), buttons: tuple[Button, ...] = ()
) -> Reply:
    """Return a topic as an answer in the translator's language; the short answer is the summary."""
    text = topic.text(t.lang)
    sections = (
        Section(text=text.long),
        *live,
        topic_sources(bank, topic, t),
        related_section(bank.related(topic), t),
        Section(buttons=buttons),
    )
    return Reply(text.short, tuple(one for one in sections if one != Section()))


def short_answer(bank: Bank, topic: Topic, t: Translator, live: tuple[Section, ...] = ()) -> Reply:
    """Return a topic in its short version, with the same sources."""
    sections = (*live, topic_sources(bank, topic, t))
    return Reply(topic.text(t.lang).short, tuple(one for one in sections if one != Section()))


def topic_sources(bank: Bank, topic: Topic, t: Translator) -> Section:
    """Return the sources of a topic, when it was reviewed, and the version of the criteria where it quotes them."""
    return sources_section(bank, topic.sources, topic.reviewed, t, bank.criteria_version(topic))


def sources_section(
    bank: Bank, refs: Iterable[SourceRef], reviewed: date, t: Translator, criteria: date | None = None
) -> Section:
    """Return where the facts come from, when somebody last looked at them, and which criteria are quoted."""
    lines = [f"- {_cited(bank.sources[ref.id], ref.part)}" for ref in refs]
    return Section(t("Sources"), "\n".join([*lines, "", escape(dates(reviewed, criteria, t))]))


def dates(reviewed: date, criteria: date | None, t: Translator) -> str:
    """Return in words when an answer was reviewed, and the version of the criteria that it quotes, if it does."""
    age = t("Reviewed {day}.", day=t.day(reviewed))
    return f"{age} {criteria_note(criteria, t)}" if criteria else age


def criteria_note(version: date, t: Translator) -> str:
    """Return in words which version of the twelve criteria is quoted."""
    return t("Criteria: version of {day}.", day=t.day(version))


def _cited(source: Source, part: str) -> str:
    """Return one source as markup: title, author, year, link and the part meant."""
    name = ", ".join(str(one) for one in (source.title, source.author, source.year) if one)
    cited = f"[{escape(name)}]({source.url})" if source.url.startswith("https://") else escape(name)
    if source.url.startswith("http://"):
        cited += f" {source.url}"
    return f"{cited} ({escape(part)})" if part else cited


def related_section(topics: Iterable[Topic], t: Translator) -> Section:
    """Return a button for each topic that is close to this one."""
    buttons = tuple(topic_button(one, t) for one in tuple(topics)[:MAX_RELATED])
    return Section(t("Related"), buttons=buttons) if buttons else Section()


def topic_button(topic: Topic, t: Translator) -> Button:
    """Return the button that shows a topic in this language."""
    return Button(shortened(topic.text(t.lang).title), TOPIC, f"{topic.id}:{t.lang}")


def shortened(text: str, limit: int = 75) -> str:
    """Return `text` within `limit` characters, an ellipsis where something was cut."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def next_steps(topic: Topic, ctx: Context, t: Translator, *, rated: bool = False) -> tuple[Button, ...]:
    """Return the buttons under an answer: Short version, Share where there is a channel, and whether it helped."""
    argument, steps = f"{topic.id}:{t.lang}", card_steps(topic, ctx, t)
    helped = (Button(t("Helpful"), HELPFUL, argument), Button(t("Not helpful"), UNHELPFUL, argument))
    return steps if rated else (*steps, *helped)


def card_steps(topic: Topic, ctx: Context, t: Translator) -> tuple[Button, ...]:
    """Return Short version where the answer is long, and Share where there is a channel."""
    argument = f"{topic.id}:{t.lang}"
    is_long = len(topic.text(t.lang).long.split()) >= LONG_WORDS
    short = (Button(t("Short version"), SHORT, argument),) if is_long else ()
    return short if ctx.request.origin.is_direct else (*short, Button(t("Share"), SHARE, argument))


def short_steps(topic: Topic, ctx: Context, t: Translator) -> tuple[Button, ...]:
    """Return the buttons under a short version."""
    argument = f"{topic.id}:{t.lang}"
    whole = Button(t("Whole answer"), WHOLE, argument)
    return (whole,) if ctx.request.origin.is_direct else (whole, Button(t("Share"), SHARE, f"{argument}:{SHORTLY}"))


def chatted(said: Said, t: Translator) -> Reply:
    """Return the reply to somebody who asked nothing: a sentence, and a way on."""
    steps = (Button(t("Browse topics"), RUN, "topics"), Button(t("All commands"), RUN, "help"))
    ways = {Said.GREETING: steps, Said.HELP: steps, Said.ABUSE: (steps[0], person_button(t))}
    buttons = ways.get(said, ())
    return Reply(reply_to(said, t), (Section(buttons=buttons),) if buttons else ())


def unsure(topics: Iterable[Topic], t: Translator, question: str = "") -> Reply:
    """Return the reply for a question that comes close to some topics and fits none surely."""
    buttons = tuple(topic_button(one, t) for one in topics)
    sections = (Section(t("Did you mean"), buttons=buttons), Section(buttons=(person_button(t, question),)))
    return Reply(t("I am not sure what you mean, so I would rather ask than guess."), sections)


def unknown(t: Translator, question: str = "") -> Reply:
    """Return the reply for a question that the knowledge base does not cover."""
    text = escape(t("You can ask it in other words, browse what I know, or ask a person."))
    buttons = (Button(t("Browse topics"), RUN, "topics"), person_button(t, question))
    return Reply(t("I do not know the answer to that."), (Section(text=text, buttons=buttons),))


def person_button(t: Translator, question: str = "") -> Button:
    """Return the button that opens the form of a question to a person, with the question as far as a button holds it.

    Nothing is stored before somebody sends the form, so the button itself carries the words.
    """
    return Button(t("Ask a person"), PERSON, carried(question))


def carried(question: str) -> str:
    """Return a question within what a button can carry, cut between words with an ellipsis."""
    text = " ".join(question.split())
    if utf16_units(text) <= MAX_CARRIED:
        return text
    while utf16_units(text) >= MAX_CARRIED:
        text = text[: text.rfind(" ")] if " " in text[1:] else text[: MAX_CARRIED // 2 - 1]
    return f"{text.rstrip()}…"
