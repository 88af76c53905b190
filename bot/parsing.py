"""Text arguments to a mapping, by the command's options: `key:value`, quoted words, and words in order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.command import Command, Parameter

_QUOTES = {'"': '"', "“": "”", "«": "»", "„": "“"}
_WORD = re.compile(r'(?:([A-Za-z_]+(?:-[A-Za-z_]+)*):)?(?:(["“«„])(.*?)(["”»“])(?=\s|$)|(\S+))', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Word:
    """One word or quoted run; `key` is the option it names, "" for a word in order."""

    text: str
    key: str
    quoted: bool


def arguments_of(command: Command, text: str) -> dict[str, str]:
    """Return option name to typed text; words that nothing claims go to the options in their order.

    A command with a single option takes the whole text, so that a question may hold anything.
    """
    names = _names(command.parameters)
    if len(command.parameters) == 1 and not _starts_with_key(text, names):
        only = command.parameters[0].name
        return {only: _unquoted(text)} if text.strip() else {}
    given: dict[str, str] = {}
    loose: list[str] = []
    open_key = ""
    for word in _words(text, names):
        if word.key:
            given[word.key] = word.text
            open_key = "" if word.quoted else word.key
        elif open_key and not word.quoted and _type_of(command, open_key) is str:
            given[open_key] += " " + word.text
        else:
            loose.append(word.text)
    return _placed(command, given, loose)


def _names(parameters: tuple[Parameter, ...]) -> dict[str, str]:
    return {alias: one.name for one in parameters for alias in (one.name, *one.option.aliases)}


def _starts_with_key(text: str, names: dict[str, str]) -> bool:
    found = _WORD.match(text.strip())
    return bool(found and _key(found.group(1), names))


def _key(written: str | None, names: dict[str, str]) -> str:
    return names.get((written or "").casefold().replace("-", "_"), "")


def _words(text: str, names: dict[str, str]) -> Iterator[Word]:
    for found in _WORD.finditer(text):
        written, quote, inside, _, bare = found.groups()
        key = _key(written, names)
        value = inside if quote else bare
        yield Word(value if key or not written else f"{written}:{value}", key, bool(quote))


def _unquoted(text: str) -> str:
    text = text.strip()
    if len(text) > 1 and text[0] in _QUOTES and text[-1] == _QUOTES[text[0]] and text[1:-1].count(text[-1]) == 0:
        return text[1:-1].strip()
    return text


def _type_of(command: Command, name: str) -> type:
    return next(one.type for one in command.parameters if one.name == name)


def _placed(command: Command, given: dict[str, str], loose: list[str]) -> dict[str, str]:
    """Return `given` with the loose words in the free options, the last one taking all that is left."""
    free = [one.name for one in command.parameters if one.name not in given]
    if command.form:
        free = free[:1]
    while loose and free:
        name = free.pop(0)
        given[name] = " ".join(loose) if not free else loose.pop(0)
        if not free:
            loose = []
    return given
