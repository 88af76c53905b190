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
    path = folder and folder / f"{_PREFIX}{_name(embedder)}.npz"
    known = _read(path, embedder.dimension) if path else {}
    missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
    if missing:
        known |= dict(zip(missing, embedder.embed(list(missing.values())), strict=True))
    if path and (missing or len(known) > len(set(keys))):
        with contextlib.suppress(OSError):
            _write(path, {key: known[key] for key in keys})
    return np.array([known[key] for key in keys], dtype=np.float32).reshape(len(texts), embedder.dimension)


def _key(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_KEY_BYTES).digest()


def _name(embedder: Embedder) -> str:
    """Return what vectors belong to: the embedder's name and weights."""
    return hashlib.sha256(f"{embedder.name} {embedder.digest}".encode()).hexdigest()[:16]


def _read(path: Path, dimension: int) -> dict[bytes, Vectors]:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            keys, vectors = arrays["keys"], arrays["vectors"]
    except (OSError, ValueError, KeyError, EOFError, TypeError, AttributeError, zipfile.BadZipFile):
        return {}
    return _by_key(keys, vectors) if _is_sound(keys, vectors, dimension) else {}


def _is_sound(keys: Keys, vectors: Vectors, dimension: int) -> bool:
    if keys.dtype != np.uint8 or keys.ndim != 2 or keys.shape[1] != _KEY_BYTES:
        return False
    if vectors.dtype != np.float32 or vectors.shape != (len(keys), dimension):
        return False
    return bool(np.allclose(np.einsum("ij,ij->i", vectors, vectors), 1.0, atol=1e-2))


def _by_key(keys: Keys, vectors: Vectors) -> dict[bytes, Vectors]:
    return dict(zip((key.tobytes() for key in keys), vectors, strict=True))


def _write(path: Path, known: dict[bytes, Vectors]) -> None:
    """Write whole or not at all, and drop the oldest files of other weights."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}.tmp")
    keys = np.frombuffer(b"".join(known), dtype=np.uint8).reshape(len(known), _KEY_BYTES)
    with draft.open("wb") as file:
        np.savez(file, keys=keys, vectors=np.array(list(known.values()), dtype=np.float32))
    draft.replace(path)
    files = sorted(path.parent.glob(f"{_PREFIX}*.npz"), key=lambda one: one.stat().st_mtime, reverse=True)
    for old in files[_KEPT:]:
        old.unlink(missing_ok=True)
