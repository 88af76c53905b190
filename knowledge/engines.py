"""The engines there are: which scorers, in which shares, and which of them runs here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from knowledge.bm25 import Bm25Scorer
from knowledge.ngrams import NgramScorer
from knowledge.scoring import Engine, Part, Phrase, Scorer

if TYPE_CHECKING:
    from knowledge.dense import Meanings
    from knowledge.embedding import Embedder

Wanted = Literal["auto", "hybrid", "lexical"]

# Flat between 0.5 and 0.7 on CLINC150's development questions: more BM25 ranks better, more n-grams abstain better.
LEXICAL: Final = Engine("lexical", (Part("ngrams", NgramScorer, 0.6), Part("bm25", Bm25Scorer, 0.4)))

# Flat from 0.6 to 0.7 there: 84 % right first against 73 % for the n-grams alone and 82 % for the vectors alone.
DENSE_SHARE: Final = 0.65

# Beside the other two, which make 1. On questions by people who had not seen the phrasings: 81 % right first from 76 %,
# flat from 0.35 to 0.5; more takes easy questions away again.
ANSWER_SHARE: Final = 0.4


def hybrid(embedder: Embedder, cache_folder: Path | None = None) -> Engine:
    """Return the engine of wording and meaning; vectors of the bank are kept in `cache_folder`."""
    meanings = _meanings_of(embedder, cache_folder)

    def dense(texts: Sequence[Phrase]) -> Scorer:
        from knowledge.dense import DenseScorer

        return DenseScorer(meanings(texts))

    def answers(texts: Sequence[Phrase]) -> Scorer:
        from knowledge.dense import AnswerScorer

        return AnswerScorer(meanings(texts))

    source = f"{embedder.name} {embedder.digest}"
    parts = (
        Part("ngrams", NgramScorer, 1 - DENSE_SHARE),
        Part("dense", dense, DENSE_SHARE, source),
        Part("answers", answers, ANSWER_SHARE, source),
    )
    return Engine("hybrid", parts)


def _meanings_of(embedder: Embedder, cache_folder: Path | None) -> Callable[[Sequence[Phrase]], Meanings]:
    """Return what makes the vectors of some texts, or gives them again when the same texts come next."""
    made: list[Meanings] = []

    def meanings(texts: Sequence[Phrase]) -> Meanings:
        from knowledge.dense import Meanings

        if not made or made[-1].texts is not texts:
            made[:] = [Meanings(texts, embedder, cache_folder)]
        return made[-1]

    return meanings


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
        return hybrid(_embedder(model_dir, prefix), cache_folder)
    except EmbeddingError as error:
        if wanted == "hybrid":
            raise
        return replace(LEXICAL, missing=str(error))


def _embedder(model_dir: Path | None, prefix: str) -> Embedder:
    if model_dir is not None:
        from knowledge.onnx_embedder import OnnxEmbedder

        return OnnxEmbedder(model_dir, prefix)
    from knowledge.use_embedder import UseEmbedder

    return UseEmbedder()
