"""The calibrations that come with a release: there for every engine, used at once, replaced by one of its own."""

from __future__ import annotations

from pathlib import Path

from knowledge.calibration_cache import shipped
from knowledge.engines import LEXICAL
from knowledge.index import PRECISION, build_index, calibration_key, index_of
from knowledge.loader import load_bank
from knowledge.scoring import Phrase

OTHERS = {
    "apple": [Phrase.of(text, "en") for text in ("red apple", "green apple", "an apple a day")],
    "pear": [Phrase.of(text, "en") for text in ("ripe pear", "pear tree", "a pear in spring")],
}


def test_there_is_one_for_every_engine() -> None:
    assert shipped("lexical") is not None
    assert shipped("hybrid") is not None
    assert shipped("another") is None


def test_those_that_come_with_it_are_fitted_to_the_content_that_comes_with_it() -> None:
    """After a change of content or search: make calibrate."""
    assert shipped("lexical", calibration_key(load_bank(), LEXICAL)) is not None


def test_a_first_start_with_the_content_as_it_comes_fits_nothing(tmp_path: Path) -> None:
    index = build_index(load_bank(), cache_folder=tmp_path)
    assert index.calibration == shipped("lexical")
    assert index.is_fitted
    assert list(tmp_path.iterdir()) == []


def test_other_content_takes_it_for_the_time_being_where_it_may_not_wait(tmp_path: Path) -> None:
    borrowed = index_of(OTHERS, at_once=True, cache_folder=tmp_path)
    assert (borrowed.calibration, borrowed.is_fitted) == (shipped("lexical"), False)
    fitted = index_of(OTHERS, cache_folder=tmp_path)
    assert fitted.is_fitted
    assert fitted.calibration != shipped("lexical")
    assert index_of(OTHERS, at_once=True, cache_folder=tmp_path).calibration == fitted.calibration


def test_another_precision_is_another_calibration() -> None:
    assert shipped("lexical", calibration_key(load_bank(), LEXICAL, PRECISION - 0.1)) is None
