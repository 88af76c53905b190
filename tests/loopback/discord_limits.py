"""Discord's limits that its OpenAPI description does not hold: what is wrong with a body, in words.

Lengths are counted in UTF-16 units, the stricter of the ways in which Discord may count.
Source: Discord's documentation, resources/message, components/reference, interactions/application-commands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

_COMMAND_NAME = re.compile(r"[-_'\w]{1,32}")
V2 = 1 << 15


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _over(what: str, text: str, limit: int) -> Iterator[str]:
    if units(text) > limit:
        yield f"{what} has {units(text)} of {limit} characters"


def message_problems(body: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with a message that is posted, edited or sent as a follow-up."""
    return [
        *_text_problems(body),
        *_embed_problems(body.get("embeds") or []),
        *_row_problems(body.get("components") or []),
    ]


def _text_problems(body: Mapping[str, Any]) -> Iterator[str]:
    yield from _over("content", body.get("content") or "", 2000)
    if not any(body.get(part) for part in ("content", "embeds", "components", "attachments", "files")):
        yield "an empty message"
    allowed = body.get("allowed_mentions")
    if allowed is None:
        yield "no allowed_mentions: everything would be notified"
    elif allowed.get("parse") != [] or allowed.get("roles"):
        yield f"allowed_mentions notifies groups: {allowed}"
    if units(str(body.get("nonce") or "")) > 25:
        yield "a nonce over 25 characters"
    if body.get("flags", 0) & V2 and (body.get("content") or body.get("embeds")):
        yield "content or embeds beside components version 2"


def _embed_problems(embeds: list[Mapping[str, Any]]) -> Iterator[str]:
    if len(embeds) > 10:
        yield f"{len(embeds)} embeds"
    total = 0
    for embed in embeds:
        yield from _over("an embed's title", embed.get("title") or "", 256)
        yield from _over("an embed's description", embed.get("description") or "", 4096)
        total += units(embed.get("title") or "") + units(embed.get("description") or "")
        if not (embed.get("title") or embed.get("description")):
            yield "an empty embed"
    if total > 6000:
        yield f"embeds have {total} of 6000 characters together"


def _row_problems(rows: list[Mapping[str, Any]]) -> Iterator[str]:
    if len(rows) > 5:
        yield f"{len(rows)} action rows"
    ids = [one["custom_id"] for row in rows for one in row["components"] if "custom_id" in one]
    if len(ids) != len(set(ids)):
        yield f"a custom id twice: {ids}"
    for row in rows:
        if not 1 <= len(row["components"]) <= 5:
            yield f"a row of {len(row['components'])}"
        for one in row["components"]:
            yield from _over("a button's label", one.get("label") or "", 80)
            yield from _over("a custom id", one.get("custom_id") or "", 100)
            if not one.get("label"):
                yield "a button without a label"


def modal_problems(data: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with a form."""
    return list(_modal_problems(data))


def _modal_problems(data: Mapping[str, Any]) -> Iterator[str]:
    yield from _over("a form's title", data["title"], 45)
    yield from _over("a form's custom id", data["custom_id"], 100)
    if not 1 <= len(data["components"]) <= 5:
        yield f"a form of {len(data['components'])} components"
    for label in data["components"]:
        if label["type"] == 18:
            yield from _label_problems(label)


def _label_problems(label: Mapping[str, Any]) -> Iterator[str]:
    yield from _over("a label", label["label"], 45)
    yield from _over("a label's description", label.get("description") or "", 100)
    one = label["component"]
    value, room = one.get("value") or "", one.get("max_length", 4000)
    if units(value) > room or room > 4000:
        yield f"a text input holds {units(value)} of {room}"
    if one["type"] == 3:
        chosen = [option for option in one["options"] if option.get("default")]
        if len(chosen) > one["max_values"] or len(one["options"]) > 25:
            yield "too many options, or too many chosen"
        if one.get("required") and one.get("min_values") == 0:
            yield "a required select without a least number"


def command_problems(commands: list[Mapping[str, Any]]) -> list[str]:
    """Return what is wrong with a list of commands."""
    problems = [f"{len(commands)} commands"] if len(commands) > 100 else []
    problems += _sibling_problems(commands)
    for command in commands:
        if sum(_size(command)) > 8000:
            problems.append(f"{command['name']} has {sum(_size(command))} of 8000 characters")
        problems += _option_problems(command)
    return problems


def _sibling_problems(siblings: list[Mapping[str, Any]]) -> Iterator[str]:
    for locale in ("", "es-ES", "es-419"):
        names = [one["name_localizations"].get(locale, one["name"]) for one in siblings]
        if len(names) != len(set(names)):
            yield f"names stand twice in {locale or 'English'}: {names}"
        for name in names:
            if not _COMMAND_NAME.fullmatch(name) or name != name.lower():
                yield f"not a name: {name!r}"
    if len(siblings) > 25 and "required" in siblings[0]:
        yield f"{len(siblings)} options"


def _option_problems(command: Mapping[str, Any]) -> Iterator[str]:
    options = command.get("options") or []
    yield from _sibling_problems(options)
    required = [one.get("required", False) for one in options]
    if required != sorted(required, reverse=True):
        yield f"{command['name']}: an optional option stands before a required one"
    kinds = {one["type"] in (1, 2) for one in options}
    if len(kinds) > 1:
        yield f"{command['name']} mixes subcommands and options"
    for one in options:
        yield from _over("a description", one["description"], 100)
        if one.get("choices") and one.get("autocomplete"):
            yield f"{one['name']} has choices and autocomplete"
        if len(one.get("choices") or []) > 25:
            yield f"{one['name']} has {len(one['choices'])} choices"
        yield from _option_problems(one)


def _size(one: Mapping[str, Any]) -> Iterator[int]:
    """Yield the lengths that count towards 8000: of each text the longest language."""
    for part in ("name", "description"):
        yield max(map(units, [one.get(part) or "", *(one.get(f"{part}_localizations") or {}).values()]))
    for choice in one.get("choices") or []:
        yield max(map(units, [choice["name"], *choice.get("name_localizations", {}).values()])) + units(
            str(choice["value"])
        )
    for option in one.get("options") or []:
        yield from _size(option)
