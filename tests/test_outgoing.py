"""Where the bot connects to: never where people point, never where clouds keep credentials, nowhere by a redirect."""

from __future__ import annotations

import ast
import socket
import sys
import urllib.request
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from discord.http import Route
from pydantic import SecretStr

from adapters.discord import connections
from adapters.discord.rest import Line
from adapters.discord.wire import Handle, Kind, Wire
from adapters.email import relay
from adapters.email.mailman import Mailman
from adapters.email.relay import Unreachable
from adapters.slack.settings import SlackSettings
from adapters.slack.web import Web
from bot.config import load_settings
from bot.email_settings import Email
from bot.errors import ConfigError, DeliveryError
from bot.outgoing import guarded
from bot.plugin import plugins
from bot.reply import Reply
from bot.testing import conversation
from storage import open_storage
from tests.features.gatherings import ADD, ORGANIZER, STEERING

ROOT = Path(__file__).parent.parent
SPECS = [plugin.spec for plugin in plugins() if plugin.spec]
METADATA = "169.254.169.254"
_heard: list[list[str]] = []


def _hear(event: str, arguments: tuple[object, ...]) -> None:
    if _heard and event in ("socket.connect", "socket.getaddrinfo"):
        target = arguments[1] if event == "socket.connect" else f"name {arguments[0]!s}"
        _heard[-1].append(str(target[0] if isinstance(target, tuple) else target))


sys.addaudithook(_hear)  # hears nothing outside of the fixture


@pytest.fixture
def called(monkeypatch) -> Iterator[list[str]]:
    """Yield the names looked up and the addresses connected to, by anything in this process."""
    for name in urllib.request.getproxies():
        monkeypatch.delenv(f"{name}_proxy", raising=False)
        monkeypatch.delenv(f"{name}_proxy".upper(), raising=False)
    _heard.append([])
    yield _heard[-1]
    _heard.pop()


@dataclass
class Redirecting:
    """A server on this machine that leads elsewhere."""

    url: str = ""
    to: str = ""
    seen: list[str] = field(default_factory=list)

    async def serve(self, request: web.Request) -> web.Response:
        self.seen.append(request.path)
        return web.Response(status=307, headers={"Location": self.to}) if self.to else web.Response(text="secret")


@pytest.fixture
async def server() -> AsyncIterator[Redirecting]:
    there, application = Redirecting(), web.Application()
    application.router.add_route("*", "/{tail:.*}", there.serve)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    there.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield there
    await runner.cleanup()


@pytest.mark.parametrize("host", [METADATA, "localhost:8000", "10.0.0.7", "[fe80::1]", "alliance.example"])
async def test_proxy_to_metadata_in_what_people_write_is_not_requested(called, tmp_path, host):
    link = f"https://{host}/logo.png"
    storage = await open_storage(f"sqlite:///{tmp_path}/bot.db", tmp_path / "data")
    async with conversation(storage, steering=(STEERING["user"],)) as chat:
        await chat.say("channel follow", **ORGANIZER)
        await chat.say(f'join name:"Ana {link}" interests:{link} consent:yes')
        await chat.press(await chat.say(f'{ADD} link:{link} description:"see {link}"', **ORGANIZER), "Save")
        await chat.say(f"convening report 1 recording:{link} notes:{link} next_steps:{link}", **ORGANIZER)
        await chat.say(f'report what:"convening 1" why:{link}')
        told = f'announce new title:"News" message:"![logo]({link}) [here]({link}) {link}" audience:chapter when:now'
        await chat.press(await chat.say(told, **ORGANIZER), "Send")
        await chat.say(f'questions ask question:"What is {link} about?" consent:yes')
        await chat.say(f'questions answer 1 answer:"See {link}" other_answer:"Vea {link}"', **STEERING)
        await chat.say(f"what is {link}")
        await chat.deliver()
        shown = str(chat.messenger.messages)
    await storage.close()
    assert host.partition(":")[0].strip("[") in shown, "nothing with the link was posted"
    assert called == []


def test_what_is_called_is_heard(called):
    """The tests here can fail: a connection is heard, whoever makes it."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        socket.create_connection(listening.getsockname()).close()
    assert "127.0.0.1" in called


INSIDE = ["http://169.254.169.254/latest/meta-data", "http://[fe80::1]/", "http://10.0.0.1/", "http://0.0.0.0/"]


@pytest.mark.parametrize("inside", INSIDE)
async def test_proxy_to_metadata_by_a_redirect_of_slack_is_not_followed(called, server, inside):
    server.to = inside
    slack = Web(SlackSettings(api_url=f"{server.url}/api/", bot_token=SecretStr("xoxb-1")))
    slack.open()
    with pytest.raises(DeliveryError):
        await slack.call("chat.postMessage", channel="C1", text="hello")
    with pytest.raises(DeliveryError):
        await slack.respond(f"{server.url}/response", {"text": "hello"})
    await slack.close()
    assert server.seen == ["/api/chat.postMessage", "/response"]
    assert set(called) == {"127.0.0.1"}


@pytest.mark.parametrize("inside", INSIDE)
async def test_proxy_to_metadata_by_a_redirect_of_discord_is_not_followed(called, server, inside, monkeypatch):
    server.to = inside
    monkeypatch.setattr(Route, "BASE", server.url)
    line, wire = Line("token"), Wire(server.url)
    with pytest.raises(OSError, match="does not connect"):
        await line.ready()
    outcome = await wire.respond(Handle(1, 1, "token"), Kind.MESSAGE_LATER)
    await wire.close()
    await line.close()
    assert (outcome.ok, len(server.seen)) == (False, 2)
    assert set(called) == {"127.0.0.1"}


async def test_proxy_to_metadata_by_a_redirect_of_mailman_is_not_followed(server):
    server.to = "/elsewhere"
    mailman = Mailman(Email(mailman_url=f"{server.url}/3.1", list_address="news@lists.example"))
    with pytest.raises(ConfigError, match="307"):
        await mailman.checked()
    assert len(server.seen) == 1


async def test_proxy_to_metadata_as_what_the_name_of_relay_or_mailman_means_is_not_called(called):
    """The setting is a name there; a copy with the number stands in for what the look-up says."""
    settings = Email().model_copy(update={"host": METADATA, "mailman_url": f"http://{METADATA}/3.1"})
    with pytest.raises(Unreachable):
        await relay.connected(settings)
    with pytest.raises(ConfigError, match="cannot be reached"):
        await Mailman(settings).checked()
    assert set(called) == {f"name {METADATA}"}


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::ffff:127.0.0.1]"])
async def test_proxy_to_metadata_by_a_name_that_leads_inside_is_not_called(called, server, host):
    """The usual hosts lie outside: a name server that says otherwise is not believed."""
    usual = str(SlackSettings.model_fields["api_url"].default)
    connector = aiohttp.TCPConnector(socket_factory=guarded(usual, usual))
    async with aiohttp.ClientSession(connector=connector) as session:
        with pytest.raises(aiohttp.ClientConnectionError):
            await session.get(f"http://{host}:{server.url.rpartition(':')[2]}/")
    assert server.seen == []


@pytest.mark.parametrize(
    ("address", "from_usual", "from_here", "from_network"),
    [
        ("93.184.215.14", True, True, True),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True, True, True),
        ("198.18.0.9", True, True, True),  # a tunnel's stand-in
        ("127.0.0.1", False, True, True),
        ("::1", False, True, True),
        ("10.1.2.3", False, False, True),
        ("192.168.1.1", False, False, True),
        ("fd12::1", False, False, True),
        ("::ffff:10.0.0.1", False, False, True),
        (METADATA, False, False, False),
        (f"::ffff:{METADATA}", False, False, False),
        ("64:ff9b::a9fe:a9fe", False, False, False),
        ("fd00:ec2::254", False, False, False),
        ("100.100.100.200", False, False, False),
        ("fe80::1%eth0", False, False, False),
        ("0.0.0.0", False, False, False),
        ("::", False, False, False),
    ],
)
def test_what_the_operator_names_may_be_inside_and_what_the_platform_names_may_not(
    called, address, from_usual, from_here, from_network
):
    usual = "https://slack.com/api/"
    for base, may in ((usual, from_usual), ("http://localhost:9/", from_here), ("http://gateway:9/", from_network)):
        opens = guarded(base, usual)
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        try:
            opens((family, socket.SOCK_STREAM, 0, "", (address, 443))).close()
            opened = True
        except PermissionError:
            opened = False
        assert opened is may, (base, address)


@pytest.mark.parametrize(
    "url", ["https://169.254.169.254/", "https://localhost/", "https://slack.com@169.254.169.254/"]
)
def test_proxy_to_metadata_as_the_address_for_an_answer_is_not_trusted(url):
    assert not Web(SlackSettings()).trusts(url)


@pytest.mark.parametrize("host", [METADATA, "[fe80::1]", "2852039166", "0xA9FEA9FE", "[::ffff:169.254.169.254]"])
@pytest.mark.parametrize("key", ["slack.api_url", "discord.api_url", "email.mailman_url", "email.host"])
def test_proxy_to_metadata_in_the_configuration_stops_the_start(tmp_path, key, host):
    section, name = key.split(".")
    value = host.strip("[]") if name == "host" else f"http://{host}/"
    path = tmp_path / "config.yaml"
    path.write_text(f'{section}:\n  {name}: "{value}"\n')
    with pytest.raises(ConfigError, match=key):
        load_settings(path, {}, SPECS)


@pytest.mark.parametrize("key", ["contact.list_url", "contact.website", "web.public_url"])
async def test_what_the_configuration_only_shows_is_not_requested(called, tmp_path, key):
    """There is no logo and no webhook: these addresses are shown, so one that leads inside costs nothing."""
    section, name = key.split(".")
    path = tmp_path / "config.yaml"
    path.write_text(f"{section}:\n  {name}: https://{METADATA}/\n")
    settings = load_settings(path, {}, SPECS)
    storage = await open_storage(f"sqlite:///{tmp_path}/bot.db", tmp_path / "data")
    async with conversation(storage, **{section: getattr(settings, section)}) as chat:
        for line in ("help", "privacy", "join", "how do I join?", "convening calendar"):
            assert isinstance(await chat.say(line), Reply) or line == "join"
    await storage.close()
    assert called == []


OPENERS = {"ClientSession": "connector", "TCPConnector": "socket_factory", "Client": "connector"}
CONNECTING = {"aiohttp", "httpx", "requests", "urllib3", "smtplib", "ftplib", "http.client", "websockets"}
UNGUARDED = {"urlopen", "create_connection", "open_connection"}


def imported(node: ast.AST) -> set[str]:
    if isinstance(node, ast.Import):
        return {one.name for one in node.names}
    return {node.module or ""} if isinstance(node, ast.ImportFrom) else set()


def test_only_adapters_can_call_anybody():
    for path in (one for part in ("bot", "knowledge", "storage") for one in (ROOT / part).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            assert not imported(node) & CONNECTING, path
            assert getattr(node, "attr", getattr(node, "id", "")) not in UNGUARDED, path


@pytest.mark.parametrize("platform", ["slack", "discord"])
def test_every_client_of_a_platform_is_guarded(platform):
    """What opens connections names its connector; a new one that forgets it is found here."""
    for path in (ROOT / "adapters" / platform).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            name = getattr(node, "attr", getattr(node, "id", "")) if isinstance(node, ast.expr) else ""
            assert name not in UNGUARDED, path
            if isinstance(node, ast.Call):
                opener = getattr(node.func, "attr", getattr(node.func, "id", ""))
                wanted = OPENERS.get(opener)
                assert not wanted or wanted in {one.arg for one in node.keywords}, (path, node.lineno)
    assert connections.USUAL == "https://discord.com/api/v10"
