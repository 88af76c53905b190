"""Comparing a question with every phrasing, and what the comparison says about how far to trust it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from knowledge.normalize import LANGS, Lang
from knowledge.scoring import Engine, Ids, Phrase, Scores
from knowledge.stemming import StemIndex, entries_by_term

Evidence = NDArray[np.float64]

COMMON_EVIDENCE: Final = ("top", "margin", "lead", "support", "overlap", "unknown", "length")
NOTHING: Final = slice(0, 0)

# How much a topic's second best phrasing takes part: 4 points of P@1 on CLINC150, flat from 0.4 to 0.7.
SUPPORT: Final = 0.5
FACTS: Final = ("score", "lead")  # known from each scorer apart; a lead below 0: it prefers another topic
SUPPORTERS: Final = 3  # the topic's phrasing whose score shows that the best one is no accident
CROWD: Final = 6  # the topic whose score stands for "everything sounds a little like this"


@dataclass(frozen=True, slots=True)
class Match:
    """A question against the bank.

    Attributes:
        parts: score of each topic by each scorer, shape (scorers, topics).
        topics: mixed score of each topic, shape (topics,), in [0, 1].
        texts: mixed score of each phrasing, shape (texts,).
    """

    parts: Scores
    topics: Scores
    texts: Scores

    def best(self, limit: int) -> list[int]:
        """Return the numbers of the best topics, best first; of equals the earlier one comes first."""
        return [int(topic) for topic in np.argsort(-self.topics, kind="stable")[:limit]]


class Matcher:
    """The phrasings, the scorers made for them, and the words they use.

    Args:
        phrases: all phrasings, those of one topic together.
        owners: the topic number of each phrasing, ascending from 0 without a gap.
        engine: the scorers to make and their shares.
    """

    def __init__(self, phrases: Sequence[Phrase], owners: Ids, engine: Engine) -> None:
        self.phrases = tuple(phrases)
        self.owners = owners
        self._scorers = tuple(part.make(phrases) for part in engine.parts)
        shares = np.array([part.weight for part in engine.parts], dtype=np.float32)
        self._shares = (shares / shares.sum())[:, np.newaxis]
        self.evidence_names = (*COMMON_EVIDENCE, *(f"{part.name} {fact}" for fact in FACTS for part in engine.parts))
        self._starts = np.flatnonzero(np.concatenate(([True], owners[1:] != owners[:-1])))
        self._exact = _exact_topics(phrases, owners)
        self._stems = StemIndex(phrases)
        self._texts_by_stem, self._stem_starts = entries_by_term(self._stems)
        self._text_starts = np.searchsorted(self._stems.texts, np.arange(len(phrases) + 1))

    def scores(self, question: Phrase) -> Scores:
        """Return the score of each phrasing by each scorer: shape (scorers, texts)."""
        return np.stack([scorer.scores(question) for scorer in self._scorers])

    def match(self, scores: Scores, hidden: slice = NOTHING) -> Match:
        """Return the best of each topic, as if the `hidden` phrasings were not there."""
        if hidden.stop > hidden.start:
            scores = scores.copy()
            scores[:, hidden] = 0.0
        parts = self._supported(scores)
        return Match(parts, (parts * self._shares).sum(axis=0), (scores * self._shares).sum(axis=0))

    def _supported(self, scores: Scores) -> Scores:
        """Return the best phrasing's score of each topic, lowered where the next best one does not support it.

        A perfect fit needs no support, and a topic of one phrasing supports itself: shape (scorers, topics).
        """
        best = np.maximum.reduceat(scores, self._starts, axis=1)
        others = np.where(scores < best[:, self.owners], scores, np.float32(-1))
        second = np.maximum.reduceat(others, self._starts, axis=1)
        gap = best - np.where(second < 0, best, second)
        return np.asarray(best - np.float32(SUPPORT) * (1 - best**2) * gap)

    def texts_of(self, topic: int) -> slice:
        """Return where the phrasings of a topic are."""
        stop = int(self._starts[topic + 1]) if topic + 1 < len(self._starts) else len(self.phrases)
        return slice(int(self._starts[topic]), stop)

    def best_text(self, match: Match, topic: int) -> int:
        """Return the number of the topic's phrasing that fits best."""
        place = self.texts_of(topic)
        return int(place.start) + int(np.argmax(match.texts[place]))

    def asked_exactly(self, question: Phrase) -> int | None:
        """Return the topic that has the question, word for word, among its phrasings; None where two have it."""
        return self._exact.get(question.words)

    def evidence(self, question: Phrase, match: Match, hidden: slice = NOTHING) -> Evidence:
        """Return what speaks for the first topic, in the order of `evidence_names`.

        Top score; its lead over the second and over the sixth topic; score of the topic's third best phrasing; shares
        by rarity of the question's stems in the topic and of those in no phrasing; logarithm of the word count. Then
        of each scorer the topic's score, and of each its lead over that scorer's best other topic.
        """
        ranked = match.best(CROWD)
        first = ranked[0]
        top = float(match.topics[first])
        second, crowd = (float(match.topics[ranked[min(place, len(ranked) - 1)]]) for place in (1, CROWD - 1))
        words = self._word_evidence(question, first, hidden)
        length = float(np.log1p(len(question.words)))
        common = (top, top - second, top - crowd, self._support(match, first), *words, length)
        return np.concatenate((common, match.parts[:, first], _leads(match.parts, first)))

    def _support(self, match: Match, topic: int) -> float:
        """Return the score of the topic's third best phrasing, or of its last where it has fewer."""
        scores = np.sort(match.texts[self.texts_of(topic)])
        return float(scores[-min(SUPPORTERS, len(scores))])

    def _word_evidence(self, question: Phrase, topic: int, hidden: slice) -> tuple[float, float]:
        """Return the shares, by rarity, of the question's stems that the topic holds, and that no phrasing holds."""
        held = self._topic_terms(topic, hidden)
        shares = [self._shares_in(question, lang, held, hidden) for lang in LANGS]
        return max(shares, key=lambda share: share[0] - share[1])

    def _shares_in(self, question: Phrase, lang: Lang, held: set[int], hidden: slice) -> tuple[float, float]:
        asked = self._stems.stems(question.words, lang)
        total = sum(map(self._stems.rarity_of, asked)) or 1.0
        shared = sum(self._stems.rarity_of(term) for term in asked if term in held)
        unknown = sum(self._stems.rarity_of(term) for term in asked if self._is_hidden(term, hidden))
        return shared / total, unknown / total

    def _terms(self, texts: slice) -> set[int]:
        return set(self._stems.terms[self._text_starts[texts.start] : self._text_starts[texts.stop]].tolist())

    def _topic_terms(self, topic: int, hidden: slice) -> set[int]:
        place = self.texts_of(topic)
        if hidden.start >= place.stop or hidden.stop <= place.start:
            return self._terms(place)
        return self._terms(slice(place.start, hidden.start)) | self._terms(slice(hidden.stop, place.stop))

    def _is_hidden(self, term: int, hidden: slice) -> bool:
        """Tell whether no phrasing outside of `hidden` holds the stem."""
        if term < 0:
            return True
        texts = self._texts_by_stem[self._stem_starts[term] : self._stem_starts[term + 1]]
        return bool(hidden.start <= texts[0] and texts[-1] < hidden.stop)


def _leads(parts: Scores, topic: int) -> Scores:
    """Return by how much each scorer puts the topic above its best other one: shape (scorers,)."""
    others = parts.copy()
    others[:, topic] = 0.0
    return np.asarray(parts[:, topic] - others.max(axis=1))


def _exact_topics(phrases: Sequence[Phrase], owners: Ids) -> dict[tuple[str, ...], int]:
    """Return the topic of each phrasing's words, without those that two topics share."""
    found: dict[tuple[str, ...], int] = {}
    shared: set[tuple[str, ...]] = {()}
    for phrase, owner in zip(phrases, owners.tolist(), strict=True):
        if found.setdefault(phrase.words, owner) != owner:
            shared.add(phrase.words)
    return {words: owner for words, owner in found.items() if words not in shared}
