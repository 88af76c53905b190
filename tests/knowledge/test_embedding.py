"""The packaged embedding: vectors of unit length, meanings across languages, and no weights but the known ones."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from knowledge.embedding import EmbeddingError, sha256_of
from knowledge.use_embedder import DIGESTS, UseEmbedder


@pytest.fixture(scope="module")
def embedder() -> UseEmbedder:
    return UseEmbedder()


def test_a_row_of_unit_length_for_every_text_whatever_it_is(embedder: UseEmbedder) -> None:
    texts = ["what is a human rights city?", "", "   ", "🎉", "\ud800", "\0", "مرحبا", "a" * 10_000]
    rows = embedder.embed(texts)
    assert (rows.shape, rows.dtype) == ((len(texts), embedder.dimension), np.float32)
    assert np.linalg.norm(rows, axis=1) == pytest.approx(1.0, abs=1e-4)


def test_a_text_gets_the_same_vector_alone_and_among_others(embedder: UseEmbedder) -> None:
    texts = ["who runs this?", "a much longer question about what the city council decided last year", "hi"]
    together = embedder.embed(texts)
    alone = np.concatenate([embedder.embed([text]) for text in texts])
    assert together == pytest.approx(alone, abs=1e-4)


def test_vectors_are_the_same_with_the_table_of_pieces_in_a_file(embedder: UseEmbedder, tmp_path: Path) -> None:
    texts = ["what is a human rights city?", "¿cómo me uno?", "", "🎉 مرحبا"]
    first = UseEmbedder(folder=tmp_path / "cache").embed(texts)
    (kept,) = (tmp_path / "cache").iterdir()
    whole = kept.read_bytes()
    kept.write_bytes(bytes(len(whole)))  # torn by somebody else: written anew
    second = UseEmbedder(folder=tmp_path / "cache").embed(texts)
    assert kept.read_bytes() == whole
    assert np.array_equal(first, embedder.embed(texts)) and np.array_equal(second, first)


def test_a_folder_that_cannot_be_written_is_no_fault(embedder: UseEmbedder, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file in its place")
    rows = UseEmbedder(folder=tmp_path / "cache").embed(["how do I join?"])
    assert np.array_equal(rows, embedder.embed(["how do I join?"]))


def test_the_same_question_in_two_languages_is_nearer_than_another_question(embedder: UseEmbedder) -> None:
    english, spanish, other = embedder.embed(["how do I join?", "¿cómo me uno?", "what is the weather today?"])
    assert english @ spanish > english @ other + 0.3


@pytest.mark.parametrize("file", DIGESTS)
def test_weights_that_are_not_the_known_ones_are_refused(file: str) -> None:
    with pytest.raises(EmbeddingError, match=rf"{file}: is not the file this release knows; install .*==0\.2\.1"):
        UseEmbedder({**DIGESTS, file: "0" * 64})


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(EmbeddingError, match=r"weights\.npz: cannot be read"):
        sha256_of(tmp_path / "weights.npz")
    shutil.copyfile(__file__, tmp_path / "weights.npz")
    assert len(sha256_of(tmp_path / "weights.npz")) == 64
