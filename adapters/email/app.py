"""The adapter: a messenger, and what takes mail that comes back."""

from __future__ import annotations

import asyncio

from adapters.email.mailman import Mailman
from adapters.email.messenger import EmailMessenger
from adapters.email.receiver import Receiver
from adapters.email.relay import Relay
from adapters.email.settings import checked, names_of
from adapters.email.spool import Spool
from bot.plugin import Host


class EmailAdapter:
    """Sends mail; nobody talks with it, and it answers nothing."""

    def __init__(self, host: Host) -> None:
        settings, email = host.settings, checked(host.settings)
        services = host.dispatcher.services
        mailman = Mailman(email) if email.mode == "mailman" else None
        self._relay = Relay(email)
        self.messenger = EmailMessenger(
            settings, self._relay, names_of(settings), host.unit_of_work, services.clock, mailman
        )
        self._spool = Spool(settings, host.unit_of_work, services.clock)
        self._receiver = Receiver(settings, self._spool) if email.bounce_listen else None

    async def start(self) -> None:
        """Listen for mail that comes back; the relay is called when there is mail.

        Raises:
            ConfigError: another program listens at `email.bounce_listen`.
        """
        if self._receiver:
            await self._receiver.start()

    async def run(self) -> None:
        """Act on mail that came back, until cancelled."""
        await self._spool.run()

    async def close(self) -> None:
        if self._receiver:
            await self._receiver.close()
        async with asyncio.timeout(2.0):
            await self._relay.close()


def create(host: Host) -> EmailAdapter:
    """Return the adapter; nothing is connected yet.

    Raises:
        ConfigError: the section lacks something.
    """
    return EmailAdapter(host)
