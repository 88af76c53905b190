"""From an answer to a topic: completed in both languages, seen as it will be published, approved by a second person."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace

from bot.answers import shortened, sources_section
from bot.context import Context
from bot.domain.questions import AskedQuestion, GivenAnswer, Proposal, PublishedTopic, TopicWords
from bot.features.question_asking import asked_already, nearest
from bot.i18n import LANGUAGES, N_, core_translators
from bot.markup import escape, plain
from bot.reply import Field, Reply, Section
from knowledge.entries import MAX_LONG_WORDS, MAX_QUESTION_CHARS, MAX_SHORT_WORDS
from knowledge.normalize import fold, words
from knowledge.schema import SourceRef

OURS = "project"  # the source of our own guidance
PHRASINGS = 8
MAX_RELATED = 3
_SENTENCE = re.compile(r"(?<=[.!?…])\s+")
_LINK = re.compile(r"\]\(\s*(?!https://)[^)\s]*\)|\bhttp://\S+")
PROVENANCE = N_("People of the Alliance answered this when it was asked here, and a second person checked the answer.")


def split_answer(text: str, provenance: str) -> tuple[str, str]:
    """Return the short answer, plain and of at most 60 words, and the rest as markup.

    The short answer is the first paragraph, or as many of its sentences as fit; a sentence too long is cut, and then
    the rest is the whole text. An answer that is short as a whole is followed by where it comes from.
    """
    first, _, rest = text.strip().partition("\n\n")
    sentences = _SENTENCE.split(first)
    fitting = next((n for n in range(len(sentences), 0, -1) if _fits(" ".join(sentences[:n]))), 0)
    if not fitting:
        return " ".join(plain(first).split()[: MAX_SHORT_WORDS - 1]) + " …", text.strip()
    left = "\n\n".join(part for part in (" ".join(sentences[fitting:]), rest.strip()) if part)
    return plain(" ".join(sentences[:fitting])), left or provenance


def _fits(text: str) -> bool:
    return len(text.split()) <= MAX_SHORT_WORDS


async def topic_of(ctx: Context, given: GivenAnswer, asked: tuple[AskedQuestion, ...]) -> PublishedTopic:
    """Return what would be published now; the texts of both languages must be there.

    A correction keeps what its topic has beside its words, as long as that was not withdrawn.
    """
    before = await ctx.uow.published_topics.get(given.topic_id) if given.topic_id else None
    if before:
        words = {lang: _corrected(before.words[lang], _words_in(ctx, lang, given, asked)) for lang in LANGUAGES}
        return replace(before, theme=given.theme, words=words, approved_at=ctx.now)
    titles = given.titles
    start = re.sub(r"[^a-z0-9]+", "-", fold(titles["en"])).strip("-")[:40].strip("-")
    near = [one.id for one in await nearest(ctx, titles["en"]) if _is_written(one.id)]
    related = near[:MAX_RELATED] or [one.id for one in ctx.bank.topics_of(given.theme)[:1]]
    texts = {lang: _words_in(ctx, lang, given, asked) for lang in LANGUAGES}
    topic_id = "-".join(part for part in (f"asked-{given.id}", start) if part)
    return PublishedTopic(topic_id, given.theme, texts, (OURS,), tuple(related), ctx.now)


def _corrected(before: TopicWords, after: TopicWords) -> TopicWords:
    """Return new words with the phrasings of before, the old title among them."""
    asked = (*before.questions, before.title) if before.title != after.title else before.questions
    return replace(after, questions=tuple(dict.fromkeys(asked))[: PHRASINGS + 1])


def _is_written(topic_id: str) -> bool:
    """Say whether a topic stands in the content files: another answer's may be exported without this one."""
    return not topic_id.startswith("asked-")


def _words_in(ctx: Context, lang: str, given: GivenAnswer, asked: tuple[AskedQuestion, ...]) -> TopicWords:
    t = core_translators()[lang]
    short, long = split_answer(given.texts[lang], t(PROVENANCE))
    return TopicWords(given.titles[lang], _phrasings(ctx, lang, given.titles[lang], asked), short, long)


def _phrasings(ctx: Context, lang: str, title: str, asked: tuple[AskedQuestion, ...]) -> tuple[str, ...]:
    """Return how it was asked, without what is too long for a phrasing or is one of another topic."""
    found = {words(text): text for one in asked if one.lang == lang and (text := " ".join(one.text.split()))}
    short = [text for key, text in found.items() if key and len(text) <= MAX_QUESTION_CHARS]
    return tuple(text for text in short[:PHRASINGS] if not asked_already(ctx, text)) or (title,)


def faults(ctx: Context, given: GivenAnswer) -> tuple[str, ...]:
    """Return why the answer cannot be a topic yet, in words; empty when it can."""
    t, lacking = ctx.t, [name for lang, name in LANGUAGES.items() if not _is_whole(given, lang)]
    if lacking:
        return (t("Question and answer are missing in: {languages}.", languages=", ".join(lacking)),)
    found = [_fault_in(ctx, given, lang) for lang in LANGUAGES]
    if given.theme not in {one.id for one in ctx.bank.themes}:
        found.append(t("It needs a theme."))
    return tuple(one for one in found if one)


def _is_whole(given: GivenAnswer, lang: str) -> bool:
    return bool(given.titles.get(lang) and given.texts.get(lang))


def _fault_in(ctx: Context, given: GivenAnswer, lang: str) -> str:
    t, name = ctx.t, LANGUAGES[lang]
    _, long = split_answer(given.texts[lang], "")
    count, link = len(long.split()), _LINK.search(given.texts[lang])
    if count > MAX_LONG_WORDS:
        limit = MAX_LONG_WORDS + MAX_SHORT_WORDS
        return t("The answer is too long in {language}: at most {limit} words.", language=name, limit=limit)
    if link:
        return t("Links must begin with https:// ({language}).", language=name)
    other = asked_already(ctx, given.titles[lang])
    if other and other.id != given.topic_id:
        return t("“{title}” answers exactly this question already.", title=other.text(t.lang).title)
    return ""


def digest(topic: PublishedTopic) -> str:
    """Return a short hash of everything that people would see of it."""
    seen = (topic.id, topic.theme, sorted(topic.words.items()), topic.sources, topic.related)
    return hashlib.sha256(repr(seen).encode()).hexdigest()[:16]


def preview_sections(ctx: Context, topic: PublishedTopic) -> tuple[Section, ...]:
    """Return everything that would be published, in both languages."""
    theme = next(one for one in ctx.bank.themes if one.id == topic.theme)
    near = (ctx.bank.topic(one) for one in topic.related)
    related = ", ".join(one.text(ctx.t.lang).title for one in near if one)
    fields = (Field(ctx.t("Theme"), theme.name(ctx.t.lang)), Field(ctx.t("Related"), related))
    refs = [SourceRef(one) for one in topic.sources]
    criteria = ctx.bank.criteria_version(topic.topic)
    about = sources_section(ctx.bank, refs, topic.approved_at.date(), ctx.t, criteria)
    return (*(_in_language(ctx, topic, lang) for lang in LANGUAGES), replace(about, fields=fields))


def _in_language(ctx: Context, topic: PublishedTopic, lang: str) -> Section:
    shown = topic.words[lang]
    text = f"{escape(shown.short)}\n\n{shown.long}"
    asked = Field(ctx.t("Also asked as"), "; ".join(one for one in shown.questions if one != shown.title))
    return Section(f"{LANGUAGES[lang]}: {shown.title}", text, (asked,) if asked.value else ())


def unfinished(ctx: Context, given: GivenAnswer) -> Reply:
    """Return what is missing before the answer can be a topic."""
    text = "\n".join(f"- {escape(one)}" for one in faults(ctx, given))
    return Reply(ctx.t("Answer {number} is no topic yet.", number=given.id), (Section(text=text),))


def with_state(ctx: Context, given: GivenAnswer) -> GivenAnswer:
    """Return the answer as a proposal, or as a draft while something is missing."""
    return replace(given, proposal=Proposal.DRAFT if faults(ctx, given) else Proposal.PROPOSED)


def heading(given: GivenAnswer, lang: str) -> str:
    """Return the question of an answer for a list: in the reader's language where there is one."""
    title = given.titles.get(lang) or next(iter(given.titles.values()), "") or next(iter(given.texts.values()), "")
    return shortened(title)
