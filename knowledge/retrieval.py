"""From a question to the topics that answer it, or to an honest "I do not know"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from knowledge.abstention import Outcome
from knowledge.index import Index
from knowledge.matching import Match
from knowledge.normalize import LANGS, Lang, guess
from knowledge.scoring import Phrase

MAX_CHARS: Final = 1000  # more than any question; the rest is not read
MAX_HITS: Final = 10


@dataclass(frozen=True, slots=True)
class Hit:
    """A topic that fits, its score in [0, 1], and the phrasing that fits best with its language."""

    topic_id: str
    score: float
    variant: str
    lang: Lang


@dataclass(frozen=True, slots=True)
class Result:
    """What to do with a question.

    Attributes:
        outcome: "answer" with the first hit; "unsure": offer the hits; "unknown": nothing fits, hits are far off.
        hits: best first; empty where the question shares nothing with any phrasing.
        lang: the language to answer in.
        confidence: orders questions by how safe an answer is, in [0, 1]; no percentage to show to people.
    """

    outcome: Outcome
    hits: tuple[Hit, ...]
    lang: Lang
    confidence: float


def search(index: Index, query: str, lang: str | None = None, limit: int = 3) -> Result:
    """Return the topics that best answer `query`, and whether to answer at all.

    Args:
        index: from `build_index`.
        query: any text; over 1,000 characters are never answered, since that is no single question.
        lang: the reader's language where known; it chooses the answer's language, not what is found.
        limit: at most so many hits, 1 to 10.
    """
    query = query.strip()
    exact = index.matcher.asked_exactly(Phrase.of(query[:MAX_CHARS]))
    question = Phrase.of(query[:MAX_CHARS] if exact is not None else index.speller.corrected(query[:MAX_CHARS]))
    match = index.matcher.match(index.matcher.scores(question))
    hits = _hits(index, match, exact, min(max(limit, 1), MAX_HITS))
    spoken = _language(lang) or guess(query[:MAX_CHARS]) or (hits[0].lang if hits else LANGS[0])
    if not hits:
        return Result("unknown", (), spoken, 0.0)
    first = index.topic_ids.index(hits[0].topic_id)
    confidence = 1.0 if exact == first else index.calibration.confidence(index.matcher.evidence(question, match))
    outcome = index.calibration.outcome(confidence, float(match.likeness[first]))
    if len(query) > MAX_CHARS and outcome == "answer":
        outcome = "unsure"
    return Result(outcome, hits, spoken, confidence)


def topic_asked_by(index: Index, text: str) -> str | None:
    """Return the id of the topic that has the text, word for word, among its questions."""
    found = index.matcher.asked_exactly(Phrase.of(text))
    return (index.topic_ids[found] or None) if found is not None else None


def _hits(index: Index, match: Match, exact: int | None, limit: int) -> tuple[Hit, ...]:
    """Return the best topics that have anything in common with the question; first one that has the very question."""
    ranked = [topic for topic in match.best(limit + 1) if match.likeness[topic] > 0]
    if exact is not None and match.likeness[exact] > 0:
        ranked = [exact, *(topic for topic in ranked if topic != exact)]
    return tuple(_hit(index, match, topic) for topic in ranked[:limit])


def _hit(index: Index, match: Match, topic: int) -> Hit:
    phrase = index.matcher.phrases[index.matcher.best_text(match, topic)]
    return Hit(index.topic_ids[topic], match.score(topic), phrase.text, phrase.lang or LANGS[0])


def _language(lang: str | None) -> Lang | None:
    """Return the language of a locale such as `es-419`, if it is one of ours."""
    base = (lang or "").lower().replace("_", "-").split("-")[0]
    return next((known for known in LANGS if known == base), None)
