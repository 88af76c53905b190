"""Reply to Block Kit: pure, within the platform's limits. What is too long is split visibly, nothing is dropped.

What people typed travels in mrkdwn texts, escaped; the text beside the blocks says all of it once more, for
notifications and screen readers. Lengths count UTF-16 units, which are never fewer than what Slack counts.
Source: docs.slack.dev, reference/block-kit/blocks, reference/methods/chat.postMessage.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from adapters.slack.wire import escape, literal, theirs
from bot.i18n import Translator
from bot.markup import Span, parse
from bot.reply import Button, ChannelMention, Field, Mention, Moment, Reply, Section
from bot.text import split, utf16_units

MAX_SECTION = 2900  # 3000, less room for the marks around a run of text
MAX_FIELD = 1900  # 2000
MAX_FIELDS = 10
MAX_BUTTONS = 25
MAX_BLOCKS = 49  # 50, less the line that numbers the parts
MAX_TEXT = 3700  # under 4000, with that line
_PERSON = re.compile(r"[UW][A-Z0-9]{2,20}")
_CHANNEL = re.compile(r"[CG][A-Z0-9]{2,20}")
_WORD_END = re.compile(r"\w$")

Block = dict[str, Any]
Value = str | Moment | Mention


@dataclass(frozen=True, slots=True)
class Message:
    """One message: blocks, and the same as text."""

    text: str
    blocks: tuple[Block, ...]

    def body(self) -> dict[str, Any]:
        """Return what every posting method takes; nothing in it is unfurled or parsed for names."""
        return {
            "text": self.text,
            "blocks": list(self.blocks),
            "parse": "none",
            "unfurl_links": False,
            "unfurl_media": False,
        }

    def marked(self, block_id: str) -> Message:
        """Return the message with `block_id` on its first block."""
        first, *others = self.blocks
        return Message(self.text, ({**first, "block_id": block_id}, *others))


@dataclass(frozen=True, slots=True)
class _Piece:
    """One block and the words that stand for it in the text; "" where other words do already."""

    block: Block
    words: str


def render(reply: Reply, t: Translator) -> tuple[Message, ...]:
    """Return the messages that show `reply`: one, or several that say which part they are."""
    pieces = [_Piece(_mrkdwn(literal(part)), escape(part)) for part in split(reply.summary, MAX_SECTION, _literal_size)]
    numbers = iter(range(10_000))
    for section in reply.sections:
        pieces.extend(_section(section, numbers, t))
    parts = list(_packed(pieces))
    return tuple(_message(part, number, len(parts), t) for number, part in enumerate(parts, 1))


def _literal_size(text: str) -> int:
    return utf16_units(literal(text))


def _mrkdwn(text: str) -> Block:
    return {"type": "section", "text": _text(text)}


def _text(text: str) -> Block:
    return {"type": "mrkdwn", "text": text, "verbatim": True}  # verbatim: no names or addresses are looked for


def _message(pieces: Sequence[_Piece], number: int, count: int, t: Translator) -> Message:
    blocks = [piece.block for piece in pieces]
    words = [piece.words for piece in pieces if piece.words]
    if count > 1:
        note = t("Part {number} of {count}", number=number, count=count)
        blocks.append({"type": "context", "elements": [_text(note)]})
        words.append(note)
    return Message("\n".join(words) or "…", tuple(blocks))


def _packed(pieces: Iterable[_Piece]) -> Iterator[list[_Piece]]:
    """Yield the pieces in messages that keep both limits."""
    part: list[_Piece] = []
    size = 0
    for piece in pieces:
        more = utf16_units(piece.words) + 1
        if part and (len(part) >= MAX_BLOCKS or size + more > MAX_TEXT):
            yield part
            part, size = [], 0
        part.append(piece)
        size += more
    if part:
        yield part


def _section(section: Section, numbers: Iterator[int], t: Translator) -> Iterator[_Piece]:
    yield from _prose(section)
    for batch in _batches(section.fields, MAX_FIELDS):
        yield from _fields(batch, t)
    for buttons in _batches(section.buttons, MAX_BUTTONS):
        elements = [_button(one, next(numbers)) for one in buttons]
        yield _Piece({"type": "actions", "elements": elements}, "")


def _batches(items: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    return (items[at : at + size] for at in range(0, len(items), size))


def _prose(section: Section) -> Iterator[_Piece]:
    """Yield title and text; the words follow the blocks, so that a split message stays complete."""
    title = " ".join(section.title.split())
    if title:
        for part in split(title, MAX_SECTION, _literal_size):
            yield _Piece(_mrkdwn(f"*{literal(part)}*"), escape(part))
    for chunk, words in _chunks(section.text):
        yield _Piece(_mrkdwn(chunk), words)


@dataclass(slots=True)
class _Chunk:
    shown: str = ""
    words: str = ""

    def fits(self, shown: str) -> bool:
        return utf16_units(self.shown) + utf16_units(shown) <= MAX_SECTION

    def add(self, shown: str, words: str) -> None:
        self.shown += shown
        self.words += words


def _chunks(text: str) -> Iterator[tuple[str, str]]:
    """Yield the markup as mrkdwn of at most one section each, with the words of it."""
    chunk, last_kind = _Chunk(), ""
    for block in parse(text):
        runs = list(_runs(block.spans))
        prefix = f"{block.marker} " if block.marker else ">" if block.kind == "quote" else ""
        gap = "" if not chunk.shown else "\n" if block.kind == last_kind == "item" else "\n\n"
        last_kind = block.kind
        whole = gap + prefix + "".join(shown for shown, _ in runs)
        if chunk.shown and not chunk.fits(whole):
            yield chunk.shown, chunk.words
            chunk, gap = _Chunk(), ""
        chunk.add(gap + prefix, gap + prefix.replace(">", "&gt; "))
        for shown, words in runs:
            if not chunk.fits(shown):
                yield chunk.shown, chunk.words
                chunk = _Chunk()
            chunk.add(shown, words)
    if chunk.shown.strip():
        yield chunk.shown, chunk.words


def _runs(spans: Iterable[Span]) -> Iterator[tuple[str, str]]:
    """Yield mrkdwn and words of each run, none longer than a section; a mark inside a word gets an invisible gap."""
    before = ""
    for span in _joined(spans):
        for part in split(span.text, MAX_SECTION - 200, _literal_size) if _size_of(span) > MAX_SECTION else [span.text]:
            run = Span(part, span.bold, span.italic, span.code, span.url)
            shown = _run(run)
            gap = "\u200b" if shown[:1] in "*_`" and _WORD_END.search(before) else ""
            before = part
            yield gap + shown, escape(_words(run))


def _size_of(span: Span) -> int:
    return utf16_units(_run(span))


def _joined(spans: Iterable[Span]) -> Iterator[Span]:
    """Yield the spans with plain neighbours put together, so that marks are judged in their surroundings."""
    held: Span | None = None
    for span in spans:
        same = held and not (held.url or span.url or held.code or span.code)
        if held and same and (held.bold, held.italic) == (span.bold, span.italic):
            held = Span(held.text + span.text, held.bold, held.italic)
            continue
        if held:
            yield held
        held = span
    if held:
        yield held


def _run(span: Span) -> str:
    if span.url and utf16_units(span.url) < MAX_SECTION // 2:
        label = "" if span.text == span.url else "|" + escape(span.text).replace("\n", " ")
        return f"<{escape(span.url)}{label}>"
    if span.code and "`" not in span.text:
        return f"`{escape(span.text)}`"
    mark = ("*" if span.bold else "") + ("_" if span.italic else "")
    return "\n".join(_styled(line, mark) for line in literal(span.text).split("\n"))


def _styled(line: str, mark: str) -> str:
    """Return `line` between marks, which must touch its words."""
    inner = line.strip()
    return line.replace(inner, mark + inner + mark[::-1], 1) if mark and inner else line


def _words(span: Span) -> str:
    return span.text if not span.url or span.url == span.text else f"{span.text} ({span.url})"


def _fields(fields: Sequence[Field], t: Translator) -> Iterator[_Piece]:
    """Yield short fields side by side, long ones below each other."""
    shown = [f"*{literal(one.label)}*\n{_value(one.value, t)}" for one in fields]
    words = [f"{escape(one.label)}: {_words_of(one.value, t)}" for one in fields]
    if all(utf16_units(one) <= MAX_FIELD for one in shown) and sum(map(utf16_units, words)) < MAX_TEXT:
        yield _Piece({"type": "section", "fields": [_text(one) for one in shown]}, "\n".join(words))
        return
    for field in fields:
        yield from _long_field(field, t)


def _long_field(field: Field, t: Translator) -> Iterator[_Piece]:
    if isinstance(field.value, str):
        yield _Piece(_mrkdwn(f"*{literal(field.label)}*"), f"{escape(field.label)}:")
        for part in split(field.value, MAX_SECTION, _literal_size):
            yield _Piece(_mrkdwn(literal(part) or "—"), escape(part))
    else:
        words = f"{escape(field.label)}: {_words_of(field.value, t)}"
        yield _Piece(_mrkdwn(f"*{literal(field.label)}*\n{_value(field.value, t)}"), words)


def _value(value: Value, t: Translator) -> str:
    if isinstance(value, Moment):
        fallback = escape(_spoken(value, t)).replace("|", "/")
        return f"<!date^{int(value.at.timestamp())}^{{date_long_pretty}} {{time}}|{fallback}>"
    if isinstance(value, ChannelMention):
        return _channel(value) or literal(value.name or "—")
    if isinstance(value, Mention):
        person = theirs(value.user_id)
        return f"<@{person}>" if _PERSON.fullmatch(person) else literal(value.name or "—")
    return literal(value) or "—"


def _spoken(value: Value, t: Translator) -> str:
    if isinstance(value, Moment):
        return t.moment(value.at.astimezone(ZoneInfo(value.zone)))
    if isinstance(value, Mention):
        return value.name or "—"
    return value or "—"


def _words_of(value: Value, t: Translator) -> str:
    """Return a value as it stands in the text beside the blocks: there too Slack writes a channel's name for its id."""
    return (_channel(value) if isinstance(value, ChannelMention) else "") or escape(_spoken(value, t))


def _channel(value: ChannelMention) -> str:
    """Return the link to a channel, "" for one of another platform."""
    channel = theirs(value.user_id)
    return f"<#{channel}>" if _CHANNEL.fullmatch(channel) else ""


def _button(button: Button, number: int) -> Block:
    """Return a button; its id carries the action, numbered since ids must differ, and its value the argument."""
    element: Block = {
        "type": "button",
        "text": {"type": "plain_text", "text": button.label, "emoji": False},
        "action_id": f"{button.action}#{number}",
    }
    if button.argument:
        element["value"] = button.argument
    if button.style:
        element["style"] = button.style
    return element


def action_of(action_id: str) -> str:
    """Return the action's name in a button's id."""
    return action_id.rpartition("#")[0] or action_id
