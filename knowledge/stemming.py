"""Words reduced to stems, and which texts hold them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from threading import Lock
from typing import Final

import numpy as np
import Stemmer  # type: ignore[import-not-found]  # a C module without types
from numpy.typing import NDArray

from knowledge.normalize import LANGS, Lang
from knowledge.scoring import Ids, Phrase

_ALGORITHMS: Final[dict[Lang, str]] = {"en": "english", "es": "spanish"}


class StemIndex:
    """The stems of the texts, each text stemmed in its own language; a stem of one language is none of another.

    Attributes:
        terms: stem number of each entry, shape (entries,).
        texts: text number of each entry, shape (entries,).
        counts: how often the stem is in the text, shape (entries,).
        lengths: stems of each text, shape (texts,).
        rarity: BM25's inverse document frequency of each stem, shape (stems,); `unknown_rarity` is that of no text.
    Source: Snowball stemmers (Porter, 2001); Robertson and Zaragoza, 2009, for the rarity.
    """

    __slots__ = (
        "_one_at_a_time",
        "_stemmers",
        "_vocabulary",
        "counts",
        "lengths",
        "n_texts",
        "rarity",
        "terms",
        "texts",
        "unknown_rarity",
    )

    def __init__(self, phrases: Sequence[Phrase]) -> None:
        self._one_at_a_time = Lock()  # a stemmer keeps its last word: threads must not share it
        self._stemmers = {lang: Stemmer.Stemmer(name, 0) for lang, name in _ALGORITHMS.items()}
        self._vocabulary: dict[tuple[Lang, str], int] = {}
        stems = np.array(self._numbers(phrases), dtype=np.int64)
        texts = np.repeat(np.arange(len(phrases), dtype=np.int64), [len(phrase.words) for phrase in phrases])
        size = max(self.n_terms, 1)
        pairs, counts = np.unique(texts * size + stems, return_counts=True)
        self.n_texts = len(phrases)
        self.terms = (pairs % size).astype(np.int32)
        self.texts = (pairs // size).astype(np.int32)
        self.counts = counts.astype(np.float64)
        self.lengths = np.bincount(self.texts, weights=self.counts, minlength=len(phrases))
        frequency = np.bincount(self.terms, minlength=self.n_terms).astype(np.float64)
        self.rarity = self._rarity(frequency)
        self.unknown_rarity = float(self._rarity(np.zeros(1))[0])

    @property
    def n_terms(self) -> int:
        """The number of different stems."""
        return len(self._vocabulary)

    def stems(self, words: Iterable[str], lang: Lang) -> Mapping[int, int]:
        """Return how often the question holds each stem of `lang`; unknown stems get numbers below 0."""
        with self._one_at_a_time:
            found = Counter(self._stemmers[lang].stemWords(list(words)))
        return {
            self._vocabulary.get((lang, stem), -1 - place): count for place, (stem, count) in enumerate(found.items())
        }

    def rarity_of(self, term: int) -> float:
        """Return the rarity of a stem number that `stems` gave."""
        return float(self.rarity[term]) if term >= 0 else self.unknown_rarity

    def _numbers(self, phrases: Sequence[Phrase]) -> list[int]:
        """Return the stem number of every word, text after text; each word is stemmed once."""
        numbered: dict[tuple[Lang, str], int] = {}
        found = []
        for phrase in phrases:
            lang = phrase.lang or LANGS[0]
            for word in phrase.words:
                number = numbered.get((lang, word))
                if number is None:
                    stem = self._stemmers[lang].stemWord(word)
                    number = numbered[lang, word] = self._vocabulary.setdefault((lang, stem), self.n_terms)
                found.append(number)
        return found

    def _rarity(self, frequency: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(np.log(1 + (self.n_texts - frequency + 0.5) / (frequency + 0.5)))


def entries_by_term(index: StemIndex) -> tuple[Ids, NDArray[np.int64]]:
    """Return the texts sorted by stem, and where each stem's run begins, shape (stems + 1,)."""
    order = np.argsort(index.terms, kind="stable")
    starts = np.concatenate(([0], np.cumsum(np.bincount(index.terms, minlength=index.n_terms))))
    return index.texts[order], starts
