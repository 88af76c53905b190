"""How much one visitor may ask: counted by address, answered in the reader's language, nobody else hindered."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from bot.command import Feature
from bot.http import HttpReply
from bot.i18n import N_
from bot.registry import Registry
from bot.testing import conversation
from tests.adapters.web.conftest import site

HELLO, ANA, BO = "/hello", "203.0.113.7", "203.0.113.8"
FEW = {"visitor_per_minute": 6, "visitor_at_once": 2}

feature = Feature("sample", N_("Greetings"))


@feature.page("GET", HELLO)
async def hello(visit):
    return HttpReply.text("hello")


@feature.page("POST", HELLO, writes=True)
async def greet(visit):
    await visit.uow.inbox.claim("greeted", visit.now)
    return HttpReply.text("greeted")


async def is_new(storage, chat):
    async with storage.unit_of_work(writes=True) as uow:
        return await uow.inbox.claim("greeted", chat.clock())


@pytest.fixture
async def chat(sqlite_storage):
    async with conversation(sqlite_storage, registry=Registry([feature]), limits=FEW) as chat:
        yield chat


@pytest.fixture
async def web(chat, sqlite_storage):
    async with site(chat, sqlite_storage, trusts_proxy=True) as site_:
        yield site_


async def ask(web, who, method="GET", path=HELLO, lang="en"):
    return await web.ask(method, path, headers={"X-Forwarded-For": who, "Accept-Language": lang})


@pytest.mark.parametrize(
    ("lang", "words", "when"),
    [
        ("en", "That was a lot in a short time.", "Try again in 10 seconds."),
        ("es", "Fueron muchas solicitudes en poco tiempo.", "Inténtelo de nuevo en 10 segundos."),
    ],
)
async def test_whoever_asks_too_much_reads_when_to_come_back(web, lang, words, when):
    assert [(await ask(web, ANA))[0] for _ in range(2)] == [200, 200]
    status, headers, text = await ask(web, ANA, lang=lang)
    assert (status, headers["Retry-After"], headers["Cache-Control"]) == (429, "10", "no-store")
    assert f'<html lang="{lang}">' in text
    assert f"<h1>{words}</h1>" in text
    assert when in text
    assert (await ask(web, BO))[0] == 200


async def test_a_request_over_the_limit_stores_nothing(web, chat, sqlite_storage):
    for _ in range(2):
        await ask(web, ANA)
    assert (await ask(web, ANA, "POST"))[0] == 429
    assert await is_new(sqlite_storage, chat)


async def test_guessing_addresses_counts_like_any_other_request(web):
    assert [(await ask(web, ANA, path=f"/guess{n}"))[0] for n in range(3)] == [404, 404, 429]
    assert (await ask(web, ANA, "DELETE"))[0] == 429


async def test_addresses_of_one_ipv6_connection_count_together(web):
    found = [(await ask(web, f"2001:db8:1:2::{n}"))[0] for n in (1, 2, 3)]
    assert found == [200, 200, 429]
    assert (await ask(web, "2001:db8:1:3::1"))[0] == 200


async def test_inventing_an_address_helps_nobody_where_no_server_in_front_is_trusted(chat, sqlite_storage):
    async with site(chat, sqlite_storage) as web:
        assert [(await ask(web, f"203.0.113.{n}"))[0] for n in range(3)] == [200, 200, 429]


async def test_a_refused_visitor_is_nowhere_in_the_log(web):
    with capture_logs() as lines:
        for _ in range(3):
            await ask(web, ANA)
    assert [one["status"] for one in lines if one["event"] == "page"] == [200, 200, 429]
    assert ANA not in str(lines)


async def test_no_limit_is_no_limit(sqlite_storage):
    limits = FEW | {"visitor_per_minute": 0}
    async with (
        conversation(sqlite_storage, registry=Registry([feature]), limits=limits) as chat,
        site(chat, sqlite_storage) as web,
    ):
        assert {(await ask(web, ANA))[0] for _ in range(9)} == {200}
