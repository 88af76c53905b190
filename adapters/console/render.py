"""Answers as lines of a terminal: pure, with styles that plain text leaves out.

Whatever people typed or records hold passes through `visible`, so that nothing on its way to the terminal can move
the cursor, clear the screen or write over other lines.
Source: ECMA-48, sections 5.2 to 5.4 (control functions); Unicode Standard Annex 9 (bidirectional controls).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import tzinfo

from bot.i18n import Translator
from bot.markup import Block, Span, parse
from bot.reply import Attachment, Button, Field, Mention, Moment, Reply, Section

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_BREAK = re.compile(r"\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
_READABLE = ("text/", "application/json")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text in one style: "", or rich's names such as "bold" and "cyan"."""

    text: str
    style: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line; `marker` stands before its text, and the text wraps behind it."""

    pieces: tuple[Piece, ...] = ()
    marker: str = ""

    @property
    def plain(self) -> str:
        return (self.marker + "".join(piece.text for piece in self.pieces)).rstrip()


@dataclass(frozen=True, slots=True)
class Shown:
    """A rendered answer: its lines, and its buttons in the order of their numbers."""

    lines: tuple[Line, ...]
    buttons: tuple[Button, ...]


def visible(text: str) -> str:
    """Return one line of `text` in which every control character shows as a sign and does nothing."""
    return _CONTROL.sub(_sign, _BIDI.sub("", text.replace("\t", "    ")))


def _sign(found: re.Match[str]) -> str:
    code = ord(found.group())
    if code == 0x7F:
        return "\u2421"
    return chr(0x2400 + code) if code < 0x20 else f"\\x{code:02x}"


def rows(text: str) -> tuple[str, ...]:
    """Return the lines of `text`, each made visible."""
    return tuple(visible(row) for row in _BREAK.split(text))


def written(text: str, style: str = "", marker: str = "") -> tuple[Line, ...]:
    """Return plain text as lines in one style."""
    return tuple(Line((Piece(row, style),), marker) for row in rows(text))


def shown(reply: Reply, t: Translator, zone: tzinfo, first: int = 1) -> Shown:
    """Return a reply as lines, its buttons numbered from `first`."""
    parts = [list(written(reply.summary, "bold"))] if reply.summary else []
    buttons: list[Button] = []
    for section in reply.sections:
        parts.append(list(_section(section, t, zone, first + len(buttons))))
        buttons += section.buttons
    parts += [list(_attachment(one, t)) for one in reply.attachments]
    return Shown(tuple(_parted(parts)), tuple(buttons))


def _parted(parts: Iterable[list[Line]]) -> Iterator[Line]:
    """Yield the lines of all parts, an empty line between two."""
    filled = [part for part in parts if part]
    for number, part in enumerate(filled):
        if number:
            yield Line()
        yield from part


def _section(section: Section, t: Translator, zone: tzinfo, first: int) -> Iterator[Line]:
    if section.title:
        yield from written(section.title, "bold cyan")
    yield from marked_up(section.text)
    for one in section.fields:
        yield from _field(one, t, zone)
    for number, button in enumerate(section.buttons, first):
        yield from _button(number, button)


def _field(one: Field, t: Translator, zone: tzinfo) -> Iterator[Line]:
    label = f"{visible(one.label)}: "
    first, *others = rows(_value(one.value, t, zone))
    yield Line((Piece(label, "cyan"), Piece(first)))
    for row in others:
        yield Line((Piece(row),), "  ")


def _value(value: str | Moment | Mention, t: Translator, zone: tzinfo) -> str:
    """Return a field's value in words; a moment in the reader's own time, with weekday, zone and offset."""
    if isinstance(value, Moment):
        return t.moment(value.at.astimezone(zone))
    if isinstance(value, Mention):
        return value.name or value.user_id
    return value


def _button(number: int, button: Button) -> Iterator[Line]:
    style = "red" if button.style == "danger" else "green"
    marker = f"[{number}] "
    for row in rows(button.label):
        yield Line((Piece(row, style),), marker)
        marker = " " * len(marker)


def marked_up(text: str) -> Iterator[Line]:
    """Yield the lines of markup; an empty line parts paragraphs."""
    before = ""
    for block in parse(text):
        if before and "paragraph" in (before, block.kind):
            yield Line()
        yield from _block(block)
        before = block.kind


def _block(block: Block) -> Iterator[Line]:
    marker = f"{block.marker} " if block.marker else "> " if block.kind == "quote" else ""
    for row in _split(block.spans):
        yield Line(row, marker)
        marker = marker if block.kind == "quote" else " " * len(marker)


def _split(spans: Iterable[Span]) -> Iterator[tuple[Piece, ...]]:
    """Yield the pieces of each line."""
    row: list[Piece] = []
    for piece in (piece for span in spans for piece in _pieces(span)):
        first, *others = rows(piece.text)
        row.append(Piece(first, piece.style))
        for other in others:
            yield tuple(row)
            row = [Piece(other, piece.style)]
    yield tuple(row)


def _pieces(span: Span) -> Iterator[Piece]:
    """Yield a span's text in its style; a link's address is always to be seen."""
    named = {"bold": span.bold, "italic": span.italic, "cyan": span.code}
    style = " ".join(name for name, is_set in named.items() if is_set)
    if not span.url:
        yield Piece(span.text, style)
    elif span.url == span.text:
        yield Piece(span.url, "underline")
    else:
        yield Piece(span.text, style)
        yield Piece(" (")
        yield Piece(span.url, "underline")
        yield Piece(")")


def _attachment(one: Attachment, t: Translator) -> Iterator[Line]:
    """Yield a file's name and size, and what it holds when that is text."""
    yield from written(t("File: {name} ({count} bytes)", name=one.name, count=len(one.content)), "cyan")
    if one.media_type.startswith(_READABLE):
        yield from written(one.content.decode(errors="replace").rstrip("\n"), marker="  ")
