"""The bot with a mail relay: a conversation, its outbox, the pages that mails link to, and the mailboxes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from adapters.email import plugin
from adapters.email.app import EmailAdapter
from bot.domain.announcements import State
from bot.domain.deliveries import Subject
from bot.email_settings import Email
from bot.http import HttpReply, HttpRequest
from bot.i18n import core_translators
from bot.mailing import list_id, mail_targets
from bot.pages import Pages
from bot.plugin import Host
from bot.settings import Limits, Web
from bot.testing import Conversation, FrozenClock, conversation
from tests.adapters.email.relay import Mail, MailRelay, relay_server
from tests.storage.test_records import announce

NEWS = {"from_address": "news@alliance.example", "bounce_address": "back@alliance.example", "tls": "none"}
SITE = "https://bot.alliance.example"


@dataclass
class Post:
    """The whole bot with mail."""

    chat: Conversation
    relay: MailRelay
    pages: Pages
    storage: Any
    adapter: EmailAdapter

    @property
    def mails(self) -> list[Mail]:
        return self.relay.mails

    async def get(self, path: str) -> HttpReply:
        return await self.pages.answer(HttpRequest("GET", path))

    async def post(self, path: str, body: str = "") -> HttpReply:
        return await self.pages.answer(HttpRequest("POST", path, body=body.encode()))

    async def join(self, address: str = "ana@example.org", **who: Any) -> Mail:
        """Put an address on the list, with its confirmation; return the mail that asked for it."""
        await self.chat.say(f"email join {address}", **who)
        await self.chat.deliver()
        asked = self.relay.to(address)[-1]
        assert (await self.post(asked.link("email/confirm"))).status == 200
        return asked

    async def announce(self, **changed: Any) -> None:
        """Send an announcement to the readers of the list alone."""
        kept = await announce(self.storage, state=State.SENT, **changed)
        settings, now = self.chat.dispatcher.services.settings, self.chat.clock()
        async with self.storage.unit_of_work(writes=True) as uow:
            readers = await mail_targets(uow, settings)
            await uow.deliveries.want(Subject.ANNOUNCEMENT, kept.id, readers, kept.revision, now)

    async def of(self, address: str) -> Any:
        settings = self.chat.dispatcher.services.settings
        async with self.storage.unit_of_work(writes=False) as uow:
            return await uow.subscriptions.of_address(list_id(settings.email), address)


@asynccontextmanager
async def mailing(
    storage: Any,
    relay: MailRelay,
    data_dir: Path = Path("data"),
    clock: FrozenClock | None = None,
    limits: Limits | None = None,
    **email: Any,
) -> AsyncIterator[Post]:
    keys = Email(**(NEWS | {"host": "127.0.0.1", "port": relay.port} | email))
    async with conversation(
        storage,
        email=keys,
        web=Web(public_url=SITE),
        steering=("fake:steering", "fake:second"),
        data_dir=data_dir,
        clock=clock,
        limits=limits or Limits(),
    ) as chat:
        services = chat.dispatcher.services
        host = Host(services.settings, chat.dispatcher, core_translators(), storage.unit_of_work)
        adapter = plugin.create(host)
        services.messengers["email"] = adapter.messenger
        pages = Pages(services, core_translators(), chat.outbox.wake)
        yield Post(chat, relay, pages, storage, adapter)
        await adapter.close()


@pytest.fixture
async def relay() -> AsyncIterator[MailRelay]:
    async with relay_server() as one:
        yield one


@pytest.fixture
async def mail(sqlite_storage: Any, relay: MailRelay) -> AsyncIterator[Post]:
    async with mailing(sqlite_storage, relay) as one:
        yield one


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for localhost, with its key, that signed itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "relay.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(made.public_bytes(Encoding.PEM) + secret)
    return path
