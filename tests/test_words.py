"""Every string people see is complete in Spanish."""

from __future__ import annotations

from string import Formatter

import pytest

from tests.words import FOLDERS, stored, updated, wanted, written


def _names(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def _pairs(message):
    ids = message.id if isinstance(message.id, tuple) else (message.id,)
    strings = message.string if isinstance(message.string, tuple) else (message.string,)
    return ids, strings


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_text_is_translated(folder):
    missing = [m.id for m in updated(folder) if m.id and not all(_pairs(m)[1])]
    assert missing == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_translation_is_fuzzy(folder):
    assert [message.id for message in stored(folder) if message.id and message.fuzzy] == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_translations_hold_the_same_names_as_the_text(folder):
    for message in stored(folder):
        if message.id:
            ids, strings = _pairs(message)
            allowed = set().union(*(_names(one) for one in ids))
            for string in strings:
                assert _names(string) <= allowed, message.id
            assert _names(strings[-1]) == _names(ids[-1]), message.id


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_file_is_what_the_collector_writes(folder):
    assert FOLDERS[folder].read_bytes() == written(updated(folder)), "run `make words`"


def test_the_collector_finds_texts_in_code():
    ids = {message.id for message in wanted("bot")}
    assert "What I can do" in ids
    assert "I do not know the answer to that." in ids
