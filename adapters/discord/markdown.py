"""Discord's markdown, written so that nothing becomes markup, mention, timestamp or link but what we mean.

Text comes out as pieces: a piece is a word, a space, a line break or a styled run, and a message may be cut between
any two of them. Source: Discord's "Markdown Text 101" and "Message Formatting" pages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from bot import markup
from bot.i18n import Translator
from bot.markup import Block, Span
from bot.reply import ChannelMention, Field, Mention, Moment, Section
from bot.text import split, utf16_units

MAX_PIECE = 900
MAX_STYLED = 300
_SPECIAL = re.compile(r"([\\*_~|`<>\[\]])")
_LINE_START = re.compile(r"(?m)^(\s*)(-?#{1,3}|[-+])(?=\s)")
_NUMBER_START = re.compile(r"(?m)^(\s*\d+)([.)])(?=\s)")
_SCHEME = re.compile(r"(?i)\b([a-z][a-z0-9+.-]*):(?=//)")
_TOKENS = re.compile(r"\n|[^\S\n]+|\S+")


def escape(text: str) -> str:
    """Return plain text so that Discord shows exactly that; addresses in it do not become links."""
    escaped = _SPECIAL.sub(r"\\\1", text)
    escaped = _NUMBER_START.sub(r"\1\\\2", _LINE_START.sub(r"\1\\\2", escaped))
    return _SCHEME.sub(r"\1\\:", escaped)


def _words(escaped: str) -> Iterator[str]:
    """Yield escaped text in pieces; a backslash stays with what it escapes."""
    for token in _TOKENS.findall(escaped):
        carried = ""
        for part in split(token, MAX_PIECE, utf16_units) if len(token) > MAX_PIECE // 2 else [token]:
            whole = carried + part
            carried = "\\" if (len(whole) - len(whole.rstrip("\\"))) % 2 else ""
            yield whole.removesuffix("\\") if carried else whole


def _styled(span: Span) -> Iterator[str]:
    mark = ("**" if span.bold else "") + ("*" if span.italic else "")
    for at, part in enumerate(split(span.text, MAX_STYLED, utf16_units)):
        if at:
            yield " "
        yield f"{mark}{escape(part)}{mark[::-1]}"


def _code(span: Span) -> Iterator[str]:
    if "``" in span.text or utf16_units(span.text) > MAX_STYLED:
        yield from _words(escape(span.text))
    else:
        fence, pad = ("``", " ") if "`" in span.text else ("`", "")
        yield f"{fence}{pad}{span.text}{pad}{fence}"


def _link(span: Span) -> Iterator[str]:
    """Yield a link that shows no preview; a label other than the address stays in front of it."""
    label = " ".join(span.text.split())
    if span.url.startswith("mailto:"):
        address = span.url.removeprefix("mailto:")
        shown = address if label in (address, span.url) else f"{label} ({address})"
        yield from _words(escape(shown))
    elif utf16_units(span.url) + utf16_units(label) > MAX_PIECE:
        yield from _words(escape(label if label == span.url else f"{label} ({span.url})"))
    elif label == span.url:
        yield f"<{span.url}>"
    else:
        yield f"[{escape(label)}](<{span.url}>)"


def span_pieces(span: Span) -> Iterator[str]:
    """Yield one run in its style."""
    if span.url:
        yield from _link(span)
    elif span.code:
        yield from _code(span)
    elif (span.bold or span.italic) and span.text.strip():
        yield from _styled(span)
    else:
        yield from _words(escape(span.text))


def plain_pieces(text: str) -> Iterator[str]:
    """Yield plain text; honest addresses in it become links."""
    for at, line in enumerate(text.split("\n")):
        if at:
            yield "\n"
        for block in markup.parse(markup.escape(line)):
            for span in block.spans:
                yield from span_pieces(span)


def _block_pieces(block: Block) -> Iterator[str]:
    indent = "> " if block.kind == "quote" else "  " if block.kind == "item" else ""
    if block.kind == "quote":
        yield "> "
    elif block.marker:
        yield "- " if block.marker == "•" else f"{block.marker} "
    for span in block.spans:
        for piece in span_pieces(span):
            yield piece
            if piece == "\n":
                yield indent


def markup_pieces(text: str) -> Iterator[str]:
    """Yield the text of a section."""
    before = ""
    for block in markup.parse(text):
        if before:
            yield from "\n" if before == block.kind != "paragraph" else "\n\n"
        yield from _block_pieces(block)
        before = block.kind


def moment_text(moment: Moment, t: Translator) -> str:
    """Return a time in the reader's own clock, and beside it as it was planned."""
    words = t.moment(moment.at.astimezone(ZoneInfo(moment.zone)))
    return f"<t:{int(moment.at.timestamp())}:F> ({escape(words)})"


def own_number(own_id: str) -> str:
    """Return the snowflake of an account or channel here, "" for one elsewhere."""
    platform, _, number = own_id.partition(":")
    return number if platform == "discord" and number.isdigit() else ""


def _value_pieces(value: str | Moment | Mention, t: Translator) -> Iterator[str]:
    if isinstance(value, Moment):
        yield moment_text(value, t)
    elif isinstance(value, Mention):
        number, mark = own_number(value.user_id), "#" if isinstance(value, ChannelMention) else "@"
        yield from [f"<{mark}{number}>"] if number else plain_pieces(value.name or value.user_id)
    else:
        yield from plain_pieces(value)


def _field_pieces(field: Field, t: Translator) -> Iterator[str]:
    yield from _styled(Span(f"{field.label}:", bold=True))
    yield " "
    yield from _value_pieces(field.value, t)


def _section_lines(section: Section, t: Translator) -> Iterator[list[str]]:
    if section.title:
        yield list(_styled(Span(" ".join(section.title.split()), bold=True)))
    if section.text:
        yield list(markup_pieces(section.text))
    for field in section.fields:
        yield list(_field_pieces(field, t))


def reply_pieces(summary: str, sections: Sequence[Section], t: Translator) -> list[str]:
    """Return everything that a reply says, in order: the summary, then section after section."""
    pieces = list(plain_pieces(summary))
    for section in sections:
        gap = ["\n", "\n"]
        for line in _section_lines(section, t):
            pieces += [*(gap if pieces else []), *line]
            gap = ["\n"]
    return pieces


def packed(pieces: Sequence[str], limits: Iterator[int]) -> list[str]:
    """Return the pieces as texts within `limits` (UTF-16 units), cut at a line break where one is near."""
    parts: list[str] = []
    limit, line = next(limits), list[str]()
    size = 0
    for piece in pieces:
        if size + utf16_units(piece) > limit and line:
            cut = _good_cut(line)
            parts.append("".join(line[:cut]).rstrip())
            line, limit = _without_space(line[cut:]), next(limits)
            size = sum(map(utf16_units, line))
        line.append(piece)
        size += utf16_units(piece)
    return [part for part in [*parts, "".join(line).rstrip()] if part]


def _good_cut(line: list[str]) -> int:
    for at in range(len(line) - 1, len(line) // 2, -1):
        if line[at] == "\n":
            return at + 1
    return len(line)


def _without_space(line: list[str]) -> list[str]:
    while line and not line[0].strip():
        line = line[1:]
    return line
