"""Where lines come from and go to: the port between the chat and a terminal or a pipe."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from adapters.console.render import Line


@dataclass(frozen=True, slots=True)
class Offer:
    """What could stand instead of the last `replaces` characters; `label` is what the menu shows."""

    text: str
    replaces: int
    label: str = ""


Offers = Callable[[str], Awaitable[Sequence[Offer]]]


class Screen(Protocol):
    """One person's view of the chat. `interactive` says that somebody sits there and types."""

    interactive: bool

    async def read(self, prompt: str, offers: Offers | None = None, *, remember: bool = False) -> str:
        """Return the next line that is typed, without its end.

        Args:
            prompt: what stands before the line.
            offers: what could complete the text before the cursor.
            remember: whether the arrow keys bring the line back.
        Raises:
            EOFError: there will be no more lines.
            KeyboardInterrupt: the person pressed Ctrl-C.
        """

    def write(self, lines: Iterable[Line]) -> None:
        """Show lines below what is there."""
