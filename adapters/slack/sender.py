"""Slack in a process that only delivers: the Web API, and nothing that listens."""

from __future__ import annotations

from adapters.slack.insisting import insisting
from adapters.slack.messenger import SlackMessenger
from adapters.slack.settings import section_of
from adapters.slack.web import Web
from bot.ports import OpenUnitOfWork
from bot.settings import Settings


class SlackSender:
    """See `bot.plugin.Sender`."""

    def __init__(self, settings: Settings) -> None:
        self._web = Web(section_of(settings))
        self.messenger = SlackMessenger(self._web)

    async def start(self) -> None:
        """Sign in.

        Raises:
            ConfigError: Slack refuses the bot token.
        """
        self._web.open()
        await insisting(lambda: self._web.call("auth.test"), "slack.bot_token (SLACK_BOT_TOKEN)")

    async def close(self) -> None:
        """Close the connections."""
        await self._web.close()


def create(settings: Settings, unit_of_work: OpenUnitOfWork) -> SlackSender:  # noqa: ARG001 - as all platforms
    """Return the sender; nothing is connected yet."""
    return SlackSender(settings)
