"""What a text asks for: small talk, a follow-up to the topic answered last, or a question of its own.

Chat and shell both ask here, so that they give the same answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bot.knowledge_base import Edition
from bot.small_talk import Said, small_talk
from knowledge.abstention import Outcome
from knowledge.normalize import Lang, guess, words
from knowledge.retrieval import Hit, search
from knowledge.schema import Topic

# A follow-up is short; whoever writes more says what they mean.
_MAX_WORDS: Final = 8
_OPENINGS: Final = (
    ("what", "about"),
    ("how", "about"),
    ("and", "what", "about"),
    ("and", "how", "about"),
    ("and",),
    ("also",),
    ("but",),
    ("que", "hay", "de"),
    ("que", "pasa", "con"),
    ("y", "que", "hay", "de"),
    ("y", "que", "pasa", "con"),
    ("y",),
    ("tambien",),
    ("pero",),
)
_SPANISH_OBJECTS: Final = frozenset({"lo", "la"})  # articles too: pronouns only before a verb, at the second place


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


_PRONOUNS: Final = _set("it its they them their that this these those he she eso esto esa ese ellos ellas lo la")
_EMPTY: Final = _set(
    "what is are was were a an the how do does did i we you my our who when where why which can could should of to in"
    " on for with there one city que es son era un una el la los las como se puedo podemos mi quien cuando donde por"
    " cual cuales hay de en para con del al"
)
_SUBJECT_WORDS: Final = 6
_STEM: Final = 5


@dataclass(frozen=True, slots=True)
class Understood:
    """What to do with a text.

    Attributes:
        outcome: as in `knowledge.retrieval.Result`; small talk is an "answer" without topics.
        topics: the topic to show, or those that may be meant, best first.
        lang: the language to answer in.
        score: of the first topic, in [0, 1].
        said: what small talk it is.
    """

    outcome: Outcome
    topics: tuple[Topic, ...]
    lang: Lang
    score: float = 0.0
    said: Said | None = None


def understand(edition: Edition, text: str, lang: str | None, last: tuple[str, str] | None = None) -> Understood:
    """Return what `text` asks for; it takes milliseconds of computing, so call it in a thread.

    Args:
        edition: what the asker is answered from.
        text: any text.
        lang: the reader's language where known, for texts too short to tell.
        last: topic id and language of what was answered in the same conversation just before.
    """
    talk = small_talk(text)
    if talk:
        return Understood("answer", (), talk[1] or _lang(lang or ""), said=talk[0])
    alone = _searched(edition, text, guess(text) or lang)
    topic = edition.bank.topic(last[0]) if last else None
    if not topic or not last or (left := _follow_up(text)) is None:
        return alone
    followed = _followed(edition, left, topic, guess(text) or last[1])
    unclear = followed is None or (followed.outcome != "answer" and alone.outcome == "answer")
    return alone if unclear or followed is None else followed


def _lang(lang: str) -> Lang:
    return "es" if lang.lower().startswith("es") else "en"


def _searched(edition: Edition, text: str, lang: str | None) -> Understood:
    result = search(edition.index, text, lang=lang)
    topics = tuple(edition.bank.topics[hit.topic_id] for hit in result.hits)
    return Understood(result.outcome, topics, result.lang, result.hits[0].score if result.hits else 0.0)


def _follow_up(text: str) -> list[str] | None:
    """Return the words of a text that cannot be understood alone, without its opening; None for any other text."""
    said = list(words(text))
    opening = next((one for one in _OPENINGS if tuple(said[: len(one)]) == one), ())
    left = said[len(opening) :]
    refers = any(_is_pronoun(word, place) for place, word in enumerate(left))
    return left if left and len(said) <= _MAX_WORDS and (opening or refers) else None


def _is_pronoun(word: str, place: int) -> bool:
    return word in _PRONOUNS and (word not in _SPANISH_OBJECTS or place == 1)


def _followed(edition: Edition, left: list[str], topic: Topic, lang: str) -> Understood | None:
    """Return what the words mean about `topic`; None where they fit nothing, so that they are read alone."""
    subject = _subject(topic.text(_lang(lang)).title)
    asked = [word for place, word in enumerate(left) if not _is_pronoun(word, place)]
    result = search(edition.index, " ".join([*asked, subject]), lang=lang)
    if result.outcome == "unknown":
        return None
    hits = tuple(hit for hit in result.hits if hit.topic_id != topic.id or _speaks_of(topic, asked))
    if not hits:
        return None
    outcome: Outcome = result.outcome if hits[0] is result.hits[0] else "unsure"
    return Understood(outcome, _topics(edition, hits), _lang(lang), hits[0].score)


def _topics(edition: Edition, hits: tuple[Hit, ...]) -> tuple[Topic, ...]:
    return tuple(edition.bank.topics[hit.topic_id] for hit in hits)


def _subject(title: str) -> str:
    """Return what a title is about: its words without the question around them."""
    found = list(words(title))
    while len(found) > 1 and found[0] in _EMPTY:
        found.pop(0)
    return " ".join(found[:_SUBJECT_WORDS])


def _speaks_of(topic: Topic, asked: list[str]) -> bool:
    """Tell whether the topic's own answer holds every word asked for; else it would only repeat itself."""
    held = {word[:_STEM] for text in topic.texts.values() for word in words(f"{text.title} {text.short} {text.long}")}
    return all(word[:_STEM] in held for word in asked if word not in _EMPTY)
