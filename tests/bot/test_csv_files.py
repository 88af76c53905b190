"""CSV files hold what people typed, and a spreadsheet runs none of it."""

from __future__ import annotations

import csv
import io

import pytest

from bot.domain.csv_files import csv_file


def cells(content):
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize(
    "text",
    ['=HYPERLINK("https://evil.example","x")', "+1", "-1+cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1"],
)
def test_csv_formula_is_text(text):
    assert cells(csv_file(["Name"], [[text]])) == [["Name"], ["'" + text]]


def test_texts_and_numbers_come_back_as_they_were():
    rows = [["Ana Pérez", 3], ['a "quoted", name', -2], ["two\nlines", None], ["o'clock = 3", 1.5]]
    expected = [["Name", "Count"], *([text, "" if count is None else str(count)] for text, count in rows)]
    assert cells(csv_file(["Name", "Count"], rows)) == expected


def test_half_of_a_surrogate_pair_spoils_no_file():
    assert cells(csv_file(["Name"], [["half \ud83d"]])) == [["Name"], ["half ?"]]
