"""Which engine runs is chosen by the configuration, logged once and shown."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import structlog

from bot.engine import described, engine_for, knowledge_of
from bot.errors import ConfigError
from bot.i18n import core_translators
from bot.knowledge_base import Edition, Files, KnowledgeBase
from bot.testing import settings_for_tests
from knowledge.engines import LEXICAL
from knowledge.index import index_of
from knowledge.loader import load_bank
from knowledge.scoring import Engine, Phrase
from knowledge.use_embedder import UseEmbedder
from knowledge.vectors import vectors_of
from tests.command_line import Shell


def edition(engine: Engine) -> Edition:
    index = index_of({"join": [Phrase.of("how do I join", "en"), Phrase.of("joining", "en")]}, engine)
    return KnowledgeBase(Files(load_bank()), index_of, index=index).common


def test_missing_weights_are_said_in_the_log_and_to_people(tmp_path: Path) -> None:
    with structlog.testing.capture_logs() as logged:
        engine = engine_for(settings_for_tests(data_dir=tmp_path, knowledge={"model_dir": tmp_path / "nowhere"}))
    (line,) = logged
    assert (line["log_level"], line["engine"]) == ("warning", "lexical")
    assert "nowhere/model.onnx: cannot be read" in line["reason"]
    assert "the language model is missing" in described(edition(engine), core_translators()["en"])


def test_the_engine_that_was_wanted_is_no_warning(tmp_path: Path) -> None:
    with structlog.testing.capture_logs() as logged:
        engines = [
            engine_for(settings_for_tests(data_dir=tmp_path, knowledge={"engine": name}))
            for name in ("lexical", "auto")
        ]
    assert [(line["log_level"], line["engine"]) for line in logged] == [("debug", "lexical"), ("debug", "hybrid")]
    english, spanish = core_translators()["en"], core_translators()["es"]
    assert described(edition(LEXICAL), english) == "lexical: by wording alone, as configured"
    assert described(edition(engines[1]), english) == "hybrid: by wording and meaning"
    assert described(edition(engines[1]), spanish) == "hybrid: por las palabras y por el significado"


def test_a_first_start_answers_by_wording_until_the_meanings_are_computed(tmp_path: Path) -> None:
    settings = settings_for_tests(data_dir=tmp_path, knowledge={"engine": "hybrid"})
    knowledge = knowledge_of(settings, at_once=True)
    assert knowledge.common.index.engine == "lexical"
    assert not knowledge.common.index.is_fitted  # so the wanted engine follows
    vectors_of(["how do I join"], UseEmbedder(), tmp_path / "cache")
    assert all(part.is_ready() for part in engine_for(settings).parts)


def test_hybrid_by_name_is_refused_in_one_line_that_names_the_key(tmp_path: Path) -> None:
    settings = settings_for_tests(data_dir=tmp_path, knowledge={"engine": "hybrid", "model_dir": tmp_path / "nowhere"})
    with pytest.raises(ConfigError, match=r"knowledge\.engine: hybrid cannot run: .*; or set it to auto or lexical"):
        engine_for(settings)


def test_a_question_from_the_shell_is_answered_without_weights_and_the_warning_stays_off_the_answer(
    tmp_path: Path,
) -> None:
    missing = {"HRC_KNOWLEDGE_ENGINE": "auto", "HRC_KNOWLEDGE_MODEL_DIR": str(tmp_path / "nowhere")}
    ended = Shell(tmp_path).run("ask", "--jsonl", lines='{"id": 1, "text": "What is a human rights city?"}', **missing)
    assert json.loads(ended.out)["outcome"] == "answer"
    assert "nowhere/model.onnx: cannot be read" in json.loads(ended.err)["reason"]
