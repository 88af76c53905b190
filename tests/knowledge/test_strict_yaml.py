"""Strict YAML: what it refuses, where it says the fault is, and which types plain words become."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from knowledge.errors import KnowledgeError
from knowledge.strict_yaml import MAX_BYTES, dotted, line_of, load


def refusal(text: str) -> str:
    with pytest.raises(KnowledgeError) as caught:
        load(text, "config.yaml")
    return str(caught.value)


def test_yaml_tag() -> None:
    """bad-inputs yaml-tag: nothing runs, one line says where."""
    assert refusal("a: 1\nx: !!python/object/apply:os.system ['id']").startswith("config.yaml:2: uses a tag")


def test_yaml_billion_laughs() -> None:
    """bad-inputs yaml-billion-laughs: refused at the first anchor, at once."""
    levels = [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, 10)]
    start = time.monotonic()
    assert "config.yaml:1: uses an anchor" in refusal("\n".join(["l0: &l0 [ha]", *levels]))
    assert time.monotonic() - start < 1  # the bound that bad-inputs.yaml sets


def test_yaml_duplicate_key() -> None:
    """bad-inputs yaml-duplicate-key: the last does not win, and both lines are named."""
    assert refusal("web:\n  port: 1\n  port: 2") == "config.yaml:3: web.port is given twice (first on line 2); keep one"


def test_yaml_norway() -> None:
    """bad-inputs yaml-norway: plain words and clock times stay text, so a reader of types can refuse them."""
    value, positions = load("country: no\ntime: 12:30\nday: 2026-11-23\non: on\nzip: 01234\nbig: 1_000\nhex: 0x10")
    expected = {"country": "no", "time": "12:30", "day": "2026-11-23", "on": "on", "zip": "01234", "big": "1_000"}
    assert value == {**expected, "hex": "0x10"}
    assert positions["time",] == 2


def test_plain_numbers_truths_and_nothing_get_their_types() -> None:
    value, _ = load("i: 5\nn: -3\nf: 1.5\ne: 2e3\nt: true\no: false\nz: null\nq: '5'\nw: ~\nempty:\nhuge: 1e999")
    assert value == {
        **{"i": 5, "n": -3, "f": 1.5, "e": 2000.0, "t": True, "o": False, "z": None, "q": "5", "w": None},
        **{"empty": None, "huge": "1e999"},
    }


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a: *b", "1: uses an alias"),
        ("a: &b 1", "1: uses an anchor"),
        ("<<: {a: b}", "1: uses a merge key"),
        ("ok: 1\n2: x", "2: key '2' is not text"),
        ("? [a]\n: x", "1: a key is a list or a mapping"),
        ("a: 1\n---\nb: 2", "2: holds several documents"),
        ("%TAG ! tag:x,2000:\n---\na: 1", "declares tags"),
        ('a: "\\0"', "1: holds a NUL"),
        ("a: 1\nb: \0", "2: holds a NUL"),
        ("a: \ud800", "1: holds a NUL or a lone surrogate"),
        ('a: "\\ud800"', "1: is not YAML"),
        ("a: \x07", "is not YAML"),
        ("a: [1,\nb", "is not YAML"),
        ("a:\n\t- b", "2: is not YAML"),
    ],
)
def test_a_fault_is_one_line_with_its_place(text: str, fault: str) -> None:
    said = refusal(text)
    assert fault in said
    assert said.startswith("config.yaml:")
    assert "\n" not in said


def test_deep_nesting_is_refused_without_exhausting_the_stack() -> None:
    assert "nested deeper than 32" in refusal("[" * 100_000)
    assert "nested deeper than 32" in refusal("\n".join(" " * n + "a:" for n in range(1000)))


def test_a_file_over_the_limit_is_refused_before_it_is_parsed(tmp_path: Path) -> None:
    path = tmp_path / "big.yaml"
    path.write_text("a: " + "x" * MAX_BYTES)
    with pytest.raises(KnowledgeError, match="larger than 1024 KiB"):
        load(path, "big.yaml")
    with pytest.raises(KnowledgeError, match="larger than 1 KiB"):
        load("a: " + "é" * 600, max_bytes=1024)


def test_a_file_that_is_absent_or_not_utf8_is_named(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match=r"^none\.yaml: cannot be read"):
        load(tmp_path / "none.yaml", "none.yaml")
    (tmp_path / "latin.yaml").write_bytes("a: 1\nb: ñ".encode("latin-1"))
    with pytest.raises(KnowledgeError, match=r"^latin\.yaml:2: is not UTF-8"):
        load(tmp_path / "latin.yaml", "latin.yaml")


def test_a_byte_order_mark_is_no_part_of_the_first_key(tmp_path: Path) -> None:
    (tmp_path / "bom.yaml").write_bytes(b"\xef\xbb\xbfa: 1")
    assert load(tmp_path / "bom.yaml").value == {"a": 1}


def test_positions_give_the_line_of_every_path() -> None:
    _, positions = load("topics:\n  - id: a\n    en:\n      short: x\n  - id: b")
    assert positions["topics", 0, "en", "short"] == 4
    assert positions["topics", 1] == 5
    assert line_of(positions, ("topics", 1, "en", "short")) == 5
    assert dotted(("topics", 3, "en", "short")) == "topics[3].en.short"


def test_empty_text_is_nothing() -> None:
    assert load("").value is None
