"""What a sentence embedding offers, whoever made its weights, and how its files are checked before they are read."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from knowledge.errors import KnowledgeError

Vectors: TypeAlias = NDArray[np.float32]


class EmbeddingError(KnowledgeError):
    """An embedding cannot be used here: a package, a file or its right content is missing."""


class Embedder(Protocol):
    """Turns texts into vectors whose cosine says how near their meanings are.

    Attributes:
        name: for logs and people.
        digest: SHA-256 of the weights and of whatever else decides the vectors, in hexadecimal.
        dimension: length of a vector.
    """

    @property
    def name(self) -> str: ...

    @property
    def digest(self) -> str: ...

    @property
    def dimension(self) -> int: ...

    def begin(self) -> None:
        """Load the weights beside whatever goes on, if they are not there; called before questions come."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return a row of unit length for each text: shape (texts, dimension). May be called from any thread."""


def sha256_of(path: Path) -> str:
    """Return the file's digest in hexadecimal.

    Raises:
        EmbeddingError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise EmbeddingError(f"{path}: cannot be read ({error.strerror})") from error


def encodable(text: str) -> str:
    """Return `text` with half characters, which no tokenizer takes, as question marks."""
    return text.encode("utf-8", "replace").decode()


def unit_rows(rows: Vectors) -> Vectors:
    """Return the rows at length 1; a row of zeros stays."""
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12), dtype=np.float32)
