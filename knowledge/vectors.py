"""Keeps the vectors of texts between starts: one file of plain numbers for each set of weights.

Each vector stands under the hash of its own text, so that a changed bank embeds only what is new.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from knowledge.embedding import Embedder, Vectors

_PREFIX: Final = "vectors-"
_KEPT: Final = 2  # sets of weights
_KEY_BYTES: Final = 16
Keys = NDArray[np.uint8]


def vectors_of(texts: Sequence[str], embedder: Embedder, folder: Path | None = None) -> Vectors:
    """Return the vector of each text, read from `folder` where known, else made and kept there.

    A file that cannot be read, or is not what was written, counts as absent; a folder that cannot be written is no
    error: the next start embeds again.

    Returns:
        Rows of unit length, shape (texts, dimension).
    """
    keys = [_key(text) for text in texts]
    path = folder and _file(embedder, folder)
    places, known = _read(path, embedder.dimension) if path else _nothing(embedder.dimension)
    missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in places}
    if missing:
        places |= {key: row for row, key in enumerate(missing, len(known))}
        known = np.concatenate((known, embedder.embed(list(missing.values()))))
    rows = known[[places[key] for key in keys]]
    if path and (missing or len(places) > len(set(keys))):
        with contextlib.suppress(OSError):
            _write(path, keys, rows)
    return rows


def is_kept(embedder: Embedder, folder: Path | None) -> bool:
    """Tell whether vectors of these weights are kept, so that few texts if any have to be embedded."""
    return bool(folder) and _file(embedder, Path(folder or "")).exists()


def _file(embedder: Embedder, folder: Path) -> Path:
    return folder / f"{_PREFIX}{_name(embedder)}.npz"


def _key(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_KEY_BYTES).digest()


def _name(embedder: Embedder) -> str:
    """Return what vectors belong to: the embedder's name and weights."""
    return hashlib.sha256(f"{embedder.name} {embedder.digest}".encode()).hexdigest()[:16]


def _read(path: Path, dimension: int) -> tuple[dict[bytes, int], Vectors]:
    """Return the kept vectors, and the row of each by its text's hash."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            keys, vectors = arrays["keys"], arrays["vectors"]
    except (OSError, ValueError, KeyError, EOFError, TypeError, AttributeError, zipfile.BadZipFile):
        return _nothing(dimension)
    if not _is_sound(keys, vectors, dimension):
        return _nothing(dimension)
    return {key.tobytes(): row for row, key in enumerate(keys)}, vectors


def _nothing(dimension: int) -> tuple[dict[bytes, int], Vectors]:
    return {}, np.zeros((0, dimension), dtype=np.float32)


def _is_sound(keys: Keys, vectors: Vectors, dimension: int) -> bool:
    if keys.dtype != np.uint8 or keys.ndim != 2 or keys.shape[1] != _KEY_BYTES:
        return False
    if vectors.dtype != np.float32 or vectors.shape != (len(keys), dimension):
        return False
    return bool(np.allclose(np.einsum("ij,ij->i", vectors, vectors), 1.0, atol=1e-2))


def _write(path: Path, keys: Sequence[bytes], vectors: Vectors) -> None:
    """Write whole or not at all, and drop the oldest files of other weights."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}.tmp")
    with draft.open("wb") as file:
        hashes = np.frombuffer(b"".join(keys), dtype=np.uint8).reshape(len(keys), _KEY_BYTES)
        np.savez(file, keys=hashes, vectors=vectors)
    draft.replace(path)
    files = sorted(path.parent.glob(f"{_PREFIX}*.npz"), key=lambda one: one.stat().st_mtime, reverse=True)
    for old in files[_KEPT:]:
        old.unlink(missing_ok=True)
