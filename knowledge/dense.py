"""Cosine of sentence vectors: finds what is meant in other words, and in another language."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from knowledge.embedding import Embedder, Vectors
from knowledge.scoring import Phrase, Scores
from knowledge.vectors import vectors_of

SAMPLE: Final = 256  # texts compared with each other to learn how alike unrelated ones look


class Meanings:
    """The vectors of phrasings and of the short answers of their topics, and the vector of whatever is asked.

    Some models call everything alike (0.7 and more), so that likeness counts from the usual cosine of two phrasings.

    Args:
        texts: the phrasings.
        embedder: makes the vectors.
        cache_folder: where the vectors are kept between starts; None: nowhere.
    """

    def __init__(self, texts: Sequence[Phrase], embedder: Embedder, cache_folder: Path | None = None) -> None:
        self.texts = texts
        self._embedder = embedder
        answers = {answer: None for phrase in texts for answer in phrase.answers}
        vectors = vectors_of([*(phrase.text for phrase in texts), *answers], embedder, cache_folder)
        self.phrasings, self.answers = vectors[: len(texts)], vectors[len(texts) :]
        self.answer_numbers = {answer: number for number, answer in enumerate(answers)}
        self._floor = _usual_cosine(self.phrasings)
        self._places = {phrase.text: place for place, phrase in enumerate(texts)}
        self._last: tuple[str, Vectors] | None = None

    def likeness(self, vectors: Vectors, question: Phrase) -> Scores:
        """Return how like the question each row of `vectors` is, in [0, 1]."""
        cosines = vectors @ self._vector(question.text)
        return np.asarray(np.clip((cosines - self._floor) / (1 - self._floor), 0.0, 1.0))

    def _vector(self, text: str) -> Vectors:
        """Return the vector of a text; one of the index, or the one asked last, is not embedded again."""
        place, last = self._places.get(text), self._last
        if place is not None:
            return np.asarray(self.phrasings[place])
        if last is None or last[0] != text:
            last = self._last = (text, self._embedder.embed([text])[0])
        return last[1]


class DenseScorer:
    """Likeness of the question and each phrasing."""

    def __init__(self, meanings: Meanings) -> None:
        self._meanings = meanings

    def scores(self, question: Phrase) -> Scores:
        """Return the likeness of each phrasing: shape (texts,)."""
        return self._meanings.likeness(self._meanings.phrasings, question)


class AnswerScorer:
    """Likeness of the question and the short answer of each topic, in whichever language is nearest.

    A question in nobody's words ("nobody at city hall is in charge of this") is often nearer to the answer than to any
    other question.
    """

    def __init__(self, meanings: Meanings) -> None:
        self._meanings = meanings
        sets = {phrase.answers: None for phrase in meanings.texts}
        numbers = {answers: number for number, answers in enumerate(sets)}
        self._set_of = np.array([numbers[phrase.answers] for phrase in meanings.texts], dtype=np.int32)
        self._members = [[meanings.answer_numbers[answer] for answer in answers] for answers in sets]

    def scores(self, question: Phrase) -> Scores:
        """Return the likeness of each phrasing's answer, 0 where it has none: shape (texts,)."""
        likeness = self._meanings.likeness(self._meanings.answers, question)
        best = [likeness[members].max() if members else 0.0 for members in self._members]
        return np.asarray(best, dtype=np.float32)[self._set_of]


def _usual_cosine(vectors: Vectors) -> np.float32:
    """Return the median cosine of two texts, in [0, 0.95]; 0 where there are too few to tell."""
    if len(vectors) < SAMPLE // 8:
        return np.float32(0)
    some = vectors[np.linspace(0, len(vectors) - 1, min(len(vectors), SAMPLE)).astype(int)]
    cosines = (some @ some.T)[np.triu_indices(len(some), 1)]
    return np.float32(np.clip(np.median(cosines), 0.0, 0.95))
