"""The adapter: a messenger, and what takes mail that comes back."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from adapters.email.messenger import EmailMessenger
from adapters.email.relay import Relay
from adapters.email.settings import checked, names_of
from adapters.email.spool import Spool
from bot.plugin import Host, imported
from bot.ports import Clock, OpenUnitOfWork
from bot.settings import Settings

if TYPE_CHECKING:
    from adapters.email.receiver import Receiver


class EmailAdapter:
    """Sends mail; nobody talks with it, and it answers nothing."""

    def __init__(self, host: Host) -> None:
        settings, email = host.settings, checked(host.settings)
        services = host.dispatcher.services
        self._relay = Relay(email)
        self.messenger = messenger_of(settings, self._relay, host.unit_of_work, services.clock)
        self._spool = Spool(settings, host.unit_of_work, services.clock)
        receiver = imported("adapters.email.receiver:Receiver") if email.bounce_listen else None
        self._receiver: Receiver | None = receiver(settings, self._spool) if receiver else None

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


def messenger_of(settings: Settings, relay: Relay, unit_of_work: OpenUnitOfWork, clock: Clock) -> EmailMessenger:
    """Return what sends mail, and tells Mailman of members where it keeps the list."""
    mailman = imported("adapters.email.mailman:Mailman")(settings.email) if settings.email.mode == "mailman" else None
    return EmailMessenger(settings, relay, names_of(settings), unit_of_work, clock, mailman)


def create(host: Host) -> EmailAdapter:
    """Return the adapter; nothing is connected yet.

    Raises:
        ConfigError: the section lacks something.
    """
    return EmailAdapter(host)
