"""The adapter: puts page, messenger and chat together for the terminal or the pipe at hand."""

from __future__ import annotations

import io
import os
import sys

from adapters.console.chat import Chat
from adapters.console.messenger import ConsoleMessenger
from adapters.console.page import Page
from adapters.console.person import actor, local_zone
from adapters.console.pipe import Pipe
from adapters.console.screen import Screen
from adapters.console.settings import NAME, ConsoleSettings
from bot.plugin import Host
from bot.ports import Messenger


class ConsoleAdapter:
    """The chat in this terminal; it is over when the person leaves."""

    def __init__(self, chat: Chat, messenger: Messenger) -> None:
        self._chat = chat
        self._messenger = messenger

    @property
    def messenger(self) -> Messenger:
        return self._messenger

    async def start(self) -> None:
        """Return at once: a terminal is always connected."""

    async def run(self) -> None:
        await self._chat.run()

    async def close(self) -> None:
        """Return at once: the lines in hand were answered when `run` ended."""


def create(host: Host) -> ConsoleAdapter:
    """Return the adapter for the standard input and output of this process."""
    zone = local_zone(host.settings.zone)
    who = actor(host.settings.section(NAME, ConsoleSettings), os.environ, zone)
    t = host.translators[who.locale or host.settings.language]
    page = Page(_screen(), t, zone)
    return ConsoleAdapter(Chat(host, page, who), ConsoleMessenger(page))


def _screen() -> Screen:
    """Return a terminal when somebody sits at both ends, else plain lines."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    if sys.stdin and sys.stdin.isatty() and sys.stdout and sys.stdout.isatty():
        from adapters.console.terminal import Terminal

        return Terminal()
    return Pipe()
