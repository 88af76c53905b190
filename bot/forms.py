"""Forms made from a command's options."""

from __future__ import annotations

from collections.abc import Mapping

from bot.command import Command, Parameter
from bot.i18n import Translator
from bot.reply import Choice, Form, Input


def form_of(command: Command, values: Mapping[str, str], t: Translator) -> Form:
    """Return the form that asks for the command's options, required ones first, with `values` typed in already.

    Values of options that the form does not ask for travel in `hidden`.
    """
    asked = sorted((one for one in command.parameters if one.option.on_form), key=lambda one: not one.required)
    names = {one.name for one in asked}
    hidden = {name: value for name, value in values.items() if name not in names}
    inputs = tuple(_input(one, values.get(one.name, ""), t) for one in asked)
    return Form(t(command.form_title or command.summary)[:24], inputs, command.name, hidden)


def _input(parameter: Parameter, value: str, t: Translator) -> Input:
    option = parameter.option
    kind = "choice" if option.choices else "yesno" if parameter.type is bool else option.kind
    return Input(
        parameter.name,
        t(option.label or option.description)[:45],
        "number" if parameter.type is int else kind,
        parameter.required,
        value,
        t(option.description) if option.label else "",
        option.max_chars,
        tuple(Choice(one.value, t(one.label)) for one in option.choices),
    )
