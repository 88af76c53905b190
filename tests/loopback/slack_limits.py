"""What Slack would refuse in a body that we send: limits of messages, blocks, elements and modals.

Source: docs.slack.dev, reference/block-kit, reference/views/modal-views, reference/methods/chat.postMessage.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

MESSAGE_METHODS = {"chat.postMessage", "chat.postEphemeral", "chat.update", "response_url"}
BLOCK_TYPES = {"section", "header", "context", "actions", "divider", "input", "image", "rich_text"}
_LIVE = re.compile(r"<(?!(?:https?://|mailto:|@[UW][A-Z0-9]+>|#[CG][A-Z0-9]+>|!date\^))[^>]*>")


def problems(method: str, body: Mapping[str, Any]) -> list[str]:
    """Return every rule that `body` breaks, in words; empty when Slack would take it."""
    if method in MESSAGE_METHODS:
        return list(_message(body))
    if method == "views.open":
        return list(_modal(body.get("view") or {}))
    if method == "views.publish":
        return list(_home(body.get("view") or {}))
    return []


def _message(body: Mapping[str, Any]) -> Iterator[str]:
    text = str(body.get("text") or "")
    if not text:
        yield "no text beside the blocks"
    if len(text) >= 4000:
        yield f"text of {len(text)}"
    yield from _mrkdwn("text", text)
    if body.get("link_names"):
        yield "link_names is on"
    if body.get("parse") != "none":
        yield "parse is not none"
    if body.get("unfurl_links") is not False or body.get("unfurl_media") is not False:
        yield "links are unfurled"
    yield from _blocks(body.get("blocks") or [], 50)


def _blocks(blocks: list[Mapping[str, Any]], limit: int) -> Iterator[str]:
    if len(blocks) > limit:
        yield f"{len(blocks)} blocks"
    yield from _repeated("block_id", [one["block_id"] for one in blocks if "block_id" in one])
    yield from _repeated("action_id", [id_ for block in blocks for id_ in _action_ids(block)])
    for block in blocks:
        yield from _block(block)


def _repeated(what: str, ids: list[str]) -> Iterator[str]:
    yield from (f"{what} {id_!r} stands {count} times" for id_, count in Counter(ids).items() if count > 1)
    yield from (f"{what} of {len(id_)}" for id_ in ids if not 0 < len(id_) <= 255)


def _action_ids(block: Mapping[str, Any]) -> list[str]:
    elements = [*(block.get("elements") or []), *([block["element"]] if "element" in block else [])]
    return [one["action_id"] for one in elements if isinstance(one, dict) and "action_id" in one]


def _block(block: Mapping[str, Any]) -> Iterator[str]:
    match block.get("type"):
        case "section":
            yield from _section(block)
        case "actions":
            yield from _count("buttons", block["elements"], 25)
            for element in block["elements"]:
                yield from _button(element)
        case "context":
            yield from _count("context elements", block["elements"], 10)
            for element in block["elements"]:
                yield from _text("context", element, 2000)
        case "input":
            yield from _input(block)
        case unknown if unknown not in BLOCK_TYPES:
            yield f"unknown block {unknown!r}"


def _section(block: Mapping[str, Any]) -> Iterator[str]:
    if "text" not in block and "fields" not in block:
        yield "a section without text and fields"
    if "text" in block:
        yield from _text("section", block["text"], 3000)
    if "fields" in block:
        yield from _count("fields", block["fields"], 10)
        for one in block["fields"]:
            yield from _text("field", one, 2000)


def _count(what: str, items: list[Any], limit: int) -> Iterator[str]:
    if not 0 < len(items) <= limit:
        yield f"{len(items)} {what}"


def _text(what: str, text: Mapping[str, Any], limit: int) -> Iterator[str]:
    words = text["text"]
    if not 0 < len(words) <= limit:
        yield f"{what} of {len(words)}"
    if text["type"] == "mrkdwn":
        yield from _mrkdwn(what, words)
        if text.get("verbatim") is not True:
            yield f"{what} looks for names"
    elif text["type"] != "plain_text":
        yield f"{what} of type {text['type']!r}"


def _mrkdwn(what: str, words: str) -> Iterator[str]:
    for found in _LIVE.finditer(words):
        yield f"{what} holds a live {found.group()}"
    if re.search(r"&(?!(?:amp|lt|gt);)", words):
        yield f"{what} holds a bare &"


def _button(element: Mapping[str, Any]) -> Iterator[str]:
    yield from _text("button", element["text"], 75)
    if len(element.get("value", "x")) > 2000 or element.get("value") == "":
        yield "a button's value"
    if element.get("style", "primary") not in ("primary", "danger"):
        yield f"style {element['style']!r}"


def _modal(view: Mapping[str, Any]) -> Iterator[str]:
    for key in ("title", "submit", "close"):
        yield from _text(key, view[key], 24)
    if len(view.get("private_metadata", "")) > 3000:
        yield f"private_metadata of {len(view['private_metadata'])}"
    if not 0 < len(view.get("callback_id", "")) <= 255:
        yield "callback_id"
    yield from _blocks(view["blocks"], 100)


def _home(view: Mapping[str, Any]) -> Iterator[str]:
    if view.get("type") != "home":
        yield f"a Home tab of type {view.get('type')!r}"
    yield from _blocks(view["blocks"], 100)


def _input(block: Mapping[str, Any]) -> Iterator[str]:
    yield from _text("label", block["label"], 2000)
    if "hint" in block:
        yield from _text("hint", block["hint"], 2000)
    element = block["element"]
    if element["type"] == "plain_text_input":
        longest = element.get("max_length", 3000)
        if not 1 <= longest <= 3000 or len(element.get("initial_value", "")) > longest:
            yield f"max_length {longest}"
    elif element["type"] in ("static_select", "radio_buttons"):
        yield from _options(element, 10 if element["type"] == "radio_buttons" else 100)
    elif element["type"] != "users_select":
        yield f"unknown element {element['type']!r}"


def _options(element: Mapping[str, Any], limit: int) -> Iterator[str]:
    groups = [group["options"] for group in element.get("option_groups") or []] or [element["options"]]
    yield from _count("groups", groups, 100)
    for options in groups:
        yield from _count("options", options, limit)
        for option in options:
            yield from _text("option", option["text"], 75)
            if not 0 < len(option["value"]) <= 150:
                yield f"an option's value of {len(option['value'])}"
    initial = element.get("initial_option")
    if initial and not any(initial in options for options in groups):
        yield "initial_option is none of the options"
