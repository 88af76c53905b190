"""A cursor over strict YAML that turns values into the types asked for and collects what is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, TypeVar

from rapidfuzz import fuzz, process

from knowledge.errors import KnowledgeError
from knowledge.normalize import LANGS, Lang
from knowledge.strict_yaml import Document, KeyPath, Positions, Value, dotted, line_of

T = TypeVar("T")
L = TypeVar("L", bound=str)

_ID: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LINK: Final = re.compile(r"\]\(\s*([^)\s]*)")
_BARE_LINK: Final = re.compile(r"\bhttp://\S+")
_NAMES: Final[dict[type, str]] = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    type(None): "empty",
    list: "a list",
    dict: "a mapping",
}


class Absent:
    """Stands where a key is missing: the lack is reported once, by `Cursor.fields`."""


ABSENT: Final = Absent()


@dataclass(slots=True)
class Findings:
    """What reading has met: errors, and the names that have to exist once everything is read."""

    errors: list[KnowledgeError] = field(default_factory=list)
    source_uses: list[tuple[str, Cursor]] = field(default_factory=list)
    topic_uses: list[tuple[str, Cursor]] = field(default_factory=list)
    theme_uses: list[tuple[str, Cursor]] = field(default_factory=list)
    variants: list[tuple[str, str, Cursor]] = field(default_factory=list)  # topic id, text, place
    uncovered: list[tuple[str, Cursor]] = field(default_factory=list)  # questions that no topic answers
    prose: list[tuple[str, Cursor]] = field(default_factory=list)  # what answers say
    ids: dict[str, dict[str, Cursor]] = field(default_factory=dict)  # by kind of thing

    def claim(self, kind: str, name: str, place: Cursor) -> None:
        """Note that `name` is taken, or report that it was."""
        first = self.ids.setdefault(kind, {}).setdefault(name, place)
        if first is not place:
            place.report(f"{name!r} is taken already ({first.file}:{first.line}); choose another")


@dataclass(frozen=True, slots=True)
class Cursor:
    """A value inside a file, its key path, and where to report."""

    value: Value | Absent
    path: KeyPath
    file: str
    positions: Positions
    findings: Findings

    @classmethod
    def top(cls, document: Document, file: str, findings: Findings) -> Cursor:
        """Return the cursor at the top of a document."""
        return cls(document.value, (), file, document.positions, findings)

    @property
    def line(self) -> int:
        """The 1-based line of the value."""
        return line_of(self.positions, self.path)

    def report(self, message: str) -> None:
        """Collect an error about this value; `message` follows its key path."""
        where = dotted(self.path)
        self.findings.errors.append(KnowledgeError(f"{where} {message}" if where else message, self.file, self.line))

    def wrong(self, wanted: str) -> None:
        """Report that the value is not what is wanted; an absent one was reported before."""
        if not isinstance(self.value, Absent):
            self.report(f"is {_NAMES[type(self.value)]}; write {wanted}")

    def at(self, key: str) -> Cursor:
        """Return the cursor at a key of this mapping, absent where it is not there."""
        inner = self.value.get(key, ABSENT) if isinstance(self.value, dict) else ABSENT
        return Cursor(inner, (*self.path, key), self.file, self.positions, self.findings)

    def has(self, key: str) -> bool:
        """Tell whether this is a mapping with `key`."""
        return isinstance(self.value, dict) and key in self.value

    def fields(self, required: Iterable[str], optional: Iterable[str] = ()) -> Cursor:
        """Check the keys of this mapping and return it: unknown and missing ones are errors."""
        required, known = tuple(required), {*required, *optional}
        if not isinstance(self.value, dict):
            self.wrong(f"a mapping with {', '.join(required)}")
            return self
        for key in self.value.keys() - known:
            self.at(key).report(f"is not a known key; {_suggest(key, known)}")
        for key in required:
            if key not in self.value:
                self.at(key).report("is missing; add it")
        return self

    def items(self, minimum: int = 1) -> list[Cursor]:
        """Return a cursor for each item of this list of at least `minimum` items."""
        if not isinstance(self.value, list):
            self.wrong("a list")
            return []
        if len(self.value) < minimum:
            self.report(f"has {len(self.value)} items; give at least {minimum}")
        return [
            Cursor(item, (*self.path, place), self.file, self.positions, self.findings)
            for place, item in enumerate(self.value)
        ]

    def text(self, max_words: int = 0, max_chars: int = 4000) -> str:
        """Return this text, stripped and not empty; its links must be https."""
        if not isinstance(self.value, str):
            self.wrong("text (in quotes if it looks like something else)")
            return ""
        text = self.value.strip()
        if not text:
            self.report("is empty; write it")
        if max_words and len(text.split()) > max_words:
            self.report(f"has {len(text.split())} words; at most {max_words} are allowed")
        if len(text) > max_chars:
            self.report(f"has {len(text)} characters; at most {max_chars} are allowed")
        self._check_links(text)
        return text

    def _check_links(self, text: str) -> None:
        links = [link for link in _LINK.findall(text) if not link.startswith("https://")]
        for link in links or _BARE_LINK.findall(text):
            self.report(f"links to {link!r}; use an https:// address")

    def prose(self, max_words: int = 0) -> str:
        """Return this text, which an answer says; how hard it reads can be looked at later."""
        text = self.text(max_words)
        self.findings.prose.append((text, self))
        return text

    def text_or_none(self) -> str | None:
        """Return this text, or None where the value is null or absent."""
        return None if self.value is None or isinstance(self.value, Absent) else self.text()

    def whole(self, low: int, high: int) -> int:
        """Return this whole number between `low` and `high`."""
        if isinstance(self.value, bool) or not isinstance(self.value, int):
            self.wrong(f"a whole number from {low} to {high}")
            return low
        if not low <= self.value <= high:
            self.report(f"is {self.value}; it must be from {low} to {high}")
        return self.value

    def one_of(self, options: tuple[L, ...]) -> L:
        """Return this text, which must be one of `options`."""
        text = self.text()
        for option in options:
            if option == text:
                return option
        if text:
            self.report(f"is {text!r}; use one of {', '.join(options)}")
        return options[0]

    def slug(self) -> str:
        """Return this id: lower-case letters, digits and single dashes."""
        text = self.text()
        if text and not _ID.fullmatch(text):
            self.report(f"is {text!r}; use lower-case letters, digits and single dashes")
        return text

    def day(self) -> date:
        """Return this `YYYY-MM-DD` text as a date."""
        text = self.text()
        try:
            return date.fromisoformat(text if len(text) == 10 else "")
        except ValueError:
            if text:
                self.report(f"is {text!r}; write a date as YYYY-MM-DD")
            return date.min

    def per_language(self, read: Callable[[Cursor], T]) -> Mapping[Lang, T]:
        """Return what `read` makes of `en` and of `es`, both of which must be there."""
        return {lang: read(self.at(lang)) for lang in LANGS}


def _suggest(key: str, known: Iterable[str]) -> str:
    near = process.extractOne(key, sorted(known), scorer=fuzz.ratio, score_cutoff=60)
    return f"did you mean {near[0]!r}?" if near else "remove it"
