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


class DenseScorer:
    """Cosine between the vector of a question and that of each text, from 0 for texts of the bank taken at random.

    Some models call everything alike (0.7 and more); without this their scores would hardly differ.

    Args:
        texts: the phrasings.
        embedder: makes the vectors.
        cache_folder: where the vectors are kept between starts; None: nowhere.
    """

    def __init__(self, texts: Sequence[Phrase], embedder: Embedder, cache_folder: Path | None = None) -> None:
        self._embedder = embedder
        self._vectors = vectors_of([phrase.text for phrase in texts], embedder, cache_folder)
        self._floor = _usual_cosine(self._vectors)
        self._places = {phrase.text: place for place, phrase in enumerate(texts)}

    def scores(self, question: Phrase) -> Scores:
        """Return the cosine with each text; a text of the index itself is not embedded again."""
        place = self._places.get(question.text)
        vector = self._embedder.embed([question.text])[0] if place is None else self._vectors[place]
        return np.asarray(np.clip((self._vectors @ vector - self._floor) / (1 - self._floor), 0.0, 1.0))


def _usual_cosine(vectors: Vectors) -> np.float32:
    """Return the median cosine of two texts, in [0, 0.95]; 0 where there are too few to tell."""
    if len(vectors) < SAMPLE // 8:
        return np.float32(0)
    some = vectors[np.linspace(0, len(vectors) - 1, min(len(vectors), SAMPLE)).astype(int)]
    cosines = (some @ some.T)[np.triu_indices(len(some), 1)]
    return np.float32(np.clip(np.median(cosines), 0.0, 0.95))
