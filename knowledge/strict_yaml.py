"""A strict reading of YAML: plain data only, and every value knows its line.

Refused: tags, anchors, aliases, merge keys, several documents, duplicate keys, keys that are not text, NUL and lone
surrogates, files over a size limit, deep nesting. Plain scalars become an int, a float, a bool or None only in their
obvious spellings; everything else stays text, so `no`, `12:30`, `0755` and `2026-11-23` never change type.

Source: YAML 1.2.2 core schema, narrowed (https://yaml.org/spec/1.2.2/#103-core-schema).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import yaml

from knowledge.errors import KnowledgeError

Value = None | bool | int | float | str | list["Value"] | dict[str, "Value"]
KeyPath = tuple[str | int, ...]
Positions = dict[KeyPath, int]

MAX_BYTES: Final = 1024 * 1024
MAX_DEPTH: Final = 32

_PARSER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_CONSTANTS: Final[dict[str, bool | None]] = {"true": True, "false": False, "null": None, "~": None, "": None}
_NUMBER: Final = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})(\.[0-9]{1,18})?([eE][-+]?[0-9]{1,2})?")
_FORBIDDEN: Final = re.compile("[\0\ud800-\udfff]")


class Document(NamedTuple):
    """A value, and the 1-based line of every key path in it; the empty path is the document itself."""

    value: Value
    positions: Positions


def load(source: Path | str, name: str = "", *, max_bytes: int = MAX_BYTES) -> Document:
    """Read strict YAML from a file (`Path`) or from text (`str`).

    Args:
        source: where the YAML is, or the YAML itself.
        name: how errors call it; the path when empty.
        max_bytes: the largest size accepted, in UTF-8 bytes.
    Raises:
        KnowledgeError: not readable, or not strict YAML; names file and line.
    """
    name = name or (str(source) if isinstance(source, Path) else "text")
    text = _read(source, name, max_bytes) if isinstance(source, Path) else _sized(source, name, max_bytes)
    found = _FORBIDDEN.search(text)
    if found:
        line = text.count("\n", 0, found.start()) + 1
        raise KnowledgeError("holds a NUL or a lone surrogate; remove the character", name, line)
    return _Builder(name).build(text)


def line_of(positions: Positions, path: KeyPath) -> int:
    """Return the line of `path`, or of its nearest parent that exists."""
    while path and path not in positions:
        path = path[:-1]
    return positions.get(path, 1)


def dotted(path: KeyPath) -> str:
    """Write a key path the way people point at it: `topics[3].en.short`."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return "".join(parts).removeprefix(".")


def _read(path: Path, name: str, max_bytes: int) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(max_bytes + 1)
    except OSError as error:
        raise KnowledgeError(f"cannot be read ({error.strerror}); check that it exists", name) from error
    _refuse_large(len(data), name, max_bytes)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise KnowledgeError("is not UTF-8; save it as UTF-8", name, line) from error


def _sized(text: str, name: str, max_bytes: int) -> str:
    _refuse_large(len(text.encode("utf-8", "surrogatepass")), name, max_bytes)
    return text.removeprefix("\ufeff")


def _refuse_large(size: int, name: str, max_bytes: int) -> None:
    if size > max_bytes:
        raise KnowledgeError(f"is larger than {max_bytes // 1024} KiB; split it", name)


def _resolve(text: str) -> Value:
    """Give a plain scalar its type."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    number = _NUMBER.fullmatch(text)
    if number is None:
        return text
    return float(text) if number[1] or number[2] else int(text)


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


class _Open:
    """A collection that is being read: its value, its path, and the key that waits for a value."""

    __slots__ = ("key", "path", "value")

    def __init__(self, value: list[Value] | dict[str, Value], path: KeyPath) -> None:
        self.value = value
        self.path = path
        self.key: str | None = None


class _Builder:
    """Builds the value from parser events without recursion, so that depth cannot exhaust the stack."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._open: list[_Open] = []
        self._value: Value = None
        self._positions: Positions = {(): 1}
        self._documents = 0

    def build(self, text: str) -> Document:
        """Return the one document of `text`."""
        for event in self._events(text):
            self._take(event)
        return Document(self._value, self._positions)

    def _events(self, text: str) -> Iterator[yaml.Event]:
        try:
            yield from yaml.parse(text, Loader=_PARSER)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            is_deep = "nesting depth" in str(error.problem)  # newer parsers stop at a depth of their own
            problem = f"is nested deeper than {MAX_DEPTH} levels" if is_deep else f"is not YAML: {error.problem}"
            raise KnowledgeError(problem, self._name, mark.line + 1 if mark else 0) from error
        except yaml.reader.ReaderError as error:
            line = text.count("\n", 0, error.position) + 1 if isinstance(error.position, int) else 0
            raise KnowledgeError(f"is not YAML: {error.reason}", self._name, line) from error

    def _take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self._take_scalar(event)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._take_start(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._open.pop()
        elif isinstance(event, yaml.AliasEvent):
            raise self._error("uses an alias (*); write the value out", event)
        elif isinstance(event, yaml.DocumentStartEvent):
            self._take_document(event)

    def _take_document(self, event: yaml.DocumentStartEvent) -> None:
        self._documents += 1
        if self._documents > 1:
            raise self._error("holds several documents (---); keep one", event)
        if event.tags:
            raise self._error("declares tags; remove the %TAG line", event)

    def _take_scalar(self, event: yaml.ScalarEvent) -> None:
        self._refuse_marks(event)
        text = event.value
        if not text.isprintable() and _FORBIDDEN.search(text):
            raise self._error("holds a NUL or a lone surrogate; remove the character", event)
        value = _resolve(text) if event.implicit[0] else text
        inside = self._open[-1] if self._open else None
        if inside and isinstance(inside.value, dict) and inside.key is None:
            self._take_key(inside, inside.value, value, event)
        else:
            self._place(value, event)

    def _take_key(self, inside: _Open, mapping: dict[str, Value], key: Value, event: yaml.ScalarEvent) -> None:
        if not isinstance(key, str):
            raise self._error(f"key {event.value!r} is not text; put it in quotes", event)
        if key == "<<" and event.implicit[0]:
            raise self._error("uses a merge key (<<); write the keys out", event)
        path = (*inside.path, key)
        if key in mapping:
            first = self._positions[path]
            raise self._error(f"{dotted(path)} is given twice (first on line {first}); keep one", event)
        inside.key = key
        self._positions[path] = _line(event)

    def _take_start(self, event: yaml.CollectionStartEvent) -> None:
        self._refuse_marks(event)
        if len(self._open) >= MAX_DEPTH:
            raise self._error(f"is nested deeper than {MAX_DEPTH} levels", event)
        inside = self._open[-1] if self._open else None
        if inside and isinstance(inside.value, dict) and inside.key is None:
            raise self._error("a key is a list or a mapping; use text", event)
        value: list[Value] | dict[str, Value] = [] if isinstance(event, yaml.SequenceStartEvent) else {}
        self._open.append(_Open(value, self._place(value, event)))

    def _place(self, value: Value, event: yaml.Event) -> KeyPath:
        """Put a value where it belongs and return its path."""
        if not self._open:
            self._value = value
            return ()
        inside = self._open[-1]
        if isinstance(inside.value, list):
            path = (*inside.path, len(inside.value))
            inside.value.append(value)
            self._positions[path] = _line(event)
            return path
        key = inside.key or ""
        inside.value[key] = value
        inside.key = None
        return (*inside.path, key)

    def _refuse_marks(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
        if event.anchor is not None:
            raise self._error("uses an anchor (&); write the value out", event)
        if event.tag is not None:
            raise self._error(f"uses a tag ({event.tag}); remove it", event)

    def _error(self, message: str, event: yaml.Event) -> KnowledgeError:
        return KnowledgeError(message, self._name, _line(event))
