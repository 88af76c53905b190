"""Forms as questions, one after the other; nothing is stored before the last one is answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from adapters.console.completion import Completion
from adapters.console.page import Page
from adapters.console.render import Line, written
from bot.dispatcher import Dispatcher
from bot.reply import Form, Input
from bot.request import Request

PROMPT, NEXT_PROMPT = "> ", "… "
CANCEL = frozenset({"cancel", "cancelar"})
CLEAR = "-"
MakeRequest = Callable[[Form, Mapping[str, str]], Request]


class Cancelled(Exception):
    """The person left the form."""


class Prompts:
    """Asks for a form's inputs in their order and says at once what cannot be used.

    Args:
        page: where the questions stand.
        dispatcher: knows what is wrong with a value.
        request: makes the request that submits the form.
        completion: offers values while somebody types.
    """

    def __init__(self, page: Page, dispatcher: Dispatcher, request: MakeRequest, completion: Completion) -> None:
        self._page = page
        self._dispatcher = dispatcher
        self._request = request
        self._completion = completion

    async def fill(self, form: Form) -> Request:
        """Return the request that submits the form as it was filled in.

        Raises:
            Cancelled: the person left the form.
            EOFError: the input ended in the middle of it.
        """
        self._open(form)
        values = {**form.hidden, **{one.name: one.value for one in form.inputs}}
        at: int | None = 0
        while at is not None:
            for one in form.inputs[at:]:
                await self._ask(form, one, values)
            at = self._first_problem(form, values)
        return self._request(form, values)

    def _open(self, form: Form) -> None:
        t = self._page.t
        how = t("One question at a time. Type cancel to leave; nothing is stored before the last answer.")
        lines = (*written(form.title, "bold"), *written(form.intro), *written(how, "dim"))
        self._page.screen.write(line for line in lines if line.plain)

    def _first_problem(self, form: Form, values: Mapping[str, str]) -> int | None:
        """Say what is wrong with the whole form; return the place of the first input to ask again."""
        problems = self._dispatcher.problems(self._request(form, values))
        for place, one in enumerate(form.inputs):
            if one.name in problems:
                self._complain(problems[one.name])
                return place
        return None

    async def _ask(self, form: Form, one: Input, values: dict[str, str]) -> None:
        """Ask until the answer can be used; an empty line keeps what is there."""
        self._page.screen.write(self._question(one, values[one.name]))
        while True:
            typed = await self._typed(form, one)
            kept = values[one.name] if not typed else "" if typed == CLEAR else _meant(one, typed)
            if not typed and (kept or not one.required):
                return
            problem = self._dispatcher.problems(self._request(form, {**values, one.name: kept})).get(one.name)
            if not problem:
                values[one.name] = kept
                return
            self._complain(problem)

    def _question(self, one: Input, value: str) -> tuple[Line, ...]:
        t = self._page.t
        label = t("{label} (required)", label=one.label) if one.required else one.label
        hints = [one.hint, *self._how(one), self._keeps(one, value)]
        choices = (f"  {number}. {choice.label}" for number, choice in enumerate(one.choices, 1))
        lines = [line for hint in hints if hint for line in written(hint, "dim")]
        listed = [line for choice in choices for line in written(choice)]
        return (Line(), *written(label, "bold cyan"), *lines, *listed)

    def _how(self, one: Input) -> Sequence[str]:
        t = self._page.t
        hints = {
            "text": t("As many lines as you like; an empty line ends it."),
            "choice": t("Type a number."),
            "yesno": t("Answer yes or no."),
            "number": t("Write a whole number."),
        }
        return (hints[one.kind],) if one.kind in hints else ()

    def _keeps(self, one: Input, value: str) -> str:
        """Return what an empty line does."""
        t = self._page.t
        now = next((choice.label for choice in one.choices if choice.value == value), value)
        if not value:
            return "" if one.required else t("An empty line leaves it out.")
        if one.required:
            return t("Now: {value}. An empty line keeps it.", value=now)
        return t("Now: {value}. An empty line keeps it, - clears it.", value=now)

    async def _typed(self, form: Form, one: Input) -> str:
        """Return what was typed: one line, or for a text all lines up to an empty one.

        Raises:
            Cancelled: a line says so, or Ctrl-C was pressed.
        """
        lines = [await self._line(form, one, PROMPT)]
        while one.kind == "text" and lines[-1].strip() and lines != [CLEAR]:
            lines.append(await self._line(form, one, NEXT_PROMPT))
        return "\n".join(lines).strip()

    async def _line(self, form: Form, one: Input, prompt: str) -> str:
        try:
            line = await self._page.screen.read(prompt, self._completion.for_input(form, one))
        except KeyboardInterrupt:
            raise Cancelled from None
        if line.strip().removeprefix("/").casefold() in CANCEL:
            raise Cancelled
        return line

    def _complain(self, problem: str) -> None:
        self._page.say(problem, "bold red")


def _meant(one: Input, typed: str) -> str:
    """Return the value of a numbered choice, else what was typed."""
    number = typed.strip("[]. ")
    if one.choices and number.isascii() and number.isdigit() and 0 < int(number[:4]) <= len(one.choices):
        return one.choices[int(number[:4]) - 1].value
    return typed
