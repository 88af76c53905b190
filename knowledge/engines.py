"""The engines there are: which scorers, in which shares, and which of them runs here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from knowledge.bm25 import Bm25Scorer
from knowledge.ngrams import NgramScorer
from knowledge.scoring import Engine, Part, Phrase, Scorer

if TYPE_CHECKING:
    from knowledge.embedding import Embedder

Wanted = Literal["auto", "hybrid", "lexical"]

# Flat between 0.5 and 0.7 on CLINC150's development questions.
LEXICAL: Final = Engine("lexical", (Part("ngrams", NgramScorer, 0.6), Part("bm25", Bm25Scorer, 0.4)))

# Flat from 0.4 to 0.65 there and on our own questions.
DENSE_SHARE: Final = 0.5


def hybrid(embedder: Embedder, cache_folder: Path | None = None) -> Engine:
    """Return the engine of wording and meaning; vectors of the bank are kept in `cache_folder`."""
    from knowledge.vectors import is_kept

    def dense(texts: Sequence[Phrase]) -> Scorer:
        from knowledge.dense import DenseScorer

        embedder.begin()
        return DenseScorer(texts, embedder, cache_folder)

    source = f"{embedder.name} {embedder.digest}"
    ready = partial(is_kept, embedder, cache_folder)
    parts = (Part("ngrams", NgramScorer, 1 - DENSE_SHARE), Part("dense", dense, DENSE_SHARE, source, ready))
    return Engine("hybrid", parts)


def engine_of(
    wanted: Wanted = "auto", *, model_dir: Path | None = None, prefix: str = "", cache_folder: Path | None = None
) -> Engine:
    """Return the engine to run; the embedding's modules are imported only where it is used.

    Args:
        wanted: "auto" takes the hybrid engine where its embedding can be used, else the lexical one, which then says
            in `missing` why.
        model_dir: an ONNX model's folder in place of the packaged embedding.
        prefix: put in front of every text for that model.
        cache_folder: where the bank's vectors are kept between starts; None: nowhere.
    Raises:
        EmbeddingError: "hybrid" is wanted and the embedding cannot be used.
    """
    if wanted == "lexical":
        return LEXICAL
    from knowledge.embedding import EmbeddingError

    try:
        return hybrid(_embedder(model_dir, prefix, cache_folder), cache_folder)
    except EmbeddingError as error:
        if wanted == "hybrid":
            raise
        return replace(LEXICAL, missing=str(error))


def _embedder(model_dir: Path | None, prefix: str, cache_folder: Path | None) -> Embedder:
    if model_dir is not None:
        from knowledge.onnx_embedder import OnnxEmbedder

        return OnnxEmbedder(model_dir, prefix)
    from knowledge.use_embedder import UseEmbedder

    return UseEmbedder(folder=cache_folder)
