"""Slips of the keyboard are mended towards what everybody writes; names and rare words stay as they are."""

from __future__ import annotations

import pytest

from knowledge.scoring import Phrase
from knowledge.spelling import COMMON, Speller

MANY = ["human rights city", "what is an ordinance", "derechos humanos de la ciudad"] * COMMON
SPELLER = Speller([Phrase.of(text) for text in [*MANY, "who is Michelle", "Michelle again", "Michelle"]])


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("waht is a humna rigths ctiy", "what is a human rights city"),
        ("ordnance", "ordinance"),
        ("qué derechso humans", "qué derechos human"),
        ("Humna rights?", "human rights?"),
    ],
)
def test_a_slip_is_taken_for_the_word_that_everybody_writes(typed: str, meant: str) -> None:
    assert SPELLER.corrected(typed) == meant


@pytest.mark.parametrize("typed", ["", "?!", "is it", "the Humans of Rigths", "michele", "zebra 1948", "ciity-hall 3x"])
def test_short_words_names_and_far_words_stay(typed: str) -> None:
    assert SPELLER.corrected(typed) in (typed, typed.replace("ciity", "city"))


def test_two_slips_are_forgiven_in_long_words_alone() -> None:
    assert SPELLER.corrected("ordanence") == "ordinance"
    assert SPELLER.corrected("humnaa") == "humnaa"
