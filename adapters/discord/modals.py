"""Forms as modals, five inputs at a time.

Source: Discord's documentation, components/reference: a modal has a title of 45 and one to five components; a label
of 45 with a description of 100; a text input of 4000; a select of 25 options of 100.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from adapters.discord.markdown import escape
from adapters.discord.render import shortened
from bot.i18n import Translator
from bot.reply import Choice, Form, Input
from bot.text import fold, utf16_units

MAX_COMPONENTS = 5
MAX_OPTIONS = 25
MAX_TEXT = 4000
_LABEL, _TEXT_DISPLAY, _SELECT, _TEXT_INPUT = 18, 10, 3, 4
_SHORT, _PARAGRAPH = 1, 2
_YES = {"yes", "y", "true", "on", "1", "si", "sí"}


def steps(form: Form) -> tuple[tuple[Input, ...], ...]:
    """Return the inputs step by step; an introduction takes the place of one input of the first step."""
    first = MAX_COMPONENTS - bool(form.intro)
    rest = form.inputs[first:]
    later = (rest[at : at + MAX_COMPONENTS] for at in range(0, len(rest), MAX_COMPONENTS))
    return (form.inputs[:first], *later)


def modal(form: Form, step: int, custom_id: str, t: Translator) -> dict[str, Any]:
    """Return one step of `form` with its values typed in."""
    every = steps(form)
    title = f"{form.title} ({step + 1}/{len(every)})" if len(every) > 1 else form.title
    intro = [{"type": _TEXT_DISPLAY, "content": escape(form.intro)}] if form.intro and step == 0 else []
    labels = [_label(one, t) for one in every[step]]
    return {"custom_id": custom_id, "title": title, "components": [*intro, *labels]}


def _label(one: Input, t: Translator) -> dict[str, Any]:
    choices = _choices(one, t)
    component = _select(one, choices) if 0 < len(choices) <= MAX_OPTIONS else _text(one)
    label = {"type": _LABEL, "label": one.label, "component": component}
    return label | ({"description": shortened(one.hint, 100)} if one.hint else {})


def _choices(one: Input, t: Translator) -> tuple[Choice, ...]:
    return (Choice("yes", t("Yes")), Choice("no", t("No"))) if one.kind == "yesno" else one.choices


def _select(one: Input, choices: Iterable[Choice]) -> dict[str, Any]:
    options = [
        {"label": shortened(choice.label, 100), "value": choice.value, "default": _is_chosen(one, choice)}
        for choice in choices
    ]
    least = 1 if one.required else 0
    return {
        "type": _SELECT,
        "custom_id": one.name,
        "options": options,
        "required": one.required,
        "min_values": least,
        "max_values": 1,
    }


def _is_chosen(one: Input, choice: Choice) -> bool:
    value = fold(one.value)
    if one.kind == "yesno":
        return bool(value) and (value in _YES) == (choice.value == "yes")
    return bool(value) and value in (fold(choice.value), fold(choice.label))


def _text(one: Input) -> dict[str, Any]:
    style = _PARAGRAPH if one.kind == "text" else _SHORT
    room = min(max(one.max_chars, utf16_units(one.value), 1), MAX_TEXT)
    text = {"type": _TEXT_INPUT, "custom_id": one.name, "style": style, "required": one.required, "max_length": room}
    return text | ({"value": one.value} if one.value else {})


def typed(components: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return input name to what was typed or chosen in a submitted modal."""
    return dict(_typed(components))


def _typed(components: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    for one in components:
        inner = one.get("components") or ([one["component"]] if one.get("component") else [])
        yield from _typed(inner)
        if "custom_id" in one and "values" in one:
            yield one["custom_id"], ", ".join(str(value) for value in one["values"])
        elif "custom_id" in one:
            yield one["custom_id"], str(one.get("value") or "")
