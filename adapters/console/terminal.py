"""A terminal with somebody in front of it: colours, completion, and the lines typed before."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Iterable, Iterator

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.history import DummyHistory, InMemoryHistory
from prompt_toolkit.patch_stdout import patch_stdout
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from adapters.console.render import Line
from adapters.console.screen import Offers


class OfferCompleter(Completer):
    """Shows offers as a menu; they are looked up on the event loop, since storage lives there."""

    def __init__(self, offers: Offers | None) -> None:
        self._offers = offers

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:  # noqa: ARG002
        return ()

    async def get_completions_async(
        self,
        document: Document,
        complete_event: CompleteEvent,  # noqa: ARG002
    ) -> AsyncGenerator[Completion, None]:
        if self._offers:
            for one in await self._offers(document.text_before_cursor):
                yield Completion(one.text, -one.replaces, display=one.label or one.text)


class Terminal:
    """Lines are kept in memory only: they may hold what members told in confidence."""

    interactive = True

    def __init__(self) -> None:
        self._console = Console(highlight=False, markup=False, emoji=False)
        self._commands: PromptSession[str] = PromptSession(history=InMemoryHistory())
        self._values: PromptSession[str] = PromptSession(history=DummyHistory())

    async def read(self, prompt: str, offers: Offers | None = None, *, remember: bool = False) -> str:
        session = self._commands if remember else self._values
        with patch_stdout(raw=True):
            # the process has its own handler for signals
            return await session.prompt_async(prompt, completer=OfferCompleter(offers), handle_sigint=False)

    def write(self, lines: Iterable[Line]) -> None:
        for line in lines:
            for row in self._wrapped(line):
                self._console.print(row, soft_wrap=True)

    def _wrapped(self, line: Line) -> Iterable[Text]:
        """Return the rows of a line, wrapped behind its marker; addresses stay whole."""
        text = Text.assemble(*((piece.text, piece.style) for piece in line.pieces))
        width = max(self._console.width - len(line.marker), 20)
        for number, row in enumerate(text.divide(_breaks(text.plain, width)) or [Text()]):
            row.rstrip()
            yield Text(" " * len(line.marker) if number else line.marker) + row


def _breaks(text: str, width: int) -> Iterator[int]:
    """Yield where rows of at most `width` columns begin; a word that is longer than a row is not broken."""
    column = 0
    for word in re.finditer(r"\S+\s*", text):
        if column and column + cell_len(word.group().rstrip()) > width:
            yield word.start()
            column = 0
        column += cell_len(word.group())
