"""The web server: what features declare is served, within limits, and nothing is told to strangers."""

from __future__ import annotations

import asyncio
import json

import pytest
from structlog.testing import capture_logs

from bot.command import Feature
from bot.config import load_settings
from bot.errors import Busy, CheckFailure, Conflict, NotFound, UserInputError
from bot.http import HttpReply, Page
from bot.i18n import N_
from bot.registry import Registry
from bot.settings import Web
from bot.testing import conversation
from tests.adapters.web.conftest import site

feature = Feature("sample", N_("Greetings"))
FAULTS = {"gone": NotFound, "right": CheckFailure, "twice": Conflict, "busy": Busy, "input": UserInputError}


@feature.page("GET", "/hello/{name}.txt")
async def hello(visit):
    return HttpReply.text(f"{visit.t('yes')} {visit.values['name']} {visit.request.query.get('q', '')}".strip())


@feature.page("GET", "/form/{token}")
async def form(visit):
    return HttpReply.page(visit.t, "<b>Stop & go</b>", ["<script>alert(1)</script>"], "Do <it>")


@feature.page("POST", "/form/{token}", writes=True)
async def submit(visit):
    claimed = await visit.uow.inbox.claim(visit.values["token"], visit.now)
    return HttpReply.data([claimed, visit.request.fields, visit.request.peer])


@feature.page("GET", "/fault/{kind}")
async def fault(visit):
    raise FAULTS.get(visit.values["kind"], RuntimeError)("Secret text.", "Do this.")


@pytest.fixture
async def chat(sqlite_storage):
    async with conversation(sqlite_storage, registry=Registry([feature])) as chat:
        yield chat


@pytest.fixture
async def web(chat, sqlite_storage):
    async with site(chat, sqlite_storage) as site_:
        yield site_


async def test_a_declared_page_is_served_in_the_language_that_the_browser_asks_for(web):
    assert (await web.get("/hello/ana.txt?q=1&q=2"))[2] == "yes ana 1\n"
    assert (await web.get("/hello/ana.txt", headers={"Accept-Language": "fr, es-MX;q=0.8, en"}))[2] == "sí ana\n"


async def test_every_answer_has_the_headers_that_protect_people(web):
    for method, path in (("GET", "/hello/a.txt"), ("GET", "/nowhere"), ("DELETE", "/hello/a.txt"), ("GET", "/fault/x")):
        _, headers, _ = await web.ask(method, path)
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "no-store"
        assert headers["Server"] == "hrc-bot"
        assert "Set-Cookie" not in headers


async def test_an_unknown_path_is_404_in_plain_words(web):
    for path in ("/", "/hello/", "/hello/a/b.txt", "/hello/a%2Fb.txt", "/HELLO/a.txt", "/hello/aXtxt", "//hello/a.txt"):
        status, headers, text = await web.get(path)
        assert (status, headers["Content-Type"]) == (404, "text/plain; charset=utf-8")
        assert text == "There is no such page.\n"


async def test_head_gets_the_headers_alone(web):
    status, headers, text = await web.ask("HEAD", "/hello/ana.txt")
    assert (status, headers["Content-Length"], text) == (200, "8", "")


async def test_another_method_is_405_and_says_which_there_are(web):
    status, headers, _ = await web.ask("PUT", "/form/t")
    assert (status, headers["Allow"]) == (405, "GET, HEAD, POST")
    assert (await web.ask("POST", "/hello/a.txt"))[0] == 405


async def test_a_page_shows_text_and_never_markup_of_people(web):
    _, headers, text = await web.get("/form/t")
    assert "<h1>&lt;b&gt;Stop &amp; go&lt;/b&gt;</h1>" in text
    assert "<script>" not in text
    assert '<form method="post"><button>Do &lt;it&gt;</button></form>' in text
    assert headers["Content-Type"] == "text/html; charset=utf-8"


async def test_a_submitted_form_is_stored_once(web):
    first = await web.ask("POST", "/form/t", data={"List-Unsubscribe": "One-Click"})
    again = await web.ask("POST", "/form/t", data=b"\xff")
    assert first[2] == '[true, {"List-Unsubscribe": "One-Click"}, "127.0.0.1"]\n'.strip()
    assert again[2] == '[false, {}, "127.0.0.1"]'


async def peer_of(web, *named):
    _, _, text = await web.ask("POST", "/form/t", headers=[("X-Forwarded-For", one) for one in named])
    return json.loads(text)[2]


@pytest.mark.parametrize(
    ("named", "peer"),
    [
        (["203.0.113.7"], "203.0.113.7"),
        (["198.51.100.1, 203.0.113.7"], "203.0.113.7"),
        (["198.51.100.1", "203.0.113.7"], "203.0.113.7"),
        (["evil"], "127.0.0.1"),
        ([], "127.0.0.1"),
    ],
)
async def test_a_trusted_server_in_front_names_who_asks(chat, sqlite_storage, named, peer):
    async with site(chat, sqlite_storage, trusts_proxy=True) as web:
        assert await peer_of(web, *named) == peer


async def test_nobody_is_believed_who_they_are_unless_the_configuration_says_so(web):
    assert await peer_of(web, "203.0.113.7") == "127.0.0.1"


@pytest.mark.parametrize(
    ("kind", "status"), [("gone", 404), ("right", 403), ("twice", 409), ("busy", 503), ("input", 400)]
)
async def test_what_a_page_refuses_is_said_in_its_words(web, kind, status):
    found, headers, text = await web.get(f"/fault/{kind}")
    assert (found, text) == (status, "Secret text. Do this.\n")
    assert ("Retry-After" in headers) == (kind == "busy")


async def test_an_error_that_nobody_foresaw_shows_a_reference_and_nothing_else(web):
    with capture_logs() as lines:
        status, _, text = await web.get("/fault/other")
    (line,) = (one for one in lines if one["event"] == "page failed")
    assert (status, text) == (500, f"Something went wrong on our side. Reference: {line['reference']}\n")


async def test_the_access_log_names_the_page_and_never_the_address(web):
    with capture_logs() as lines:
        await web.get("/form/s3cret?key=s3cret")
        await web.get("/s3cret")
    assert [(one["page"], one["status"]) for one in lines if one["event"] == "page"] == [
        ("/form/{token}", 200),
        ("", 404),
    ]
    assert "s3cret" not in str(lines)
    assert "127.0.0.1" not in str(lines)


async def test_a_body_over_64_kib_is_refused(web):
    assert (await web.ask("POST", "/form/t", data=b"x" * 65_537))[0] == 413
    assert (await web.ask("POST", "/form/t", data=b"x" * 65_000))[0] == 200


@pytest.mark.parametrize("line", [b"GET /\x00 HTTP/1.1", b"NONSENSE", b"GET /%ff%00 HTTP/1.1\r\nHost: x"])
async def test_what_is_no_request_is_answered_and_the_server_goes_on(web, line):
    host, port = web.address.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(line + b"\r\n\r\n")
    first = await reader.readline()
    writer.close()
    assert first.startswith(b"HTTP/1.1 4") or first.startswith(b"HTTP/1.0 4")
    assert (await web.get("/hello/a.txt"))[0] == 200


async def test_a_path_in_the_public_address_may_be_there_or_taken_away_by_the_server_in_front(chat, sqlite_storage):
    async with site(chat, sqlite_storage, "/bot") as web:
        assert (await web.get("/hello/a.txt"))[0] == 200
        web.address = web.address.removesuffix("/bot")
        assert (await web.get("/hello/a.txt"))[0] == 200
        assert (await web.get("/bother/hello/a.txt"))[0] == 404


def test_a_page_that_is_fetched_by_itself_cannot_write():
    with pytest.raises(ValueError, match="no page can be GET /x, writes=True"):
        Page("GET", "/x", hello, writes=True)


def test_two_pages_cannot_have_one_address():
    twice = Feature("twice", N_("Greetings"))
    twice.page("GET", "/hello/{name}.txt")(hello)
    with pytest.raises(ValueError, match="two pages have the same address"):
        Registry([feature, twice])


@pytest.mark.parametrize(
    "address",
    ["http://bot.example.org", "https://", "bot.example.org", "https://u:p@x.org", "https://x.org/?a", "ftp://x"],
)
def test_a_public_address_that_protects_nobody_stops_the_start(address):
    with pytest.raises(
        Exception, match=r"web\.public_url .*: write the full address, such as https://bot\.example\.org"
    ):
        load_settings(None, {"HRC_WEB_PUBLIC_URL": address}, [])


def test_addresses_stand_where_the_server_is_on():
    assert Web().address("/x") == ""
    assert Web(enabled=True).address("/x") == "http://127.0.0.1:8080/x"
    assert Web(public_url="https://bot.example.org/hrc/").address("/x") == "https://bot.example.org/hrc/x"
