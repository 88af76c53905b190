"""A real mail relay (aiosmtpd) in this process, with faults on demand, and mailboxes to look into."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP


@dataclass
class Mail:
    """One mail as the relay took it."""

    sender: str
    recipients: list[str]
    content: bytes

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.content, _class=EmailMessage, policy=default)

    def __getitem__(self, name: str) -> str:
        return str(self.message[name] or "").strip()

    @property
    def text(self) -> str:
        return self.message.get_body(("plain",)).get_content()

    @property
    def html(self) -> str:
        return self.message.get_body(("html",)).get_content()

    def link(self, part: str) -> str:
        """Return the path of the page whose address holds `part`."""
        return re.search(rf"https?://[^/\s]+(/{part}[^\s<>\"]*)", self.text)[1]


@dataclass
class MailRelay:
    """`refusals` are answered in order, by SMTP command; `cuts` connections are closed after the final dot."""

    mails: list[Mail] = field(default_factory=list)
    refusals: dict[str, list[str]] = field(default_factory=dict)
    cuts: int = 0
    connections: int = 0
    port: int = 0
    logins: list[str] = field(default_factory=list)
    options: dict[str, Any] = field(default_factory=dict)

    def session(self) -> SMTP:
        self.connections += 1
        return SMTP(self, ident="test", hostname="relay.example", **self.options)

    def _refusal(self, command: str) -> str:
        waiting = self.refusals.get(command, [])
        return waiting.pop(0) if waiting else ""

    async def handle_MAIL(self, server: SMTP, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if refusal := self._refusal("MAIL"):
            return refusal
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server: SMTP, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if refusal := self._refusal("RCPT"):
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802
        if refusal := self._refusal("DATA"):
            return refusal
        self.mails.append(Mail(envelope.mail_from, list(envelope.rcpt_tos), envelope.content))
        if self.cuts:
            self.cuts -= 1
            server.transport.abort()
        return "250 OK"

    def to(self, address: str) -> list[Mail]:
        return [one for one in self.mails if one.recipients == [address]]


@asynccontextmanager
async def relay_server(listens_at: int = 0, **options: Any) -> AsyncIterator[MailRelay]:
    """Yield a relay that listens on that port of this machine, or on a free one."""
    relay = MailRelay(options=options)
    server = await asyncio.get_running_loop().create_server(relay.session, "127.0.0.1", listens_at)
    relay.port = server.sockets[0].getsockname()[1]
    try:
        yield relay
    finally:
        server.close()
