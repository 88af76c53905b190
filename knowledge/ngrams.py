"""Character n-gram cosine: forgiving of typing slips, endings and joined words, in any language.

Grams of 2 to 5 characters of the folded text, across word borders, weighted by rarity. Grams that no text holds stay
in the question's norm, so that foreign questions score low.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from knowledge.scoring import Phrase, Postings, Scores

SIZES: Final = (2, 3, 4, 5)
_BORDER: Final = 0  # no text holds NUL: it parts the texts in the joined array
_MULTIPLIER: Final = np.uint64(0x9E3779B97F4A7C15)  # odd, 2**64 divided by the golden ratio

Grams = NDArray[np.uint64]


class NgramScorer:
    """Cosine between the n-gram vectors of a question and of each text."""

    def __init__(self, texts: Sequence[Phrase]) -> None:
        grams, owners = _grams([phrase.words for phrase in texts])
        self._vocabulary, terms = np.unique(grams, return_inverse=True)
        n_terms = len(self._vocabulary)
        pairs, counts = np.unique(owners.astype(np.int64) * max(n_terms, 1) + terms, return_counts=True)
        text_ids, term_ids = (pairs // max(n_terms, 1)).astype(np.int32), (pairs % max(n_terms, 1)).astype(np.int32)
        frequency = np.bincount(term_ids, minlength=n_terms)
        self._rarity = _rarity(frequency, len(texts))
        self._unknown = float(_rarity(np.array([1]), len(texts))[0])
        weights = _damped(counts) * self._rarity[term_ids]
        norms = np.sqrt(np.bincount(text_ids, weights=weights**2, minlength=len(texts)))
        weights = weights / np.maximum(norms, 1e-9)[text_ids]
        self._postings = Postings(term_ids, text_ids, weights.astype(np.float32), n_terms, len(texts))

    def scores(self, question: Phrase) -> Scores:
        """Return the cosine with each text."""
        grams, counts = np.unique(_grams([question.words])[0], return_counts=True)
        places = np.searchsorted(self._vocabulary, grams)
        known = places < len(self._vocabulary)
        known[known] = self._vocabulary[places[known]] == grams[known]
        weights = _damped(counts) * self._unknown
        weights[known] = _damped(counts[known]) * self._rarity[places[known]]
        norm = float(np.sqrt(np.sum(weights**2)))
        terms, shares = places[known].tolist(), (weights[known] / max(norm, 1e-9)).tolist()
        return np.clip(self._postings.dot(terms, shares), 0.0, 1.0)


def _grams(texts: Sequence[Sequence[str]]) -> tuple[Grams, NDArray[np.int32]]:
    """Return the hashes of all n-grams of the texts, and the number of the text each is from.

    Every text is its words with single spaces, one before and one after. Hashes are 64 bits wide: at a million
    grams a collision is a 1 in 40 million event.
    """
    pieces = [f" {' '.join(words)} \0" for words in texts]
    codes = np.frombuffer("".join(pieces).encode("utf-32-le", "replace"), dtype=np.uint32).astype(np.uint64)
    owners = np.repeat(np.arange(len(pieces), dtype=np.int32), [len(piece) for piece in pieces])
    found, owned = [], []
    for size in SIZES:
        hashes, whole = _windows(codes, size)
        found.append(hashes[whole])
        owned.append(owners[: len(hashes)][whole])
    return np.concatenate(found), np.concatenate(owned)


def _windows(codes: Grams, size: int) -> tuple[Grams, NDArray[np.bool_]]:
    """Hash every window of `size` codes; the mask is false where a window crosses a border."""
    length = max(len(codes) - size + 1, 0)
    hashes = np.full(length, size, dtype=np.uint64)
    whole = np.ones(length, dtype=np.bool_)
    for shift in range(size):
        part = codes[shift : shift + length]
        hashes = (hashes ^ part) * _MULTIPLIER
        hashes ^= hashes >> np.uint64(29)
        whole &= part != _BORDER
    return hashes, whole


def _rarity(frequency: NDArray[np.int64], n_texts: int) -> NDArray[np.float64]:
    """Smoothed inverse document frequency, never below 1."""
    return np.asarray(np.log((1 + n_texts) / (1 + frequency)) + 1.0)


def _damped(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.asarray(1.0 + np.log(counts))
