"""The markup of `Section.text`: bold, italic, link, code, list, quote. Parsed by markdown-it-py.

Anything else (headings, HTML, spoilers, images) stays literal text. Links other than http, https and mailto, links
that carry user information, and labels that look like another address are shown with their true address.
Source: CommonMark 0.31, the subset named in docs/architecture.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token


class _Parser(MarkdownIt):
    """Lets every link through to `safe_url`, so that a refused one is shown as text and not lost."""

    def validateLink(self, url: str) -> bool:  # noqa: N802, ARG002 - the library's own name
        return True


_PARSER = _Parser("zero").enable(["emphasis", "link", "backticks", "escape", "entity", "newline", "list", "blockquote"])
_SPECIAL = re.compile(r"([\\`*_\[\]()<>&#+\-.!~|])")
_LOOKS_LIKE_ADDRESS = re.compile(r"(?i)\b(?:https?://|www\.)?((?:[a-z0-9-]+\.)+[a-z]{2,})(?=[/:?#\s]|$)")
_BARE_ADDRESS = re.compile(r"(?i)\bhttps?://[^\s<>\"]+[^\s<>\".,;:!?)\]}'*_`]")


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text in one style; `url` is set for links."""

    text: str
    bold: bool = False
    italic: bool = False
    code: bool = False
    url: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph or list item. `kind` is "paragraph", "item" or "quote"; `marker` is "•" or "1." for items."""

    kind: str
    spans: tuple[Span, ...]
    marker: str = ""


def escape(text: str) -> str:
    """Return what a person typed as markup that shows exactly that text."""
    escaped = _SPECIAL.sub(r"\\\1", text)
    return re.sub(r"(?m)^(\s*\d+)([.)])", r"\1\\\2", escaped)


def safe_url(url: str) -> str:
    """Return `url` when it may become a link, else "".

    Only http, https and mailto; no user information, no control characters. The host comes back in its ASCII form.
    """
    try:
        parts = urlsplit(url.strip())
        host = parts.hostname or ""
    except ValueError:
        return ""
    if parts.scheme == "mailto":
        return "" if re.search(r"[\s<>]", url) else url.strip()
    if parts.scheme not in ("http", "https") or not host or parts.username is not None or re.search(r"[\s<>|]", url):
        return ""
    try:
        ascii_host = host.encode("idna").decode("ascii")
    except UnicodeError:
        return ""
    return url.strip().replace(host, ascii_host, 1) if ascii_host != host else url.strip()


def _misleads(label: str, url: str) -> bool:
    """Say whether a link's label looks like an address on another host."""
    found = _LOOKS_LIKE_ADDRESS.search(label)
    if not found:
        return False
    shown, true = found.group(1).lower(), (urlsplit(url).hostname or "").lower()
    return shown.removeprefix("www.") != true.removeprefix("www.")


@dataclass(slots=True)
class _Style:
    bold: int = 0
    italic: int = 0
    href: str = ""
    label: list[Span] = field(default_factory=list)


def _linked(style: _Style) -> Iterator[Span]:
    """Yield a finished link: live and honest, or as plain text with its address."""
    label = "".join(span.text for span in style.label)
    url = safe_url(style.href)
    if url and not _misleads(label, url):
        first = style.label[0] if style.label else Span("")
        yield Span(label or url, first.bold, first.italic, url=url)
        return
    yield Span(label)
    if url:
        yield Span(" (")
        yield Span(url, url=url)
        yield Span(")")
    elif style.href:
        yield Span(f" ({style.href})")


def _with_addresses(span: Span) -> Iterator[Span]:
    """Yield a plain run with the bare addresses in it turned into links."""
    at = 0
    for found in _BARE_ADDRESS.finditer(span.text):
        url = safe_url(found.group())
        if url:
            yield from _run(span, span.text[at : found.start()])
            yield Span(url, span.bold, span.italic, url=url)
            at = found.end()
    yield from _run(span, span.text[at:])


def _run(span: Span, text: str) -> Iterator[Span]:
    if text:
        yield Span(text, span.bold, span.italic)


def _spans(tokens: list[Token]) -> Iterator[Span]:
    style = _Style()
    for token in tokens:
        for span in _one(token, style):
            if style.href and token.type != "link_close":
                style.label.append(span)
            elif span.code or span.url:
                yield span
            else:
                yield from _with_addresses(span)


def _one(token: Token, style: _Style) -> Iterator[Span]:
    match token.type:
        case "strong_open" | "strong_close":
            style.bold += 1 if token.nesting == 1 else -1
        case "em_open" | "em_close":
            style.italic += 1 if token.nesting == 1 else -1
        case "link_open":
            style.href, style.label = str(token.attrs.get("href", "")), []
        case "link_close":
            spans = list(_linked(style))
            style.href = ""
            yield from spans
        case "code_inline":
            yield Span(token.content, code=True)
        case "softbreak" | "hardbreak":
            yield Span("\n")
        case _:
            if token.content:
                yield Span(token.content, style.bold > 0, style.italic > 0)


def parse(text: str) -> tuple[Block, ...]:
    """Return the blocks of `text` in order; never raises, whatever people typed."""
    blocks: list[Block] = []
    quotes, lists, marker = 0, [], ""
    for token in _PARSER.parse(text):
        match token.type:
            case "blockquote_open" | "blockquote_close":
                quotes += token.nesting
            case "bullet_list_open" | "ordered_list_open":
                lists.append(0 if token.type.startswith("ordered") else -1)
            case "bullet_list_close" | "ordered_list_close":
                lists.pop()
            case "list_item_open":
                marker = _marker(lists, token)
            case "inline":
                kind = "item" if lists else "quote" if quotes else "paragraph"
                blocks.append(Block(kind, tuple(_spans(token.children or [])), marker if lists else ""))
                marker = ""
    return tuple(blocks)


def _marker(lists: list[int], token: Token) -> str:
    return f"{token.info}." if lists[-1] >= 0 else "•"


def plain(text: str) -> str:
    """Return `text` without markup: what a screen reader or a notification says."""
    return "\n".join(_plain_block(block) for block in parse(text))


def _plain_block(block: Block) -> str:
    words = "".join(s.text if not s.url or s.url == s.text else f"{s.text} ({s.url})" for s in block.spans)
    return f"{block.marker} {words}" if block.marker else words
