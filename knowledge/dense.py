"""Cosine of sentence vectors: finds what is meant in other words, and in another language."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from knowledge.embedding import Embedder, Vectors
from knowledge.scoring import Ids, Phrase, Scores
from knowledge.vectors import vectors_of

FEW: Final = 32  # so many texts weigh as much as the assumption that texts have nothing in common


class DenseScorer:
    """Likeness of the question and each phrasing.

    Some models call everything alike (0.7 and more), so that vectors are compared from the middle of the phrasings.

    Args:
        texts: the phrasings.
        embedder: makes the vectors.
        cache_folder: where the vectors are kept between starts; None: nowhere.
    """

    def __init__(self, texts: Sequence[Phrase], embedder: Embedder, cache_folder: Path | None = None) -> None:
        self._embedder = embedder
        self._vectors = vectors_of([phrase.text for phrase in texts], embedder, cache_folder)
        self._middle = np.asarray(self._vectors.sum(axis=0) / (len(texts) + FEW), dtype=np.float32)
        self._see_from_middle(self._vectors)
        self._places = {phrase.text: place for place, phrase in enumerate(texts)}

    def scores(self, question: Phrase) -> Scores:
        """Return the likeness of each phrasing: shape (texts,)."""
        return np.asarray(np.clip(self._vectors @ self._vector(question.text), 0.0, 1.0))

    def alike(self, texts: Ids) -> Scores:
        """Return the likeness of some phrasings to each other."""
        vectors = self._vectors[texts]
        return np.asarray(np.clip(vectors @ vectors.T, 0.0, 1.0))

    def _vector(self, text: str) -> Vectors:
        """Return the vector of a text; one of the index is not embedded again."""
        place = self._places.get(text)
        if place is not None:
            return np.asarray(self._vectors[place])
        asked = np.array(self._embedder.embed([text]))
        self._see_from_middle(asked)
        return np.asarray(asked[0])

    def _see_from_middle(self, vectors: Vectors) -> None:
        """Move the rows and make them of unit length in place: a copy of all of them would double the memory."""
        vectors -= self._middle
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
