"""What the person sees: answers and posts in order, and which button each number presses."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import tzinfo

from adapters.console.render import Line, shown, written
from adapters.console.screen import Screen
from bot.i18n import Translator
from bot.reply import Button, Reply


class Page:
    """The conversation on one screen. Nobody writes to it before `opened` is set.

    Args:
        screen: where it is shown.
        t: the reader's language.
        zone: the reader's time zone.
    """

    def __init__(self, screen: Screen, t: Translator, zone: tzinfo) -> None:
        self.screen = screen
        self.t = t
        self.opened = asyncio.Event()
        self._zone = zone
        self._buttons: dict[int, Button] = {}
        self._latest: tuple[Line, ...] = ()

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
        before = self._latest
        if not pressed or reply.replaces or any(section.buttons for section in reply.sections):
            self._buttons.clear()
        if reply.silent:
            self.say(self.t("That was done already."))
        else:
            self._show(reply, self.t, self.t("Posted in the channel:") if reply.public else "")
        if reply.card:
            self._change(reply.card, before)

    def post(self, reply: Reply, t: Translator, heading: str, *, is_edit: bool = False) -> None:
        """Show what came to a channel or a person; its buttons take the numbers that follow."""
        if not (is_edit and self._words(reply, t) == self._latest):
            self._show(reply, t, heading)

    def _change(self, card: Reply, before: tuple[Line, ...]) -> None:
        """Show the message of the pressed button anew when it says something else; drop the buttons it lost."""
        if self._words(card, self.t) == before:
            left = {button for section in card.sections for button in section.buttons}
            self._buttons = {number: one for number, one in self._buttons.items() if one in left}
            self._latest = before
        else:
            self._show(card, self.t, self.t("It shows now:"))

    def _show(self, reply: Reply, t: Translator, heading: str) -> None:
        first = max(self._buttons, default=0) + 1
        made = shown(reply, t, self._zone, first)
        self._buttons |= dict(enumerate(made.buttons, first))
        self._latest = self._words(reply, t)
        above = written(heading, "bold yellow") if heading else ()
        self.screen.write((*above, *made.lines, Line()))

    def _words(self, reply: Reply, t: Translator) -> tuple[Line, ...]:
        """Return the lines of a reply without its buttons."""
        sections = tuple(replace(section, buttons=()) for section in reply.sections)
        kept = tuple(one for one in sections if one.text or one.fields)
        return shown(replace(reply, sections=kept), t, self._zone).lines
