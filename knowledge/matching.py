"""Comparing a question with every phrasing: how like each is, and which topic they speak for together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from knowledge.evidence import Evidence, WordEvidence
from knowledge.scoring import Engine, Ids, Phrase, Scores
from knowledge.votes import Votes, nearest, votes

# Known of the first topic: its votes, by how much they lead, and what questions without an answer say against it; the
# shares of the question's words in it and in nothing; the rarest word that it lacks; how long the question is.
EVIDENCE: Final = ("votes", "lead", "against", "overlap", "unknown", "missing", "length")
NOTHING: Final = slice(0, 0)


@dataclass(frozen=True, slots=True)
class Match:
    """A question against the bank.

    Attributes:
        likeness: mixed likeness of each topic's best phrasing, shape (topics,), in [0, 1].
        votes: what the nearest phrasings say of each topic, shape (topics,); see `knowledge.votes`.
        against: the votes of questions that no topic answers, at least 0.
        texts: mixed likeness of each phrasing, shape (texts,).
    """

    likeness: Scores
    votes: Votes
    against: float
    texts: Scores

    def best(self, limit: int) -> list[int]:
        """Return the numbers of the best topics, best first; of equals the more alike one comes first."""
        return [int(topic) for topic in np.lexsort((-self.likeness, -np.round(self.votes, 6)))[:limit]]

    def score(self, topic: int) -> float:
        """Return the topic's votes as a score in [0, 1]."""
        return float(np.clip(self.votes[topic], 0.0, 1.0))


class Matcher:
    """The phrasings, the scorers made for them, and the words they use.

    Args:
        phrases: all phrasings, those of one topic together.
        owners: the topic number of each phrasing, ascending from 0 without a gap.
        engine: the scorers to make and their shares.
        uncovered: questions that no topic answers; what is like them is rather not answered.
    """

    def __init__(
        self, phrases: Sequence[Phrase], owners: Ids, engine: Engine, uncovered: Sequence[Phrase] = ()
    ) -> None:
        self.phrases = tuple(phrases)
        self.uncovered = tuple(uncovered)
        self.n_topics = int(owners[-1]) + 1
        self.owners = np.concatenate((owners, np.full(len(uncovered), self.n_topics, dtype=owners.dtype)))
        voters = (*phrases, *uncovered)
        self._scorers = tuple(part.make(voters) for part in engine.parts)
        shares = np.array([part.weight for part in engine.parts], dtype=np.float32)
        self._shares = (shares / shares.sum())[:, np.newaxis]
        self._starts = np.flatnonzero(np.concatenate(([True], owners[1:] != owners[:-1])))
        self._exact = _exact_topics(phrases, owners)
        self._words = WordEvidence(phrases, owners)

    def scores(self, question: Phrase) -> Scores:
        """Return the likeness of each phrasing, then of each uncovered question, by each scorer: (scorers, voters)."""
        return np.stack([scorer.scores(question) for scorer in self._scorers])

    def match(self, scores: Scores, hidden: slice = NOTHING) -> Match:
        """Return what the phrasings say of each topic, as if the `hidden` ones were not there."""
        if hidden.stop > hidden.start:
            scores = scores.copy()
            scores[:, hidden] = 0.0
        texts = (scores * self._shares).sum(axis=0)
        known = len(self.phrases)
        best = np.maximum.reduceat(texts[:known], self._starts)
        near = nearest(texts)
        spoken = votes(near, texts, self._alike(near), self.owners, self.n_topics + 1)
        against = max(float(spoken[self.n_topics]), 0.0)
        return Match(best, spoken[: self.n_topics], against, texts[:known])

    def _alike(self, near: Ids) -> Scores:
        alike = np.zeros((len(near), len(near)), dtype=np.float32)
        for scorer, share in zip(self._scorers, self._shares.ravel().tolist(), strict=True):
            alike += share * scorer.alike(near) if len(near) else 0.0
        return alike

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
        """Return what speaks for the first topic and what against it, in the order of `EVIDENCE`."""
        first, *others = match.best(2)
        lead = match.score(first) - (match.score(others[0]) if others else 0.0)
        words = self._words.evidence(question, first, self.texts_of(first), hidden)
        return np.array((match.score(first), lead, match.against, *words))


def _exact_topics(phrases: Sequence[Phrase], owners: Ids) -> dict[tuple[str, ...], int]:
    """Return the topic of each phrasing's words, without those that two topics share."""
    found: dict[tuple[str, ...], int] = {}
    shared: set[tuple[str, ...]] = {()}
    for phrase, owner in zip(phrases, owners.tolist(), strict=True):
        if found.setdefault(phrase.words, owner) != owner:
            shared.add(phrase.words)
    return {words: owner for words, owner in found.items() if words not in shared}
