"""Typed text to an option's value; every refusal says what would be right."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.command import Command, Parameter
from bot.domain.spoken_times import Ending
from bot.domain.times import Zone, find_zone, near_zones
from bot.errors import UserInputError
from bot.i18n import Translator
from bot.text import clean_line, clean_text, fold, is_blank
from bot.typed_times import Here, typed_ending, typed_time

_YES = {"yes", "y", "true", "on", "1", "x", "si", "sí", "s", "✓"}
_NO = {"no", "n", "false", "off", "0", ""}


def convert(parameter: Parameter, raw: str, t: Translator, here: Here | None = None) -> Any:
    """Return the value of one option; times such as "tomorrow 6 pm" are read from `here`.

    Raises:
        UserInputError: `raw` cannot be that option; `option` holds its name.
    """
    option = parameter.option
    clean = clean_text if option.kind == "text" else clean_line
    text = clean(raw, option.max_chars, t, parameter.name)
    if parameter.type is bool:
        return _yes_or_no(text, t, parameter.name)
    if parameter.type is int:
        return _number(text, parameter, t)
    if parameter.type is datetime:
        return typed_time(text, t, parameter.name, here)
    if parameter.type is Ending:
        return typed_ending(text, t, parameter.name, here)
    if parameter.type is Zone:
        return _zone(text, t, parameter.name)
    return _choice(text, parameter, t) if option.choices else text


def values_of(
    command: Command, arguments: Mapping[str, str], t: Translator, here: Here | None = None
) -> tuple[dict[str, Any], dict[str, UserInputError]]:
    """Return the values of the options that can be used, and the errors of the others, by option name.

    A blank option counts as left out; unknown names in `arguments` are left aside. Times are read in the zone that
    `arguments` name, else in that of `here`.
    """
    here = (here or Here()).of(arguments)
    values: dict[str, Any] = {}
    errors: dict[str, UserInputError] = {}
    for parameter in command.parameters:
        raw = arguments.get(parameter.name, "")
        if is_blank(raw):
            if parameter.required:
                errors[parameter.name] = missing(parameter, t)
            continue
        try:
            values[parameter.name] = convert(parameter, raw, t, here)
        except UserInputError as error:
            errors[parameter.name] = error
            continue
        if parameter.required and values[parameter.name] == "":
            errors[parameter.name] = missing(parameter, t)
    return values, errors


def missing(parameter: Parameter, t: Translator) -> UserInputError:
    """Return the error of a required option that was left out."""
    label = t(parameter.option.label or parameter.option.description)
    return UserInputError(t("“{option}” is needed.", option=label), t("Fill it in and send it again."), parameter.name)


def _yes_or_no(text: str, t: Translator, name: str) -> bool:
    word = text.casefold()
    if word not in _YES | _NO:
        raise UserInputError(t("“{text}” is neither yes nor no.", text=text), t("Write yes or no."), name)
    return word in _YES


def _number(text: str, parameter: Parameter, t: Translator) -> int:
    low, high = parameter.option.minimum, parameter.option.maximum
    digits = text.removeprefix("#").strip()
    number = int(digits) if digits.isascii() and digits.removeprefix("-").isdigit() and len(digits) < 16 else None
    if number is None:
        raise UserInputError(t("“{text}” is not a number.", text=text), t("Write a whole number."), parameter.name)
    if (low is not None and number < low) or (high is not None and number > high):
        raise UserInputError(
            t("{number} is not possible here.", number=number),
            t("Write a number from {low} to {high}.", low=low, high=high),
            parameter.name,
        )
    return number


def _zone(text: str, t: Translator, name: str) -> Zone:
    zone = find_zone(text)
    if zone is None:
        near = ", ".join(near_zones(text))
        raise UserInputError(
            t("“{text}” is not a time zone that I know.", text=text),
            t("Did you mean one of these: {near}?", near=near),
            name,
        )
    return zone


def _choice(text: str, parameter: Parameter, t: Translator) -> str:
    for choice in parameter.option.choices:
        if fold(text) in (fold(choice.value), fold(choice.label), fold(t(choice.label))):
            return choice.value
    labels = ", ".join(t(choice.label) for choice in parameter.option.choices)
    raise UserInputError(
        t("“{text}” is not one of the choices.", text=text),
        t("Choose one of: {labels}.", labels=labels),
        parameter.name,
    )
