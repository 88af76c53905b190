"""Form to modal, and a submitted modal back to what was typed: pure.

Source: docs.slack.dev, reference/views/modal-views, reference/block-kit/block-elements.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from adapters.slack.settings import NAME
from adapters.slack.wire import literal, ours, theirs
from bot.i18n import Translator
from bot.reply import Choice, Form, Input
from bot.text import split, utf16_units

MAX_METADATA = 3000
MAX_TYPED = 3000  # a text input's longest max_length
MAX_HINT = 2000
MAX_OPTIONS = 100
MAX_LABEL = 75  # of an option
CALLBACK = "form"

Block = dict[str, Any]


def view(form: Form, origin: Mapping[str, str], t: Translator) -> Block:
    """Return the modal for `form`; `origin` says where its answer goes and comes back with it.

    Hidden values too long for the modal's metadata become inputs, so that nothing typed is lost.
    """
    metadata = _metadata(form, origin)
    if utf16_units(metadata) > MAX_METADATA:
        metadata = _metadata(form, {key: value for key, value in origin.items() if key != "response_url"})
    if utf16_units(metadata) > MAX_METADATA:
        form = _unhidden(form)
        metadata = _metadata(form, {})
    intro = [{"type": "section", "text": _mrkdwn(part)} for part in split(form.intro, 2900, _size) if part]
    return {
        "type": "modal",
        "callback_id": CALLBACK,
        "title": _plain(form.title),
        "submit": _plain(t("Send")),
        "close": _plain(t("Cancel")),
        "private_metadata": metadata,
        "blocks": [*intro, *(_input(one, t) for one in form.inputs)],
    }


def _size(text: str) -> int:
    return utf16_units(literal(text))


def _metadata(form: Form, origin: Mapping[str, str]) -> str:
    kept = {"action": form.action, "hidden": dict(form.hidden), "origin": {k: v for k, v in origin.items() if v}}
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))


def _unhidden(form: Form) -> Form:
    shown = tuple(
        Input(name, name[:45], "text", value=value, max_chars=MAX_TYPED) for name, value in form.hidden.items()
    )
    return replace(form, inputs=form.inputs + shown, hidden={})


def _plain(text: str) -> Block:
    return {"type": "plain_text", "text": text, "emoji": False}


def _mrkdwn(text: str) -> Block:
    return {"type": "mrkdwn", "text": literal(text), "verbatim": True}


def _input(one: Input, t: Translator) -> Block:
    block: Block = {
        "type": "input",
        "block_id": one.name,
        "optional": not one.required,
        "label": _plain(one.label),
        "element": _element(one, t),
    }
    if one.hint:
        block["hint"] = _plain(one.hint[:MAX_HINT])
    return block


def _element(one: Input, t: Translator) -> Block:
    if one.kind == "yesno":
        return _select("radio_buttons", one, (Choice("yes", t("yes")), Choice("no", t("no"))))
    if one.kind == "choice" and one.choices:
        return _select("static_select", one, one.choices)
    if one.kind == "person" and (not one.value or one.value.startswith(f"{NAME}:")):
        return {"type": "users_select", "action_id": one.name} | _chosen_person(one.value)
    element: Block = {"type": "plain_text_input", "action_id": one.name, "multiline": one.kind == "text"}
    fits = 0 < one.max_chars <= MAX_TYPED and utf16_units(one.value) <= one.max_chars
    element["max_length"] = one.max_chars if fits else MAX_TYPED
    if one.value:
        element["initial_value"] = one.value[:MAX_TYPED]
    return element


def _select(kind: str, one: Input, choices: tuple[Choice, ...]) -> Block:
    """Return radio buttons or a menu; more than 100 choices are put in groups of 100."""
    options = [{"text": _plain(_short(choice.label)), "value": choice.value} for choice in choices]
    element: Block = {"type": kind, "action_id": one.name}
    if len(options) > MAX_OPTIONS:
        element["option_groups"] = [
            {
                "label": _plain(f"{at + 1}–{at + len(options[at : at + MAX_OPTIONS])}"),
                "options": options[at : at + MAX_OPTIONS],
            }
            for at in range(0, len(options), MAX_OPTIONS)
        ]
    else:
        element["options"] = options
    chosen = [option for option in options if option["value"] == _chosen(one.value, choices)]
    if chosen:
        element["initial_option"] = chosen[0]
    return element


def _chosen_person(account: str) -> Block:
    return {"initial_user": theirs(account)} if account else {}


def _short(label: str) -> str:
    return label if len(label) <= MAX_LABEL else label[: MAX_LABEL - 1] + "…"


def _chosen(value: str, choices: tuple[Choice, ...]) -> str:
    """Return the value of the choice that somebody typed, by value or by label."""
    typed = value.strip().casefold()
    found = (one.value for one in choices if typed and typed in (one.value.casefold(), one.label.casefold()))
    return next(found, "")


def metadata_of(submitted: Mapping[str, Any]) -> tuple[str, dict[str, str], dict[str, str]]:
    """Return action, hidden values and origin of a submitted view; empty when it is none of ours."""
    try:
        kept = json.loads(submitted.get("private_metadata") or "{}")
    except ValueError:
        kept = {}
    if not isinstance(kept, dict):
        kept = {}
    return str(kept.get("action", "")), dict(kept.get("hidden") or {}), dict(kept.get("origin") or {})


def typed_in(submitted: Mapping[str, Any]) -> dict[str, str]:
    """Return input name to what was typed or chosen; "" where nothing was."""
    state = (submitted.get("state") or {}).get("values") or {}
    return {name: _typed(next(iter(elements.values()), {})) for name, elements in state.items()}


def _typed(element: Mapping[str, Any]) -> str:
    if element.get("selected_option"):
        return str(element["selected_option"]["value"])
    if element.get("selected_user"):
        return ours(str(element["selected_user"]))
    return str(element.get("value") or "")


def errors_for(problems: Mapping[str, str], submitted: Mapping[str, Any]) -> dict[str, str]:
    """Return the problems by block, as Slack shows them inline; those without an input go to the first one."""
    names = [block["block_id"] for block in submitted.get("blocks") or () if block.get("type") == "input"]
    names = names or list((submitted.get("state") or {}).get("values") or ())
    shown: dict[str, str] = {}
    for option, text in problems.items():
        name = option if option in names else names[0] if names else option
        shown[name] = f"{shown[name]} {text}" if name in shown else text
    return shown
