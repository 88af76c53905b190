"""Slack in a process that only delivers: the Web API, and nothing that listens."""

from __future__ import annotations

import asyncio
import contextlib

from adapters.slack.messenger import SlackMessenger
from adapters.slack.settings import section_of
from adapters.slack.sign_in import sign_in
from adapters.slack.workspaces import Workspaces
from bot.ports import Messenger, OpenUnitOfWork
from bot.settings import Settings


class SlackSender:
    """See `bot.plugin.Sender`."""

    def __init__(self, settings: Settings, unit_of_work: OpenUnitOfWork, messengers: dict[str, Messenger]) -> None:
        self._settings = section_of(settings)
        self._workspaces = Workspaces(self._settings, unit_of_work, messengers)
        self._looking: asyncio.Task[None] | None = None
        self.messenger = SlackMessenger(self._workspaces.home)

    async def start(self) -> None:
        """Sign in, and look for workspaces that install the bot or take it out.

        Raises:
            ConfigError: Slack refuses the bot token.
        """
        self._workspaces.open()
        await sign_in(self._workspaces, self._settings)
        self._looking = asyncio.create_task(self._workspaces.keep_looking(), name="installations")

    async def close(self) -> None:
        """Close the connections."""
        if self._looking:
            self._looking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._looking
        await self._workspaces.close()


def create(settings: Settings, unit_of_work: OpenUnitOfWork, messengers: dict[str, Messenger]) -> SlackSender:
    """Return the sender; nothing is connected yet."""
    return SlackSender(settings, unit_of_work, messengers)
