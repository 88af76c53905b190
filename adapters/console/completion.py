"""What could be typed next: commands, their options, and values that the core suggests."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from adapters.console.screen import Offer, Offers
from bot.command import Command, Parameter
from bot.dispatcher import Dispatcher
from bot.reply import Choice, Form, Input
from bot.request import Request
from bot.text import fold

_LAST = re.compile(r'(?:^|(?<=\s))(?:(?P<key>[a-z_]+):)?(?P<word>"[^"]*|[^\s"]*)$')


class Completion:
    """Offers for the line of a command and for a form's inputs.

    Args:
        dispatcher: knows the commands and suggests values.
        request: makes a request of the person for the command of that name.
    """

    def __init__(self, dispatcher: Dispatcher, request: Callable[[str], Request]) -> None:
        self._dispatcher = dispatcher
        self._registry = dispatcher.registry
        self._request = request
        self._t = dispatcher.translator(request(""))

    async def of_line(self, before: str) -> Sequence[Offer]:
        """Return what could complete a command of which `before` is typed."""
        command, rest = self._registry.split(before)
        names = self._names(before)
        if command is None or not (rest or before[-1:].isspace()):
            return names
        return [*names, *await self._of_options(command, rest)]

    def for_input(self, form: Form, one: Input) -> Offers:
        """Return what offers values for an input of a form."""
        return partial(self._of_input, form, one)

    async def _of_input(self, form: Form, one: Input, before: str) -> Sequence[Offer]:
        found = one.choices or await self._suggested(form.action, one.name, before)
        return [Offer(choice.value, len(before), choice.label) for choice in _close(found, before)]

    def _names(self, before: str) -> list[Offer]:
        typed = before.lstrip().removeprefix("/")
        wanted = " ".join(typed.casefold().split()) + (" " if typed[-1:].isspace() else "")
        names = (name for name in self._registry.commands if wanted and name.startswith(wanted) and name != wanted)
        return [Offer(name, len(typed)) for name in names]

    async def _of_options(self, command: Command, rest: str) -> list[Offer]:
        """Return values for the option that is being typed, or the options that are left."""
        found = _LAST.search(rest)
        if found is None:
            return []
        word = found["word"].removeprefix('"')
        if found["key"]:
            return await self._values(command, found["key"], word, len(found["word"]))
        first = command.parameters[:1] if rest[: found.start()].strip() == "" else ()
        values = [offer for one in first for offer in await self._values(command, one.name, word, len(found["word"]))]
        return [*values, *_options(command, rest, word)]

    async def _values(self, command: Command, option: str, word: str, replaces: int) -> list[Offer]:
        parameter = next((one for one in command.parameters if one.name == option), None)
        if parameter is None:
            return []
        found = self._fixed(parameter) or await self._suggested(command.name, option, word)
        return [Offer(_quoted(choice.value), replaces, choice.label) for choice in _close(found, word)]

    def _fixed(self, parameter: Parameter) -> Sequence[Choice]:
        if parameter.type is bool:
            return [Choice(word, word) for word in (self._t.either(True), self._t.either(False))]
        return [Choice(one.value, self._t(one.label)) for one in parameter.option.choices]

    async def _suggested(self, command: str, option: str, word: str) -> Sequence[Choice]:
        return await self._dispatcher.suggest(self._request(command), option, word)


def _options(command: Command, rest: str, word: str) -> Iterable[Offer]:
    """Yield the options that the line does not name yet and whose names begin with `word`."""
    for one in command.parameters:
        if f"{one.name}:" not in rest and one.name.startswith(word.casefold()) and len(command.parameters) > 1:
            yield Offer(f"{one.name}:", len(word))


def _close(choices: Sequence[Choice], word: str) -> Sequence[Choice]:
    """Return the choices that hold `word`; all when none does, since who suggests may know better."""
    wanted = fold(word)
    holding = [one for one in choices if wanted in fold(one.value) or wanted in fold(one.label)]
    return holding or choices


def _quoted(value: str) -> str:
    return f'"{value}"' if " " in value else value
