"""An ONNX folder as embedding: a tiny real model with a tiny real tokenizer, and every way in which it can be wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from knowledge.embedding import EmbeddingError
from knowledge.onnx_embedder import MODEL, TOKENIZER, OnnxEmbedder

WORDS = {"[UNK]": 0, "join": 1, "leave": 2, "query": 3}
STATES = np.array([[0, 0, 0, 1], [1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]], dtype=np.float32)


def write_model(folder: Path, inputs: tuple[str, ...] = ("input_ids", "attention_mask"), states: bool = True) -> Path:
    """Write a model that looks up a state for each token, and the tokenizer of four words."""
    axes = ["texts", "tokens"]
    held = numpy_helper.from_array(STATES, "states")
    nodes = [helper.make_node("Gather", ["states", "input_ids"], ["found"])]
    nodes += [] if states else [helper.make_node("ReduceMean", ["found"], ["mean"], axes=[1], keepdims=0)]
    name, shape = ("found", [*axes, 4]) if states else ("mean", ["texts", 4])
    given = [helper.make_tensor_value_info(one, TensorProto.INT64, axes) for one in inputs]
    result = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)]
    graph = helper.make_graph(nodes, "lookup", given, result, [held])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    folder.mkdir(exist_ok=True)
    onnx.save(model, str(folder / MODEL))
    tokenizer = Tokenizer(WordLevel(WORDS, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.save(str(folder / TOKENIZER))
    return folder


def test_the_vector_is_the_mean_of_the_texts_own_tokens(tmp_path: Path) -> None:
    embedder = OnnxEmbedder(write_model(tmp_path))
    rows = embedder.embed(["join", "join leave", "join leave join leave"])
    half = 0.5**0.5
    assert rows == pytest.approx(np.array([[1, 0, 0, 0], [half, half, 0, 0], [half, half, 0, 0]]), abs=1e-6)
    assert (rows.dtype, embedder.dimension) == (np.float32, 4)


def test_a_prefix_is_put_before_every_text_and_counts_as_other_weights(tmp_path: Path) -> None:
    plain, prefixed = OnnxEmbedder(write_model(tmp_path)), OnnxEmbedder(tmp_path, "query ")
    assert prefixed.embed(["join"]) == pytest.approx(plain.embed(["query join"]))
    assert prefixed.digest != plain.digest


def test_many_texts_of_all_lengths_keep_their_order(tmp_path: Path) -> None:
    embedder = OnnxEmbedder(write_model(tmp_path))
    texts = ["join " * (place % 7 + 1) if place % 2 else "leave" for place in range(70)]
    assert np.argmax(embedder.embed(texts), axis=1).tolist() == [0 if place % 2 else 1 for place in range(70)]
    assert embedder.embed([]).shape == (0, 4)


def test_a_model_that_also_wants_token_types_gets_them(tmp_path: Path) -> None:
    folder = write_model(tmp_path, ("input_ids", "attention_mask", "token_type_ids"))
    assert OnnxEmbedder(folder).embed(["leave"])[0] == pytest.approx([0, 1, 0, 0])


@pytest.mark.parametrize("text", ["", "\ud800", "🎉", "join " * 5000])
def test_any_text_gets_a_finite_vector(tmp_path: Path, text: str) -> None:
    assert np.isfinite(OnnxEmbedder(write_model(tmp_path)).embed([text, "join"])).all()


def test_a_missing_folder_or_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(EmbeddingError, match=r"nowhere/model\.onnx: cannot be read"):
        OnnxEmbedder(tmp_path / "nowhere")
    (write_model(tmp_path) / TOKENIZER).unlink()
    with pytest.raises(EmbeddingError, match=r"tokenizer\.json: cannot be read"):
        OnnxEmbedder(tmp_path)


@pytest.mark.parametrize("file", [MODEL, TOKENIZER])
def test_a_file_of_something_else_is_refused(tmp_path: Path, file: str) -> None:
    (write_model(tmp_path) / file).write_text("<html>not found</html>")
    with pytest.raises(EmbeddingError, match="cannot be read as an ONNX model with its tokenizer"):
        OnnxEmbedder(tmp_path)


def test_a_model_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EmbeddingError, match="is no sentence model with token states"):
        OnnxEmbedder(write_model(tmp_path / "pooled", states=False))
    with pytest.raises(EmbeddingError, match="is no sentence model with token states"):
        OnnxEmbedder(write_model(tmp_path / "image", ("input_ids", "pixels")))
