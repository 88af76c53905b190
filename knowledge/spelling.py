"""Slips of the keyboard: a word that nobody writes, a letter or two from one that everybody writes, is taken for it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

from knowledge.normalize import fold
from knowledge.scoring import Phrase

COMMON: Final = 15  # phrasings that hold a word which a slip is taken for
RARE: Final = 3  # phrasings from which a word is no slip
FAR: Final = 5  # so many times as common as the slip the word has to be: phrasings hold slips too
SHORTEST: Final = 4  # letters; shorter words are too near to each other
LONG: Final = 8  # letters from which two slips are forgiven, else one
KEPT: Final = 2048  # words whose correction is remembered
_WORD: Final = re.compile(r"[^\W\d_]+")


class Speller:
    """Knows how often each word stands in the phrasings.

    Args:
        phrases: all phrasings.
    """

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        self._counts = Counter(word for phrase in phrases for word in set(phrase.words))
        self._common = [word for word, count in self._counts.items() if count >= COMMON and len(word) >= SHORTEST]
        self._meant = lru_cache(KEPT)(self._nearest)

    def corrected(self, text: str) -> str:
        """Return `text` with its slips mended; names, which are written large within a sentence, stay."""
        return _WORD.sub(self._mended, text)

    def _mended(self, found: re.Match[str]) -> str:
        written = found[0]
        if len(written) < SHORTEST or (written[0].isupper() and found.start() > 0):
            return written
        word = fold(written)
        meant = self._meant(word)
        return written if meant == word else meant

    def _nearest(self, word: str) -> str:
        """Return the common word that is meant, or the word itself.

        Source: optimal string alignment, which counts two letters exchanged as one slip (Damerau, 1964).
        """
        count = self._counts[word]
        if count >= RARE:
            return word
        slips = 1 if len(word) < LONG else 2
        near = process.extract(word, self._common, scorer=OSA.distance, score_cutoff=slips, limit=None)
        fitting = [
            (distance, -self._counts[known], known)
            for known, distance, _ in near
            if self._counts[known] >= FAR * max(count, 1) and (distance == 1 or known[0] == word[0])
        ]
        return min(fitting)[2] if fitting else word
