"""What every engine's part offers: a score in [0, 1] of each indexed text for a question."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from knowledge.normalize import Lang, fold, words_of_folded

Scores: TypeAlias = NDArray[np.float32]
Ids: TypeAlias = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Phrase:
    """A question or an indexed variant in the forms that scorers read: raw, folded, and as folded words.

    `answers` holds the short answers of an indexed variant's topic, the same tuple for all of its variants.
    """

    text: str
    folded: str
    words: tuple[str, ...]
    lang: Lang | None
    answers: tuple[str, ...] = ()

    @classmethod
    def of(cls, text: str, lang: Lang | None = None, answers: tuple[str, ...] = ()) -> Phrase:
        """Return the forms of `text`."""
        folded = fold(text)
        return cls(text, text if folded == text else folded, words_of_folded(folded), lang, answers)


class Scorer(Protocol):
    """One way to compare a question with the texts it was made for."""

    def scores(self, question: Phrase) -> Scores:
        """Return how well each text fits, in the order of the texts: shape (texts,), values in [0, 1]."""


ScorerFactory: TypeAlias = Callable[[Sequence[Phrase]], Scorer]


@dataclass(frozen=True, slots=True)
class Part:
    """A scorer of an engine, not yet made, its share of the mixed score, and what its scores come from.

    `source` is the digest of the weights a scorer reads; empty for one that reads none.
    """

    name: str
    make: ScorerFactory
    weight: float
    source: str = ""


@dataclass(frozen=True, slots=True)
class Engine:
    """A named mix of scorers; scores are interpolated, never ranks, since abstention needs the score.

    Attributes:
        name: for people.
        parts: their names and shares identify the engine: calibration belongs to (engine, bank).
        missing: why the engine runs in place of a better one; empty when it is the one wanted.
    """

    name: str
    parts: tuple[Part, ...]
    missing: str = ""


class Postings:
    """A sparse matrix of weights, kept by column (term): which texts hold a term, and how much it weighs there.

    Args:
        terms: term numbers, shape (entries,).
        texts: text numbers, shape (entries,).
        weights: shape (entries,).
        n_terms: number of columns.
        n_texts: number of rows.
    """

    __slots__ = ("_starts", "_texts", "_weights", "n_texts")

    def __init__(self, terms: Ids, texts: Ids, weights: Scores, n_terms: int, n_texts: int) -> None:
        order = np.argsort(terms, kind="stable")
        self._texts = texts[order]
        self._weights = weights[order]
        self._starts = np.concatenate(([0], np.cumsum(np.bincount(terms, minlength=n_terms))))
        self.n_texts = n_texts

    def dot(self, terms: Sequence[int], weights: Sequence[float]) -> Scores:
        """Return the product of the matrix and a sparse question vector: shape (texts,)."""
        if not terms:
            return np.zeros(self.n_texts, dtype=np.float32)
        spans = [slice(self._starts[term], self._starts[term + 1]) for term in terms]
        texts = np.concatenate([self._texts[span] for span in spans])
        values = np.concatenate([self._weights[span] * weight for span, weight in zip(spans, weights, strict=True)])
        return np.bincount(texts, weights=values, minlength=self.n_texts).astype(np.float32)
