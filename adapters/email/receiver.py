"""Takes mail that comes back, from the mail server of this machine: `email.bounce_listen`. It relays nothing."""

from __future__ import annotations

import asyncio
import os

import structlog
from aiosmtpd.smtp import SMTP, Envelope, Session

from adapters.email.incoming import MAX_BYTES, read
from adapters.email.spool import Spool
from bot.errors import Busy, ConfigError
from bot.settings import Settings

log = structlog.get_logger("adapters.email")

SILENT_S = 60.0


class Receiver:
    """An SMTP server that accepts mail for our tagged addresses alone."""

    def __init__(self, settings: Settings, spool: Spool) -> None:
        host, _, port = settings.email.bounce_listen.rpartition(":")
        self._host, self._port = host.strip("[]"), int(port)
        address = settings.email.bounce_address or settings.email.from_address
        self._local, _, self._domain = address.lower().rpartition("@")
        self._spool = spool
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen.

        Raises:
            ConfigError: another program listens there.
        """
        loop = asyncio.get_running_loop()
        try:
            self._server = await loop.create_server(self._session, self._host, self._port)
        except OSError as error:
            said = os.strerror(error.errno or 0)
            raise ConfigError(f"email.bounce_listen: cannot listen there ({said}); name another port") from None

    async def close(self) -> None:
        if self._server:
            self._server.close()

    def _session(self) -> SMTP:
        return SMTP(self, data_size_limit=MAX_BYTES, ident="hrc-bot", hostname=self._domain, timeout=SILENT_S)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's own name
        self,
        server: SMTP,  # noqa: ARG002
        session: Session,  # noqa: ARG002
        envelope: Envelope,
        address: str,
        options: list[str],  # noqa: ARG002
    ) -> str:
        local, _, domain = address.lower().rpartition("@")
        if domain != self._domain or not local.startswith(f"{self._local}+"):
            return "550 5.1.1 Not an address of this list"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802, ARG002
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        event = read(content, envelope.rcpt_tos)
        try:
            if event:
                await self._spool.act(event)
        except Busy:
            return "451 4.3.0 Try again later"
        return "250 OK"
