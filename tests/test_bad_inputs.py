"""Every bad input and fault of `bad-inputs.yaml` has a test."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

TESTS = Path(__file__).parent
ITEMS = yaml.safe_load((TESTS / "bad-inputs.yaml").read_text("utf-8"))["items"]
IDS = frozenset(str(item["id"]) for item in ITEMS)


def named(files: dict[Path, str]) -> Iterator[str]:
    """Yield the ids that tests name: as the longest beginning of a function's name, or as the id of parameters."""
    for source in files.values():
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield from beginning(node.name)
            elif isinstance(node, ast.keyword) and node.arg in ("id", "ids"):
                texts = (one.value for one in ast.walk(node.value) if isinstance(one, ast.Constant))
                yield from (str(text) for text in texts if text in IDS)


def beginning(function: str) -> list[str]:
    """Return the longest id that the function's name begins with, if there is one."""
    words = function.removeprefix("test_") + "_"
    found = [one for one in IDS if function.startswith("test_") and words.startswith(one.replace("-", "_") + "_")]
    return [max(found, key=len)] if found else []


def sources() -> dict[Path, str]:
    return {path: path.read_text("utf-8") for path in TESTS.rglob("test_*.py")}


def test_the_list_names_each_item_once():
    assert [one for one, count in Counter(item["id"] for item in ITEMS).items() if count > 1] == []
    assert all(item["surface"] and item["outcome"] and item["input"] and item["required"] for item in ITEMS)


def test_every_bad_input_has_a_test():
    assert sorted(IDS - set(named(sources()))) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("def test_slack_429(): ...", ["slack-429"]),
        ("async def test_slack_429_no_header_waits(): ...", ["slack-429-no-header"]),
        ("def test_it_knows_slack_429(): ...", []),
        ("def slack_429(): ...", []),
        ('pytest.param("x", id="nul-byte")', ["nul-byte"]),
        ('parametrize("x", [1, 2], ids=["nul-byte", "other"])', ["nul-byte"]),
        ('"""nul-byte, in words alone."""', []),
    ],
)
def test_an_id_is_named_by_a_function_or_a_parameter_and_not_in_passing(source, found):
    assert list(named({Path("test_x.py"): source})) == found
