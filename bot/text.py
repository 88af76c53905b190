"""Text that people type: what is accepted, what is cleaned, and how long texts are split.

Source: Unicode UAX #9 (bidirectional controls), UAX #15 (NFKC), UAX #29 (grapheme clusters).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator

import regex

from bot.errors import UserInputError
from bot.i18n import Translator

MAX_BYTES_PER_CHAR = 4
_BIDI_OVERRIDES = regex.compile(r"[\u202A-\u202E\u2066-\u2069]")
_INVISIBLE = regex.compile(r"\p{Cf}")
_CONTROL = regex.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f]")
_MARK_FLOOD = regex.compile(r"(\p{M}{8})\p{M}+")
_ISOLATE_OPEN, _ISOLATE_CLOSE = "\u2066\u2067\u2068", "\u2069"
_EMBED_OPEN, _EMBED_CLOSE = "\u202a\u202b\u202d\u202e", "\u202c"


def fold(text: str) -> str:
    """Return `text` for comparing names: NFKC, case folded, format characters removed, spaces joined."""
    return " ".join(_INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).casefold().split())


def is_blank(text: str) -> bool:
    """Say whether nothing can be seen of `text`."""
    return not _INVISIBLE.sub("", text).strip()


def _refuse_unstorable(text: str, t: Translator, option: str) -> None:
    """Raise UserInputError for NUL and lone surrogates, which no database of ours may hold."""
    if "\x00" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise UserInputError(
            t("This text holds characters that cannot be stored."),
            t("Type it again without special characters."),
            option,
        )


def _refuse_long(text: str, limit: int, t: Translator, option: str) -> None:
    if len(text) > limit or len(text.encode()) > limit * MAX_BYTES_PER_CHAR:
        hint = t("It has {count} characters now.", count=len(text))
        raise UserInputError(t("This is too long: at most {limit} characters.", limit=limit), hint, option)


def clean_line(text: str, limit: int, t: Translator, option: str = "") -> str:
    """Return one line of typed text, cleaned.

    Bidirectional controls and control characters go; combining marks are cut after 8 in a row.

    Raises:
        UserInputError: a line break, NUL, a lone surrogate, or more than `limit` code points.
    """
    _refuse_unstorable(text, t, option)
    text = text.strip()
    if "\n" in text or "\r" in text or "\u2028" in text or "\u2029" in text:
        raise UserInputError(t("This must be one line."), t("Take out the line breaks."), option)
    text = _CONTROL.sub("", _BIDI_OVERRIDES.sub("", text)).replace("\t", " ")
    _refuse_long(text, limit, t, option)
    return "" if is_blank(text) else _MARK_FLOOD.sub(r"\1", text)


def clean_text(text: str, limit: int, t: Translator, option: str = "") -> str:
    """Return typed text of several lines, cleaned; bidirectional isolates are balanced.

    Raises:
        UserInputError: NUL, a lone surrogate, or more than `limit` code points.
    """
    _refuse_unstorable(text, t, option)
    text = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    _refuse_long(text, limit, t, option)
    return "" if is_blank(text) else _MARK_FLOOD.sub(r"\1", balanced(text))


def balanced(text: str) -> str:
    """Return `text` with every bidirectional embedding and isolate closed in its own line."""
    return "\n".join(_balanced_line(line) for line in text.split("\n"))


def _balanced_line(line: str) -> str:
    open_marks: list[str] = []
    for char in line:
        if char in _ISOLATE_OPEN:
            open_marks.append(_ISOLATE_CLOSE)
        elif char in _EMBED_OPEN:
            open_marks.append(_EMBED_CLOSE)
        elif open_marks and char == open_marks[-1]:
            open_marks.pop()
    return line + "".join(reversed(open_marks))


def utf16_units(text: str) -> int:
    """Return the length of `text` as JavaScript counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def split(text: str, limit: int, measure: Callable[[str], int] = len) -> list[str]:
    """Return `text` in parts of at most `limit` by `measure`, cut at lines, then words, then grapheme clusters."""
    return list(_parts(text, limit, measure)) or [""]


def _parts(text: str, limit: int, measure: Callable[[str], int]) -> Iterator[str]:
    while measure(text) > limit:
        head = _head(text, limit, measure)
        cut = _good_cut(head)
        yield text[:cut].rstrip()
        text = text[cut:].lstrip("\n ")
    if text:
        yield text


def _head(text: str, limit: int, measure: Callable[[str], int]) -> str:
    """Return the longest start of `text` within `limit` that ends between grapheme clusters (one at least)."""
    size, end = 0, 0
    for found in regex.finditer(r"\X", text):
        size += measure(found.group())
        if size > limit and end:
            break
        end = found.end()
    return text[:end]


def _good_cut(head: str) -> int:
    for mark in ("\n\n", "\n", " "):
        at = head.rfind(mark)
        if at > len(head) // 2:
            return at + len(mark)
    return len(head)
