"""What buttons and forms carry, so that nothing waits in memory: at most 100 characters each.

A button: "hrc|<action>|<argument>", with a delivery's key ("hrc:<key>|...") where it fits, and a number ("hrc2|...")
where the same button stands twice in a message. A form: "hrf|<step>.<steps>|<mode>|<token>|<command>|<values>".
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.text import utf16_units

MAX_ID = 100
_BUTTON = re.compile(r"hrc(\d*)(?::([a-z0-9]+))?\|([^|]*)\|(.*)", re.DOTALL)
_FORM = re.compile(r"hrf\|(\d+)\.(\d+)\|([a-z]+)\|([A-Za-z0-9_-]*)\|([^|]*)\|(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class ButtonId:
    """A pressed button; `key` is the mark of the delivery it stands on."""

    action: str
    argument: str
    key: str = ""


def button_id(action: str, argument: str, key: str = "", copy: int = 0) -> str:
    """Return a button's id; `key` is left out where it does not fit, `copy` tells equal buttons apart."""
    number = str(copy) if copy else ""
    marked = f"hrc{number}:{key}|{action}|{argument}"
    return marked if key and utf16_units(marked) <= MAX_ID else f"hrc{number}|{action}|{argument}"


def parse_button(custom_id: str) -> ButtonId | None:
    """Return what `button_id` wrote, None for anything else."""
    found = _BUTTON.fullmatch(custom_id)
    return ButtonId(found.group(3), found.group(4), found.group(2) or "") if found else None


class Mode(StrEnum):
    """Where a form was opened from.

    `fresh`: a command or a button. `on`: our private message of an earlier step, which the next one replaces.
    `fix`: our private message with errors; what follows the step is filled in already.
    """

    FRESH = "n"
    ON = "r"
    FIX = "e"


@dataclass(frozen=True, slots=True)
class FormId:
    """One step of a form, counted from 0. Earlier values wait in the draft `token`, or in `values` when few."""

    command: str
    step: int = 0
    steps: int = 1
    mode: Mode = Mode.FRESH
    token: str = ""
    values: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        values = json.dumps(dict(self.values), ensure_ascii=False, separators=(",", ":")) if self.values else ""
        return f"hrf|{self.step}.{self.steps}|{self.mode}|{self.token}|{self.command}|{values}"

    @property
    def fits(self) -> bool:
        return utf16_units(str(self)) <= MAX_ID


def parse_form(custom_id: str) -> FormId | None:
    """Return what `FormId` wrote, None for anything else."""
    found = _FORM.fullmatch(custom_id)
    if not found or found.group(3) not in set(Mode):
        return None
    step, steps, mode, token, command, values = found.groups()
    return FormId(command, int(step), int(steps), Mode(mode), token, _read(values))


def _read(values: str) -> dict[str, str]:
    try:
        read = json.loads(values) if values else {}
    except ValueError:
        return {}
    return {str(name): str(value) for name, value in read.items()} if isinstance(read, dict) else {}
