"""Reply and Form as Discord's payloads: pure, within the platform's limits.

A message carries its whole text as content, so that notifications and screen readers have all of it. What goes beyond
2000 characters continues in embeds of the same message, and beyond those in further messages; each part says so.
Source: Discord's documentation, resources/message (content 2000, embeds 6000 together, description 4096) and
components/reference (5 rows of 5 buttons, label 80, custom id 100, modal of 5 components).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, cycle
from typing import Any

from adapters.discord.custom_ids import button_id
from adapters.discord.markdown import escape, own_number, packed, reply_pieces
from bot.i18n import Translator
from bot.reply import Attachment, Button, ChannelMention, Mention, Reply, Section
from bot.text import utf16_units

MAX_CONTENT = 2000
MAX_LABEL = 80
MAX_ROW, MAX_BUTTONS = 5, 25
MAX_FILES = 10
_PART_LINE = 60  # "Part 2 of 3" in front of a content
_CAPACITY = (MAX_CONTENT - _PART_LINE, 3900, 1900)  # content and two embeds, together below 6000 in the embeds
_STYLES = {"": 2, "primary": 1, "danger": 4}
EPHEMERAL = 1 << 6


@dataclass(frozen=True, slots=True)
class Message:
    """One message: the JSON body, and the files that go with it."""

    payload: dict[str, Any]
    files: tuple[Attachment, ...] = ()


def messages(reply: Reply, t: Translator, *, key: str = "", notifies: bool = False) -> tuple[Message, ...]:
    """Return the messages that show all of `reply`, one in nearly every case.

    Args:
        key: marks the message's buttons, so that it can be found again.
        notifies: whether people in typed mentions hear of it; nobody else ever does.
    """
    parts = list(batched_texts(packed(reply_pieces(reply.summary, reply.sections, t), cycle(_CAPACITY))))
    rows = list(_rows(reply.sections, key))
    shelves = [rows[at : at + MAX_ROW] for at in range(0, len(rows), MAX_ROW)]
    files = [reply.attachments[at : at + MAX_FILES] for at in range(0, len(reply.attachments), MAX_FILES)]
    count = max(len(parts), len(shelves), len(files), 1)
    texts = parts + [()] * (count - len(parts))
    shelves = [[]] * (count - len(shelves)) + shelves
    files = files + [()] * (count - len(files))
    users = _mentioned(reply.sections) if notifies else []
    return tuple(
        Message(_payload(_numbered(texts[at], at, count, t), shelves[at], users, t), tuple(files[at]))
        for at in range(count)
    )


def single(reply: Reply, t: Translator, *, key: str = "", notifies: bool = False) -> Message:
    """Return one message that shows all of `reply`, for what must be edited later; a long rest goes into a file.

    Raises:
        ValueError: more than 25 buttons or 9 files, which no single message holds.
    """
    first, *rest = messages(reply, t, key=key, notifies=notifies)
    if not rest:
        return first
    rows = [row for one in (first, *rest) for row in one.payload["components"]]
    if len(rows) > MAX_ROW or len(reply.attachments) >= MAX_FILES:
        raise ValueError("a message that is edited later holds at most 25 buttons and 9 files")
    text = "".join(reply_pieces(reply.summary, reply.sections, t))
    whole = Attachment("full-text.md", text.encode(), "text/markdown")
    return Message(first.payload | {"components": rows}, (whole, *reply.attachments))


def batched_texts(texts: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Yield the texts message by message: a content and its embeds."""
    for at in range(0, len(texts), len(_CAPACITY)):
        yield tuple(texts[at : at + len(_CAPACITY)])


def _numbered(texts: tuple[str, ...], at: int, count: int, t: Translator) -> tuple[str, ...]:
    if count == 1:
        return texts
    part = f"*{escape(t('Part {part} of {count}', part=at + 1, count=count))}*"
    first, *rest = texts or ("",)
    return (f"{part}\n{first}".strip(), *rest)


def _payload(texts: tuple[str, ...], rows: list[dict[str, Any]], users: list[str], t: Translator) -> dict[str, Any]:
    content, *rest = texts or ("",)
    titles = chain((t("(continued)"),), cycle(("",)))
    embeds = [
        {"title": title, "description": text} if title else {"description": text}
        for title, text in zip(titles, rest, strict=False)
    ]
    allowed: dict[str, Any] = {"parse": [], "replied_user": False}
    if users:
        allowed["users"] = users
    return {"content": content, "embeds": embeds, "components": rows, "allowed_mentions": allowed}


def as_reply(message: Message, number: str, *, notifies: bool = False) -> Message:
    """Return the message as a reply to another one; a plain message where that one is gone.

    Args:
        notifies: whether whoever wrote the other one hears of it.
    """
    allowed = message.payload["allowed_mentions"] | {"replied_user": notifies}
    reference = {"message_id": number, "fail_if_not_exists": False}
    return replace(message, payload=message.payload | {"message_reference": reference, "allowed_mentions": allowed})


def _mentioned(sections: Iterable[Section]) -> list[str]:
    values = [field.value for section in sections for field in section.fields]
    people = [one for one in values if isinstance(one, Mention) and not isinstance(one, ChannelMention)]
    numbers = (own_number(one.user_id) for one in people)
    return list(dict.fromkeys(number for number in numbers if number))[:100]


def _rows(sections: Sequence[Section], key: str) -> Iterator[dict[str, Any]]:
    """Yield rows of buttons; each section begins a row while five rows are enough."""
    labelled = [_labelled(section, _repeated(sections)) for section in sections if section.buttons]
    if sum(-(-len(group) // MAX_ROW) for group in labelled) > MAX_ROW:
        labelled = [list(chain.from_iterable(labelled))]
    used: Counter[str] = Counter()
    for group in labelled:
        for at in range(0, len(group), MAX_ROW):
            yield {"type": 1, "components": [_button(one, key, used) for one in group[at : at + MAX_ROW]]}


def _repeated(sections: Sequence[Section]) -> frozenset[str]:
    """Return the labels that stand on buttons of more than one section."""
    counted = Counter(chain.from_iterable({one.label for one in section.buttons} for section in sections))
    return frozenset(label for label, count in counted.items() if count > 1)


def _labelled(section: Section, repeated: frozenset[str]) -> list[tuple[str, Button]]:
    """Return label and button; a label that others share tells its section, since buttons stand below all text."""
    return [
        (_qualified(section.title, one.label) if one.label in repeated else one.label, one) for one in section.buttons
    ]


def _qualified(title: str, label: str) -> str:
    room = MAX_LABEL - utf16_units(label) - 2
    if not title or room < 8:
        return label
    return f"{shortened(title, room)}: {label}"


def shortened(text: str, limit: int) -> str:
    """Return one line of at most `limit` UTF-16 units; an ellipsis shows that something was cut."""
    text = " ".join(text.split())
    while utf16_units(text) > limit:
        text = text.rstrip("…")[:-1].rstrip() + "…"
    return text


def _button(labelled: tuple[str, Button], key: str, used: Counter[str]) -> dict[str, Any]:
    label, button = labelled
    plain = button_id(button.action, button.argument, key)
    used[plain] += 1
    custom_id = button_id(button.action, button.argument, key, used[plain] - 1)
    return {
        "type": 2,
        "style": _STYLES.get(button.style, 2),
        "label": shortened(label, MAX_LABEL),
        "custom_id": custom_id,
    }
