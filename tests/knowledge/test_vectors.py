"""Vectors kept between starts: embedded once, only what is new, and never read from a spoilt file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from knowledge.embedding import Vectors, unit_rows
from knowledge.vectors import vectors_of

TEXTS = ["how do I join?", "¿cómo me uno?", "who runs this?", "half \ud800 a character"]


class Letters:
    """A small real embedding: how often a text has each letter; it notes what it was asked."""

    name = "letters"
    dimension = 26

    def __init__(self, digest: str = "1") -> None:
        self.digest = digest
        self.asked: list[str] = []

    def begin(self) -> None: ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.asked += texts
        counts = [[text.lower().count(chr(97 + place)) + 0.01 for place in range(26)] for text in texts]
        return unit_rows(np.array(counts, dtype=np.float32))


def asked(folder: Path, texts: Sequence[str] = TEXTS, digest: str = "1") -> list[str]:
    """Ask for the vectors of the texts, check them, and return which texts had to be embedded."""
    embedder = Letters(digest)
    assert vectors_of(texts, embedder, folder) == pytest.approx(Letters().embed(texts))
    return embedder.asked


def kept(folder: Path) -> Path:
    (file,) = folder.iterdir()
    return file


def test_vectors_are_made_once(tmp_path: Path) -> None:
    assert asked(tmp_path) == TEXTS
    assert asked(tmp_path) == []
    assert asked(tmp_path, TEXTS[::-1]) == []


def test_only_new_texts_are_embedded_and_old_ones_leave(tmp_path: Path) -> None:
    asked(tmp_path)
    assert asked(tmp_path, [*TEXTS[:2], "when do we meet?"]) == ["when do we meet?"]
    assert asked(tmp_path) == TEXTS[2:]


def test_a_text_that_comes_twice_is_embedded_once(tmp_path: Path) -> None:
    assert asked(tmp_path, ["join", "join"]) == ["join"]
    assert asked(tmp_path, ["join", "join", "leave"]) == ["leave"]


def test_vectors_belong_to_their_weights(tmp_path: Path) -> None:
    asked(tmp_path)
    assert asked(tmp_path, digest="2") == TEXTS
    assert asked(tmp_path, digest="3") == TEXTS
    assert len(list(tmp_path.iterdir())) == 2


def _flipped(whole: bytes) -> bytes:
    return whole[:-600] + bytes([whole[-600] ^ 255]) + whole[-599:]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda whole: b"",
        lambda whole: b"\0" * 100,
        lambda whole: b"not numbers at all",
        lambda whole: whole[: len(whole) // 2],
        _flipped,
    ],
    ids=["empty", "zeros", "text", "cut", "one byte"],
)
def test_a_corrupt_file_is_rebuilt(tmp_path: Path, spoil) -> None:
    asked(tmp_path)
    file = kept(tmp_path)
    file.write_bytes(spoil(file.read_bytes()))
    assert asked(tmp_path) == TEXTS
    assert asked(tmp_path) == []


@pytest.mark.parametrize(
    "arrays",
    [
        {"keys": np.zeros((4, 16), np.uint8)},
        {"keys": np.zeros((4, 16), np.uint8), "vectors": np.ones((4, 26), np.float32)},
        {"keys": np.zeros((4, 16), np.uint8), "vectors": np.full((4, 26), np.nan, np.float32)},
        {"keys": np.zeros((4, 16), np.uint8), "vectors": np.ones((3, 26), np.float32)},
        {"keys": np.zeros((4, 3), np.uint8), "vectors": np.ones((4, 26), np.float32)},
        {"keys": np.array(["a"], dtype=object), "vectors": np.ones((4, 26), np.float32)},
    ],
    ids=["one array", "not unit", "nan", "other length", "short keys", "pickle"],
)
def test_a_sound_file_of_other_numbers_is_rebuilt(tmp_path: Path, arrays) -> None:
    asked(tmp_path)
    np.savez(kept(tmp_path), **arrays)
    assert asked(tmp_path) == TEXTS


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert asked(tmp_path / "file" / "cache") == TEXTS
