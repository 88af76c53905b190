"""Abstention: fitted from the bank, deterministic, stricter when more precision is wanted, kept between starts."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from knowledge.abstention import Calibration
from knowledge.index import Index, index_of
from knowledge.loader import load_bank
from knowledge.ngrams import NgramScorer
from knowledge.scoring import Engine, Part, Phrase
from tests.knowledge.content import lexical_index

VARIANTS = {
    "join": ["how do i join", "joining the alliance", "can i join", "become a member", "sign me up as a member"],
    "cost": ["what does it cost", "is there a fee", "how much is the fee", "does membership cost money"],
    "city": ["what is a human rights city", "define human rights city", "human rights city meaning"],
    "when": ["when do you meet", "date of the next meeting", "when is the next meeting"],
}


def small(cache: Path | None = None, precision: float = 0.98, **changed: list[str]) -> Index:
    variants = {**VARIANTS, **changed}
    phrases = {topic: [Phrase.of(text, "en") for text in texts] for topic, texts in variants.items()}
    return index_of(phrases, precision=precision, cache_folder=cache)


def test_the_same_bank_gives_the_same_limits() -> None:
    assert small().calibration == small().calibration


def test_another_bank_or_engine_gives_other_limits() -> None:
    assert small().calibration != small(extra=["something else entirely", "quite another thing"]).calibration
    phrases = {topic: [Phrase.of(text, "en") for text in texts] for topic, texts in VARIANTS.items()}
    ngrams = Engine("ngrams", (Part("ngrams", NgramScorer, 1.0),))
    assert index_of(phrases, ngrams).calibration != index_of(phrases).calibration


def test_more_precision_never_lowers_the_limit() -> None:
    bank = load_bank()
    bank = replace(bank, topics=dict(list(bank.topics.items())[:6]), uncovered={})
    limits = [lexical_index(bank, precision).calibration.answer_from for precision in (0.7, 0.9, 0.98)]
    assert limits == sorted(limits)
    assert limits[0] < limits[-1]


def test_no_evidence_speaks_the_wrong_way() -> None:
    calibration = lexical_index().calibration
    weights = dict(zip(calibration.names, calibration.weights, strict=False))
    against = {"against", "unknown", "missing"}
    assert against | {"votes", "lead", "overlap", "length"} == weights.keys()
    assert all(weights[name] <= 0 for name in against)
    assert all(weights[name] >= 0 for name in weights.keys() - against - {"length"})


def test_confidence_rises_with_the_evidence_and_decides_the_outcome() -> None:
    calibration = Calibration(
        ("top", "lead"), (0.0,) * 2, (1.0,) * 2, (1.0, 1.0, 0.0), answer_from=0.9, unsure_from=0.2
    )
    low, high = calibration.confidence(np.zeros(2)), calibration.confidence(np.ones(2))
    assert 0 < low < high < 1
    assert calibration.outcome(0.95, likeness=0.5) == "answer"
    assert calibration.outcome(0.5, likeness=0.5) == "unsure"
    assert calibration.outcome(0.95, likeness=0.1) == "unknown"


def test_a_kept_calibration_is_used_again_and_belongs_to_its_bank(tmp_path: Path) -> None:
    made = small(tmp_path).calibration
    (file,) = tmp_path.glob("*.json")
    file.write_text(json.dumps({**json.loads(file.read_text()), "answer_from": 0.123}))
    assert small(tmp_path).calibration.answer_from == 0.123
    assert small(tmp_path, extra=["another topic", "and another"]).calibration.answer_from != 0.123
    assert small(tmp_path, precision=0.9).calibration.answer_from != 0.123
    assert small().calibration == made


@pytest.mark.parametrize("spoilt", ["", "{}", "[]", "null", '{"means": [1]}', "\0"])
def test_a_spoilt_cache_file_is_made_anew(tmp_path: Path, spoilt: str) -> None:
    made = small(tmp_path).calibration
    (file,) = tmp_path.glob("*.json")
    file.write_text(spoilt)
    assert small(tmp_path).calibration == made
    assert json.loads(file.read_text())["answer_from"] == made.answer_from


def test_a_cache_folder_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert small(tmp_path / "file" / "cache").calibration == small().calibration


def test_only_a_few_old_calibrations_are_kept(tmp_path: Path) -> None:
    for precision in (0.5, 0.6, 0.7, 0.8, 0.9, 0.95):
        small(tmp_path, precision=precision)
    assert len(list(tmp_path.iterdir())) == 4
