"""A process that only delivers sends mail too; what comes back is for the process with the web pages."""

from __future__ import annotations

from adapters.email.app import messenger_of
from adapters.email.relay import Relay
from adapters.email.settings import checked
from bot.ports import OpenUnitOfWork, utc_now
from bot.settings import Settings


class EmailSender:
    """See `bot.plugin.Sender`."""

    def __init__(self, settings: Settings, unit_of_work: OpenUnitOfWork) -> None:
        self._relay = Relay(checked(settings))
        self.messenger = messenger_of(settings, self._relay, unit_of_work, utc_now)

    async def start(self) -> None:
        """Return at once: the relay is called when there is mail."""

    async def close(self) -> None:
        """Close the connections."""
        await self._relay.close()


def create(settings: Settings, unit_of_work: OpenUnitOfWork, *_: object) -> EmailSender:
    """Return the sender; nothing is connected yet.

    Raises:
        ConfigError: the section lacks something.
    """
    return EmailSender(settings, unit_of_work)
