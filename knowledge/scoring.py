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

    `answers` holds what an indexed variant's topic answers, the same tuple for all of its variants.
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
    """One way to compare a question with the texts it was made for, and these with each other."""

    def scores(self, question: Phrase) -> Scores:
        """Return how well each text fits, in the order of the texts: shape (texts,), values in [0, 1]."""

    def alike(self, texts: Ids) -> Scores:
        """Return how like each other some texts are, on the scale of `scores`: symmetric, shape (texts, texts)."""


ScorerFactory: TypeAlias = Callable[[Sequence[Phrase]], Scorer]


def _always() -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Part:
    """A scorer of an engine, not yet made, its share of the mixed score, and what its scores come from.

    `source` is the digest of the weights a scorer reads; empty for one that reads none. `is_ready` says whether a
    scorer is made in a moment, or has to compute first what is kept for later starts.
    """

    name: str
    make: ScorerFactory
    weight: float
    source: str = ""
    is_ready: Callable[[], bool] = _always


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
    """A sparse matrix of weights, kept by column (term).

    Args:
        terms: term numbers, shape (entries,).
        texts: text numbers, shape (entries,).
        weights: shape (entries,).
        n_terms: number of columns.
        n_texts: number of rows.
    """

    __slots__ = ("_by_term", "n_texts")

    def __init__(self, terms: Ids, texts: Ids, weights: Scores, n_terms: int, n_texts: int) -> None:
        self._by_term = _Runs(terms, texts, weights, n_terms, n_texts)
        self.n_texts = n_texts

    def dot(self, terms: Sequence[int], weights: Sequence[float]) -> Scores:
        """Return the product of the matrix and a sparse question vector: shape (texts,)."""
        found = np.zeros(self.n_texts, dtype=np.float32)
        for term, weight in zip(terms, weights, strict=True):
            texts, held = self._by_term.run(term)
            found[texts] += held * np.float32(weight)  # a text stands once in a run
        return found


class Rows:
    """The same matrix, kept by row (text)."""

    __slots__ = ("_by_text",)

    def __init__(self, terms: Ids, texts: Ids, weights: Scores, n_terms: int, n_texts: int) -> None:
        self._by_text = _Runs(texts, terms, weights, n_texts, n_terms)

    def of(self, texts: Ids) -> Scores:
        """Return the rows of some texts with the columns that two or more of them share: shape (texts, columns)."""
        terms, held, lengths = self._by_text.of(texts.tolist())
        return shared_columns(np.repeat(np.arange(len(texts)), lengths), terms, held)


def shared_columns(rows: Ids, terms: Ids, weights: Scores) -> Scores:
    """Return a dense matrix of the entries whose term stands in two or more rows: shape (rows, such terms)."""
    _, places, counts = np.unique(terms, return_inverse=True, return_counts=True)
    shared = counts > 1
    columns, kept = (np.cumsum(shared) - 1)[places], shared[places]
    dense = np.zeros((int(rows.max(initial=-1)) + 1, int(shared.sum())), dtype=np.float32)
    dense[rows[kept], columns[kept]] = weights[kept]
    return dense


class _Runs:
    """Pairs of numbers and weights, sorted by the first number: the run of each is found at once.

    Numbers take the smallest type that holds them and weights half precision, since there are millions of pairs.
    """

    __slots__ = ("_seconds", "_starts", "_weights")

    def __init__(self, firsts: Ids, seconds: Ids, weights: Scores, n_firsts: int, n_seconds: int) -> None:
        order = np.argsort(firsts.astype(np.min_scalar_type(n_firsts)), kind="stable")
        self._seconds = seconds.astype(np.min_scalar_type(n_seconds))[order]
        self._weights = weights.astype(np.float16)[order]
        self._starts = np.concatenate(([0], np.cumsum(np.bincount(firsts, minlength=n_firsts)))).astype(np.int32)

    def run(self, first: int) -> tuple[NDArray[np.unsignedinteger], Scores]:
        """Return the second numbers and weights of one first number."""
        span = slice(self._starts[first], self._starts[first + 1])
        return self._seconds[span], self._weights[span].astype(np.float32)

    def of(self, firsts: Sequence[int]) -> tuple[Ids, Scores, Ids]:
        """Return the second numbers and weights of some first ones, run after run, and the length of each run."""
        spans = [slice(self._starts[one], self._starts[one + 1]) for one in firsts]
        seconds = np.concatenate([self._seconds[span] for span in spans]).astype(np.int32)
        weights = np.concatenate([self._weights[span] for span in spans]).astype(np.float32)
        return seconds, weights, np.array([span.stop - span.start for span in spans], dtype=np.int32)
