"""Folding, words and the guess of the language."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.normalize import fold, guess, words


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("  Human   RIGHTS\tcity ", "human rights city"),
        ("¿Dónde está Ñandú?", "¿donde esta nandu?"),
        ("e\u0301cole", "ecole"),
        ("ｆｕｌｌ ｗｉｄｔｈ ﬁ", "full width fi"),
        ("ci\u200bty \u202eabc\u202c", "city abc"),
        ("a\x00b", "a b"),
        ("STRASSE straße", "strasse strasse"),
        ("", ""),
    ],
)
def test_folding_leaves_what_people_mean(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text(st.characters(max_codepoint=0x2027), max_size=40))
def test_letters_fold_the_same_in_any_company(text: str) -> None:
    assert f"{fold(text)} 市".strip() == fold(f"{text} 市")


def test_words_keep_digits_and_inner_apostrophes() -> None:
    assert words("What’s Article 25, DON'T ask_me!") == ("what's", "article", "25", "don't", "ask", "me")


def test_text_without_letters_has_no_words() -> None:
    assert words("👩🏽‍⚖️ ?! ... —") == ()


@pytest.mark.parametrize(
    "text", ["what is a human rights city?", "how do i join", "who leads it", "tell me about pittsburgh", "join us"]
)
def test_english_is_recognised(text: str) -> None:
    assert guess(text) == "en"


@pytest.mark.parametrize(
    "text", ["¿qué es una ciudad de derechos humanos?", "como me uno", "quiero participar", "dónde", "los criterios"]
)
def test_spanish_is_recognised_with_and_without_accents(text: str) -> None:
    assert guess(text) == "es"


@pytest.mark.parametrize("text", ["", "Boston", "UDHR 25", "no", "😀", "שלום", "ok"])
def test_thin_evidence_gives_no_language(text: str) -> None:
    assert guess(text) is None
