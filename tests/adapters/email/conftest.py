"""The bot with a mail relay: a conversation, its outbox, the pages that mails link to, and the mailboxes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from adapters.email import plugin
from adapters.email.app import EmailAdapter
from bot.email_settings import Email
from bot.http import HttpReply, HttpRequest
from bot.i18n import core_translators
from bot.mailing import list_id
from bot.pages import Pages
from bot.plugin import Host
from bot.settings import Web
from bot.testing import Conversation, conversation
from tests.adapters.email.relay import Mail, MailRelay, relay_server

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

    async def of(self, address: str) -> Any:
        settings = self.chat.dispatcher.services.settings
        async with self.storage.unit_of_work(writes=False) as uow:
            return await uow.subscriptions.of_address(list_id(settings.email), address)


@asynccontextmanager
async def mailing(storage: Any, relay: MailRelay, **email: Any) -> AsyncIterator[Post]:
    keys = Email(**(NEWS | {"host": "127.0.0.1", "port": relay.port} | email))
    async with conversation(storage, email=keys, web=Web(public_url=SITE)) as chat:
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
