"""What people may type: cleaned, limited, split where a reader would."""

from __future__ import annotations

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import UserInputError
from bot.i18n import core_translators
from bot.text import balanced, clean_line, clean_text, fold, is_blank, split, utf16_units

T = core_translators()["en"]


def test_zero_width_title_duplicate_folds_to_the_same_name():
    assert fold("news") == fold("ne\u200bws") == fold("ＮＥＷＳ")


def test_zero_width_mention_is_still_text_after_folding():
    assert clean_line("@\u200beveryone", 50, T) == "@\u200beveryone"


def test_text_empty_of_spaces_and_zero_width_is_blank():
    assert is_blank(" \u200b\u2060\ufeff\n")
    assert clean_text("\u200b \n \u200b", 100, T) == ""


def test_newline_in_title_is_refused():
    with pytest.raises(UserInputError, match="one line"):
        clean_line("Convening\r\nBcc: x@example.net", 80, T)


def test_rtl_override_is_removed_from_one_line_and_balanced_in_bodies():
    assert clean_line("agenda\u202efdp.exe", 80, T) == "agendafdp.exe"
    assert balanced("a\u2067b") == "a\u2067b\u2069"
    assert balanced("a\u2067b\u2069c") == "a\u2067b\u2069c"


@pytest.mark.parametrize("text", ["title\x00end", "\ud800"])
def test_nul_byte_and_lone_surrogate_are_refused(text):
    with pytest.raises(UserInputError, match="cannot be stored"):
        clean_text(text, 80, T)


def test_combining_flood_is_cut_to_eight_marks():
    assert clean_line("a" + "\u0301" * 20, 80, T) == "a" + "\u0301" * 8


def test_control_characters_are_taken_out():
    assert clean_line("a\x1b[2Jb\x07", 80, T) == "a[2Jb"


def test_too_long_a_text_says_both_numbers():
    with pytest.raises(UserInputError) as error:
        clean_line("x" * 81, 80, T)
    assert "80" in error.value.text
    assert "81" in error.value.hint


def test_emoji_length_splits_between_grapheme_clusters():
    family = "👨‍👩‍👧‍👦"
    parts = split(family * 2000, 2000, utf16_units)
    assert all(utf16_units(part) <= 2000 for part in parts)
    assert all(set(regex.findall(r"\X", part)) == {family} for part in parts)
    assert "".join(parts) == family * 2000


@given(st.text(alphabet="ab \n", min_size=1, max_size=300), st.integers(5, 40))
def test_no_visible_character_is_lost_by_splitting(text, limit):
    parts = split(text, limit)
    assert all(len(part) <= limit for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


def test_a_split_falls_at_a_word():
    assert split("one two three", 9) == ["one two", "three"]
