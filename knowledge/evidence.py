"""What a question's words say about whether a topic answers it: which of them it holds, and which nothing holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from knowledge.normalize import LANGS, Lang
from knowledge.scoring import Ids, Phrase
from knowledge.stemming import StemIndex, entries_by_term

Evidence = NDArray[np.float64]
_NOWHERE: Final = slice(0, 0)


class WordEvidence:
    """The stems of all phrasings, and of what each topic answers.

    Args:
        phrases: all phrasings, those of one topic together, with the texts that their topic answers.
        owners: the topic number of each phrasing.
    """

    def __init__(self, phrases: Sequence[Phrase], owners: Ids) -> None:
        self._stems = StemIndex(phrases)
        self._texts_by_stem, self._stem_starts = entries_by_term(self._stems)
        self._text_starts = np.searchsorted(self._stems.texts, np.arange(len(phrases) + 1))
        self._answers = [phrases[first].answers for first in np.unique(owners, return_index=True)[1].tolist()]
        self._answered: dict[int, frozenset[int]] = {}  # read when first asked about: a start needs none of it

    def _answered_by(self, topic: int) -> frozenset[int]:
        """Return the stems of a topic's answers that some phrasing has too."""
        if topic not in self._answered:
            words = [Phrase.of(answer).words for answer in self._answers[topic]]
            found = (stem for lang in LANGS for one in words for stem in self._stems.stems(one, lang))
            self._answered[topic] = frozenset(stem for stem in found if stem >= 0)
        return self._answered[topic]

    def evidence(self, question: Phrase, topic: int, texts: slice, hidden: slice = _NOWHERE) -> tuple[float, ...]:
        """Return what the question's words say of a topic, in the language that speaks more for it.

        Shares, by rarity, of the stems that the topic's phrasings or answers hold, and of those that no phrasing
        holds; the rarest stem that the topic lacks, from 0 to 1; logarithm of the word count.

        Args:
            question: what is asked.
            topic: its number.
            texts: where its phrasings are.
            hidden: phrasings that count as not there.
        """
        held = self._held_by(texts, hidden) | self._answered_by(topic)
        shares = [self._shares_in(question, lang, held, hidden) for lang in LANGS]
        return (*max(shares, key=lambda share: share[0] - share[1]), float(np.log1p(len(question.words))))

    def _shares_in(self, question: Phrase, lang: Lang, held: set[int], hidden: slice) -> tuple[float, float, float]:
        rarity = {stem: self._stems.rarity_of(stem) for stem in self._stems.stems(question.words, lang)}
        total = sum(rarity.values()) or 1.0
        shared = sum(value for stem, value in rarity.items() if stem in held)
        unknown = sum(value for stem, value in rarity.items() if self._is_hidden(stem, hidden))
        lacking = max((value for stem, value in rarity.items() if stem not in held), default=0.0)
        return shared / total, unknown / total, lacking / self._stems.unknown_rarity

    def _held_by(self, texts: slice, hidden: slice) -> set[int]:
        if hidden.start >= texts.stop or hidden.stop <= texts.start:
            return self._terms(texts)
        return self._terms(slice(texts.start, hidden.start)) | self._terms(slice(hidden.stop, texts.stop))

    def _terms(self, texts: slice) -> set[int]:
        return set(self._stems.terms[self._text_starts[texts.start] : self._text_starts[texts.stop]].tolist())

    def _is_hidden(self, term: int, hidden: slice) -> bool:
        """Tell whether no phrasing outside of `hidden` holds the stem."""
        if term < 0:
            return True
        texts = self._texts_by_stem[self._stem_starts[term] : self._stem_starts[term + 1]]
        return bool(hidden.start <= texts[0] and texts[-1] < hidden.stop)
