"""Stemmed BM25, as a share of the best a text could reach for the question."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from knowledge.normalize import LANGS, Lang
from knowledge.scoring import Ids, Phrase, Postings, Rows, Scores
from knowledge.stemming import StemIndex

# Softer than the usual 1.2 and 0.75, which are for documents: phrasings are short and hold a word once.
K1: Final = 0.5
B: Final = 0.4


class Bm25Scorer:
    """BM25 over stems; the question is stemmed in every language, each language apart, and the better one counts.

    Scores are divided by what a text of average length reaches that holds each stem of the question once;
    stems that no text holds count as the rarest.
    Source: Okapi BM25 (Robertson and Zaragoza, 2009); k1 and b chosen on CLINC150's development questions.
    """

    def __init__(self, texts: Sequence[Phrase]) -> None:
        self._index = index = StemIndex(texts)
        relative = index.lengths / max(float(index.lengths.mean()) if texts else 1.0, 1e-9)
        damped = index.counts * (K1 + 1) / (index.counts + K1 * (1 - B + B * relative[index.texts]))
        weights = (index.rarity[index.terms] * damped).astype(np.float32)
        entries = (index.terms, index.texts, weights, index.n_terms, len(texts))
        self._postings, self._rows = Postings(*entries), Rows(*entries)
        reach = np.bincount(index.texts, weights=index.rarity[index.terms], minlength=len(texts))
        self._reach = np.maximum(reach, 1e-9).astype(np.float32)

    def scores(self, question: Phrase) -> Scores:
        """Return each text's share of the best score."""
        best, *others = (self._in_language(question, lang) for lang in LANGS)
        for other in others:
            best = np.maximum(best, other)
        return np.clip(best, 0.0, 1.0)

    def alike(self, texts: Ids) -> Scores:
        """Return the share that some texts reach for each other, the mean of both ways; each fits itself."""
        rows = self._rows.of(texts)
        shares = (rows > 0).astype(np.float32) @ rows.T / self._reach[texts][:, np.newaxis]
        mutual = np.clip((shares + shares.T) / 2, 0.0, 1.0).astype(np.float32)
        np.fill_diagonal(mutual, 1.0)
        return mutual

    def _in_language(self, question: Phrase, lang: Lang) -> Scores:
        stems = self._index.stems(question.words, lang)
        reach = sum(self._index.rarity_of(term) for term in stems)
        known = [term for term in stems if term >= 0]
        return self._postings.dot(known, [1.0 / max(reach, 1e-9)] * len(known))
