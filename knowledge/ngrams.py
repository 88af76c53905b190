"""Character n-gram cosine: forgiving of typing slips, endings and joined words, in any language.

Grams of 2 to 5 characters of the folded text, across word borders, weighted by rarity. Grams that no text holds stay
in the question's norm, so that foreign questions score low.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from knowledge.scoring import Ids, Phrase, Postings, Scores, shared_columns

SIZES: Final = (2, 3, 4, 5)
_BORDER: Final = 0  # no text holds NUL: it parts the texts in the joined array
_MULTIPLIER: Final = np.uint64(0x9E3779B97F4A7C15)  # odd, 2**64 divided by the golden ratio

Grams = NDArray[np.uint64]


class NgramScorer:
    """Cosine between the n-gram vectors of a question and of each text."""

    def __init__(self, texts: Sequence[Phrase]) -> None:
        self._vocabulary, terms, owners, counts = _counted([phrase.words for phrase in texts])
        n_terms = len(self._vocabulary)
        self._rarity = _rarity(np.bincount(terms, minlength=n_terms), len(texts))
        self._unknown = float(_rarity(np.array([1]), len(texts))[0])
        weights = _damped(counts) * self._rarity[terms]
        norms = np.sqrt(np.bincount(owners, weights=weights**2, minlength=len(texts)))
        unit = (weights / np.maximum(norms, 1e-9)[owners]).astype(np.float32)
        self._postings = Postings(terms, owners, unit, n_terms, len(texts))
        self._packed = _Packed(terms, owners, counts, len(texts))
        self._norms = np.maximum(norms, 1e-9)

    def scores(self, question: Phrase) -> Scores:
        """Return the cosine with each text."""
        grams, _, _, counts = _counted([question.words])
        places = np.searchsorted(self._vocabulary, grams)
        known = places < len(self._vocabulary)
        known[known] = self._vocabulary[places[known]] == grams[known]
        weights = _damped(counts) * self._unknown
        weights[known] = _damped(counts[known]) * self._rarity[places[known]]
        norm = float(np.sqrt(np.sum(weights**2)))
        terms, shares = places[known].tolist(), (weights[known] / max(norm, 1e-9)).tolist()
        return np.clip(self._postings.dot(terms, shares), 0.0, 1.0)

    def alike(self, texts: Ids) -> Scores:
        """Return the cosines of some texts with each other."""
        owners, terms, counts = self._packed.of(texts)
        weights = self._rarity[terms] * _damped(counts) / self._norms[texts][owners]
        rows = shared_columns(owners, terms, weights.astype(np.float32))
        cosines = rows @ rows.T
        np.fill_diagonal(cosines, 1.0)
        return cosines


class _Packed:
    """The grams of each text in four bytes each: the term in the low three, how often it stands there in the high one.

    Args:
        terms: below 2**24, shape (entries,).
        texts: the text of each entry.
        counts: from 1; above 255 they are 255.
        n_texts: how many texts there are.
    """

    __slots__ = ("_entries", "_starts")

    def __init__(self, terms: Ids, texts: Ids, counts: Ids, n_texts: int) -> None:
        order = np.argsort(texts.astype(np.min_scalar_type(n_texts)), kind="stable")
        packed = terms.astype(np.uint32) | (np.minimum(counts, 255).astype(np.uint32) << np.uint32(24))
        self._entries = packed[order]
        self._starts = np.concatenate(([0], np.cumsum(np.bincount(texts, minlength=n_texts))))

    def of(self, texts: Ids) -> tuple[Ids, Ids, Ids]:
        """Return place in `texts`, term and count of each entry of these texts: shape (entries,) each."""
        first, last = self._starts[texts], self._starts[texts + 1]
        spans = [self._entries[start:stop] for start, stop in zip(first.tolist(), last.tolist(), strict=True)]
        entries = np.concatenate(spans)
        owners = np.repeat(np.arange(len(texts), dtype=np.int32), last - first)
        return owners, (entries & np.uint32(0xFFFFFF)).astype(np.int32), (entries >> np.uint32(24)).astype(np.int32)


def _counted(texts: Sequence[Sequence[str]]) -> tuple[Grams, Ids, Ids, Ids]:
    """Count the n-grams of each text, one size at a time, which keeps the peak of memory low.

    Returns:
        The sorted vocabulary, shape (terms,); then term, text and count of each entry, shape (entries,) each.
    """
    vocabularies, terms, owners, counts = [], [], [], []
    known = 0
    for grams, owned in _grams(texts):
        vocabulary, places = np.unique(grams, return_inverse=True)
        size = max(len(vocabulary), 1)
        pairs, times = np.unique(owned.astype(np.int64) * size + places, return_counts=True)
        vocabularies.append(vocabulary)
        terms.append((pairs % size + known).astype(np.int32))
        owners.append((pairs // size).astype(np.int32))
        counts.append(times.astype(np.int32))
        known += len(vocabulary)
    return np.concatenate(vocabularies), np.concatenate(terms), np.concatenate(owners), np.concatenate(counts)


def _grams(texts: Sequence[Sequence[str]]) -> Iterator[tuple[Grams, Ids]]:
    """Yield, for each size in turn, the hashes of all n-grams of the texts and the number of the text each is from.

    Every text is its words with single spaces, one before and one after. The size is in the two highest bits, so
    that the hashes of a size all come before those of the next; the rest is 62 bits wide: at a million grams a
    collision is a 1 in 9 million event.
    """
    pieces = [f" {' '.join(words)} \0" for words in texts]
    codes = np.frombuffer("".join(pieces).encode("utf-32-le", "replace"), dtype=np.uint32).astype(np.uint64)
    owners = np.repeat(np.arange(len(pieces), dtype=np.int32), [len(piece) for piece in pieces])
    for place, size in enumerate(SIZES):
        hashes, whole = _windows(codes, size)
        yield (hashes[whole] >> np.uint64(2)) | np.uint64(place << 62), owners[: len(hashes)][whole]


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


def _rarity(frequency: NDArray[np.signedinteger], n_texts: int) -> NDArray[np.float64]:
    """Smoothed inverse document frequency, never below 1."""
    return np.asarray(np.log((1 + n_texts) / (1 + frequency)) + 1.0)


def _damped(counts: NDArray[np.signedinteger]) -> NDArray[np.float64]:
    return np.asarray(1.0 + np.log(counts))
