"""The conversation: lines and numbers in, answers and forms out."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Mapping

from adapters.console.completion import Completion
from adapters.console.page import Page
from adapters.console.person import HERE
from adapters.console.prompts import PROMPT, Cancelled, Prompts
from bot.command import RUN, Answer
from bot.errors import Busy
from bot.features.help import QUESTIONS
from bot.plugin import Host
from bot.reply import Button, Form, Reply, Section
from bot.request import Actor, Kind, Request

LEAVE = frozenset({"quit", "exit", "salir"})
_NUMBER = re.compile(r"\[?([0-9]{1,4})[\].]?")
_SETTLES_S = 3.0
_LOOKS_S = 0.05
_QUIET_LOOKS = 3  # a post that is on its way right now is not due any more


class Chat:
    """One person's chat until they leave.

    Args:
        host: the bot.
        page: what the person sees.
        who: the person.
    """

    def __init__(self, host: Host, page: Page, who: Actor) -> None:
        self._host = host
        self._page = page
        self._who = who
        self._completion = Completion(host.dispatcher, self._named)
        self._prompts = Prompts(page, host.dispatcher, self._submitted, self._completion)
        self._has_written = True  # by an earlier process perhaps

    async def run(self) -> None:
        """Show the first screen, then answer line by line; returns when the person leaves or the input ends."""
        await self._host.dispatcher.recognise(self._who.user_id)
        self._page.t = self._host.dispatcher.translator(self._named("help"))
        self._greet()
        await self._settle()
        try:
            while not _leaves(line := await self._line()):
                await self._take(line.strip())
                await self._settle()
        except (EOFError, KeyboardInterrupt):
            return

    def _greet(self) -> None:
        t = self._page.t
        buttons = tuple(Button(t(one), RUN, f"ask {t(one)}") for one in QUESTIONS)
        how = Section(
            text=t("Type a question, a number, or a command. `help` shows all commands; `quit` or Ctrl-D leaves.")
        )
        who = t("I am the Human Rights Cities bot: I answer with sources, and help you join and gather.")
        sections = (*self._rights(), Section(t("Try one of these questions"), buttons=buttons), how)
        self._page.answer(Reply(who, sections))
        self._page.opened.set()

    def _rights(self) -> tuple[Section, ...]:
        """Return a line about the rights that are being tried, when they are more than a member's."""
        t = self._page.t
        said = {
            f"{HERE.platform}:organizer": t("You are trying the rights of an organizer."),
            f"{HERE.platform}:steering": t("You are trying the rights of the steering committee."),
        }
        text = said.get(self._who.user_id, "")
        return (Section(text=text),) if text else ()

    async def _line(self) -> str:
        return await self._page.screen.read(PROMPT, self._completion.of_line, remember=True)

    async def _take(self, line: str) -> None:
        number = _NUMBER.fullmatch(line)
        if number:
            await self._press(int(number[1]))
        elif line:
            await self._show(await self._handled(self._typed(line)))

    async def _press(self, number: int) -> None:
        button = self._page.button(number)
        if button is None:
            self._page.say(self._page.t("There is no button {number} here now.", number=number))
            return
        answer = await self._handled(self._request(Kind.ACTION, button.action, button.argument))
        await self._show(answer, pressed=True)

    async def _show(self, answer: Answer, *, pressed: bool = False) -> None:
        """Show an answer; forms are filled in and sent until there is another one."""
        try:
            while isinstance(answer, Form):
                answer = await self._handled(await self._prompts.fill(answer))
                pressed = False
            self._page.answer(answer, pressed=pressed)
        except (Cancelled, EOFError) as error:
            self._page.say(self._page.t("You left the form; nothing was stored."))
            if isinstance(error, EOFError):
                raise

    async def _settle(self) -> None:
        """Without a person in front, wait until posts that are due have come, so that they stand in their place."""
        if self._page.screen.interactive or not self._has_written:
            return
        self._has_written, quiet = False, 0
        until = time.monotonic() + _SETTLES_S
        while quiet < _QUIET_LOOKS and time.monotonic() < until:
            quiet = 0 if await self._is_due() else quiet + 1
            await asyncio.sleep(_LOOKS_S)

    async def _is_due(self) -> bool:
        try:
            async with self._host.unit_of_work(writes=False) as uow:
                due = await uow.lanes.next_due()
        except Busy:
            return True
        return due is not None and due <= self._host.dispatcher.services.clock()

    async def _handled(self, request: Request) -> Answer:
        declared = self._host.dispatcher.resolve(request)
        self._has_written |= bool(declared and declared.writes)
        answer = await self._host.dispatcher.handle(request)
        self._page.t = self._host.dispatcher.translator(request)
        return answer

    def _typed(self, line: str) -> Request:
        return self._request(Kind.COMMAND, "", line)

    def _named(self, command: str) -> Request:
        return self._request(Kind.COMMAND, command)

    def _submitted(self, form: Form, values: Mapping[str, str]) -> Request:
        return self._request(Kind.ACTION, form.action).with_arguments(values)

    def _request(self, kind: Kind, name: str, text: str = "") -> Request:
        return Request(kind, name, self._who, HERE, text)


def _leaves(line: str) -> bool:
    return line.strip().removeprefix("/").casefold() in LEAVE
