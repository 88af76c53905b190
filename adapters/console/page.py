"""What the person sees: answers and posts in order, and which button each number presses."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import tzinfo

from adapters.console.render import Line, Shown, shown, written
from adapters.console.screen import Screen
from bot.i18n import Translator
from bot.reply import Button, Reply


class Page:
    """The conversation on one screen.

    Args:
        screen: where it is shown.
        t: the reader's language.
        zone: the reader's time zone.
    """

    def __init__(self, screen: Screen, t: Translator, zone: tzinfo) -> None:
        self.screen = screen
        self.t = t
        self._zone = zone
        self._buttons: dict[int, Button] = {}
        self._latest: tuple[Line, ...] = ()
        self.opened = asyncio.Event()

    def button(self, number: int) -> Button | None:
        """Return the button with that number, if it can be pressed now."""
        return self._buttons.get(number)

    def say(self, text: str, style: str = "") -> None:
        """Show a sentence of our own."""
        self.screen.write(written(text, style))

    def answer(self, reply: Reply, *, pressed: bool = False) -> None:
        """Show an answer; its buttons take the numbers from 1.

        Args:
            reply: the answer.
            pressed: it came from a button, whose message stays as it is unless the answer says otherwise.
        """
        if not pressed or reply.replaces or any(section.buttons for section in reply.sections):
            self._buttons.clear()
        if reply.silent:
            self.say(self.t("That was done already."))
        else:
            heading = self.t("Posted in the channel:") if reply.public else ""
            self._show(reply, self.t, heading)
        if reply.card:
            self._change(reply.card)

    def post(self, reply: Reply, t: Translator, heading: str, *, is_edit: bool = False) -> None:
        """Show what came to a channel or a person; its buttons take the numbers that follow."""
        if not (is_edit and _words(reply, t, self._zone) == self._latest):
            self._show(reply, t, heading)

    def _change(self, card: Reply) -> None:
        """Show what the message of the pressed button says now, when it says something new."""
        if _words(card, self.t, self._zone) == self._latest_words(card):
            self._keep(card)
        else:
            self._show(card, self.t, self.t("It shows now:"))
