"""Any sentence model as ONNX, from a folder that an operator has downloaded.

The folder holds `model.onnx` and `tokenizer.json`, as model hubs offer them. Vectors are the mean of the token states
under the attention mask, which is how the e5, MiniLM and GTE families are trained.
Source: Reimers and Gurevych, 2019 (mean pooling); Wang et al., 2024, multilingual E5 (the prefix "query: ").
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from knowledge.embedding import EmbeddingError, Vectors, encodable, sha256_of, unit_rows

MAX_TOKENS: Final = 512
BATCH: Final = 32
MODEL: Final = "model.onnx"
TOKENIZER: Final = "tokenizer.json"


class OnnxEmbedder:
    """Mean-pooled token states of an ONNX model, on one thread.

    Args:
        folder: holds the two files.
        prefix: put in front of every text; "query: " for models of the e5 family.
    Raises:
        EmbeddingError: the folder, a file or the packages are missing, or the files hold no such model.
    """

    def __init__(self, folder: Path, prefix: str = "") -> None:
        digests = [sha256_of(folder / file) for file in (MODEL, TOKENIZER)]
        self.name = f"onnx {folder.name}"
        self.digest = hashlib.sha256(" ".join((*digests, prefix)).encode()).hexdigest()
        self._prefix = prefix
        self._session, self._tokenizer = _opened(folder)
        self._inputs = [one.name for one in self._session.get_inputs()]
        self.dimension = self._tried(folder)

    def begin(self) -> None:
        """Do nothing: the model was tried when it was opened."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return a row of unit length for each text: shape (texts, dimension)."""
        batches = [self._batch(texts[start : start + BATCH]) for start in range(0, len(texts), BATCH)]
        return np.concatenate(batches) if batches else np.empty((0, self.dimension), dtype=np.float32)

    def _batch(self, texts: Sequence[str]) -> Vectors:
        coded = self._tokenizer.encode_batch([encodable(self._prefix + text) for text in texts])
        mask = np.array([one.attention_mask for one in coded], dtype=np.int64)
        known = {
            "input_ids": np.array([one.ids for one in coded], dtype=np.int64),
            "attention_mask": mask,
            "token_type_ids": np.zeros_like(mask),
        }
        states = self._session.run(None, {name: known[name] for name in self._inputs})[0]
        return unit_rows(_mean(states, mask))

    def _tried(self, folder: Path) -> int:
        """Return the length of a vector, which only a run tells for every model."""
        try:
            return int(self._batch(["a"]).shape[1])
        except Exception as error:  # the runtime's errors share no base class
            raise EmbeddingError(f"{folder / MODEL}: is no sentence model with token states ({error})") from error


def _mean(states: Vectors, mask: NDArray[np.int64]) -> Vectors:
    """Return the mean state of the tokens that are text: from (texts, tokens, dimension) to (texts, dimension)."""
    if states.ndim != 3:
        raise ValueError(f"its first output has {states.ndim} axes, not texts, tokens and numbers")
    weights = mask[:, :, np.newaxis].astype(np.float32)
    return np.asarray((states * weights).sum(axis=1) / np.maximum(weights.sum(axis=1), 1.0))


def _opened(folder: Path) -> tuple[Any, Any]:
    """Return the runtime's session and the tokenizer."""
    try:
        from onnxruntime import InferenceSession, SessionOptions
        from tokenizers import Tokenizer
    except ImportError as error:
        raise EmbeddingError(f"the package {error.name} is not installed; run: pip install 'hrc-bot[onnx]'") from error
    options = SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    try:
        session = InferenceSession(str(folder / MODEL), options, providers=["CPUExecutionProvider"])
        tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
    except Exception as error:  # both raise bare exceptions from native code
        raise EmbeddingError(f"{folder}: cannot be read as an ONNX model with its tokenizer ({error})") from error
    tokenizer.enable_truncation(MAX_TOKENS)
    tokenizer.enable_padding()
    return session, tokenizer
