"""The relay: kept connections, one mail at a time on each, and what its answers mean.

Nothing is repeated here after the mail's text went out: only the outbox may send again.
Source: RFC 5321, section 4.2 (reply codes); RFC 3463 (enhanced status codes).
"""

from __future__ import annotations

import asyncio
import re
import ssl
from dataclasses import dataclass

import aiosmtplib
import structlog

from bot.email_settings import Email
from bot.errors import DeliveryUncertain
from bot.outgoing import looked_up

log = structlog.get_logger("adapters.email")

TIMEOUT_S = 20.0  # below a lease
_ENHANCED = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_NO_MAILBOX = (550, 551, 553)
_LOST = (aiosmtplib.SMTPServerDisconnected, aiosmtplib.SMTPTimeoutError, OSError)


@dataclass(frozen=True, slots=True)
class Answer:
    """A relay's refusal: its code, and the enhanced one ("" when it gave none)."""

    code: int
    enhanced: str = ""

    @property
    def is_for_now(self) -> bool:
        return self.code < 500

    @property
    def is_hard(self) -> bool:
        """Say whether there is no such mailbox, now and later."""
        return self.code >= 500 and (is_hard(self.enhanced) if self.enhanced else self.code in _NO_MAILBOX)


def is_hard(enhanced: str) -> bool:
    """Say whether an enhanced code means that mail to the address will never arrive.

    Full mailboxes, mails that are too large and refusals of policy say nothing of the address.
    Source: RFC 3463, section 3: X.1 address status, X.2.0 and X.2.1 mailbox status, X.0 other status.
    """
    found = _ENHANCED.fullmatch(enhanced)
    if not found or found[1] != "5":
        return False
    subject, detail = int(found[2]), int(found[3])
    return subject in (0, 1) or (subject, detail) in ((2, 0), (2, 1), (4, 4))


def enhanced_in(words: str) -> str:
    found = _ENHANCED.search(words)
    return found.group() if found else ""


class Unreachable(Exception):
    """The relay cannot be used now; nothing was sent. The text is one word for the cause."""


class Refused(Exception):
    """The relay does not take this mail; nothing was sent."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(str(answer.code))
        self.answer = answer


class Relay:
    """Connections to the relay, opened when they are needed and kept."""

    def __init__(self, settings: Email) -> None:
        self._settings = settings
        self._idle: list[aiosmtplib.SMTP] = []
        self._places = asyncio.Semaphore(settings.connections)

    async def send(self, sender: str, recipient: str, content: bytes) -> None:
        """Hand one mail over.

        Raises:
            Unreachable: no connection, no login, or the relay refuses the sender.
            Refused: it refuses the recipient or the mail.
            DeliveryUncertain: the text went out and no answer came.
        """
        async with self._places:
            client = await self._ready(sender)
            is_well = False
            try:
                await self._addressed(client, recipient)
                await self._handed_over(client, content)
                is_well = True
            except Refused:
                is_well = await _reset(client)
                raise
            finally:
                self._put_back(client, is_well=is_well)

    async def close(self) -> None:
        """Say goodbye on every idle connection."""
        while self._idle:
            client = self._idle.pop()
            try:
                await client.quit(timeout=1.0)
            except (aiosmtplib.SMTPException, OSError):
                client.close()

    async def _ready(self, sender: str) -> aiosmtplib.SMTP:
        """Return a connection on which a mail was begun; a kept one that the relay closed is replaced."""
        while self._idle:
            client = self._idle.pop()
            try:
                await client.mail(sender)
            except (aiosmtplib.SMTPException, OSError):
                client.close()
            else:
                return client
        client = await connected(self._settings)
        try:
            await client.mail(sender)
        except (aiosmtplib.SMTPException, OSError) as error:
            client.close()
            raise Unreachable(_cause(error)) from error
        return client

    async def _addressed(self, client: aiosmtplib.SMTP, recipient: str) -> None:
        try:
            await client.rcpt(recipient)
        except aiosmtplib.SMTPResponseException as error:
            raise Refused(_answer(error)) from error
        except _LOST as error:
            raise Unreachable(_cause(error)) from error

    async def _handed_over(self, client: aiosmtplib.SMTP, content: bytes) -> None:
        try:
            await client.data(content)
        except aiosmtplib.SMTPResponseException as error:
            raise Refused(_answer(error)) from error
        except _LOST as error:
            raise DeliveryUncertain("no_answer") from error

    def _put_back(self, client: aiosmtplib.SMTP, *, is_well: bool) -> None:
        if is_well and client.is_connected:
            self._idle.append(client)
        else:
            client.close()


async def connected(settings: Email) -> aiosmtplib.SMTP:
    """Return a connection, encrypted and logged in as configured.

    Raises:
        Unreachable: with one word for the cause.
    """
    client = aiosmtplib.SMTP(
        hostname=settings.host,
        port=settings.port,
        use_tls=settings.tls == "tls",
        start_tls=settings.tls == "starttls",
        username=settings.user or None,
        password=settings.password.get_secret_value() or None,
        timeout=TIMEOUT_S,
        tls_context=None if settings.tls == "none" else ssl.create_default_context(),
    )
    try:
        await looked_up(settings.host)
        await client.connect()
    except (aiosmtplib.SMTPException, OSError) as error:
        client.close()
        raise Unreachable(_cause(error)) from error
    return client


async def _reset(client: aiosmtplib.SMTP) -> bool:
    """Take the mail that was begun back; say whether the connection can be used again."""
    try:
        await client.rset()
    except (aiosmtplib.SMTPException, OSError):
        return False
    return True


def _answer(error: aiosmtplib.SMTPResponseException) -> Answer:
    return Answer(error.code, enhanced_in(error.message))


def _cause(error: Exception) -> str:
    """Return why the relay cannot be used, as one word."""
    if isinstance(error, aiosmtplib.SMTPAuthenticationError):
        return "relay_login"
    if isinstance(error, ssl.SSLError) or type(error) is aiosmtplib.SMTPException:  # the library's word for no STARTTLS
        return "relay_encryption"
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return "relay_refuses"
    return "relay_away"
