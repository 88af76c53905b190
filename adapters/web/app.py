"""Listens, reads one request within its limits, asks the pages, and answers with the headers that protect people."""

from __future__ import annotations

import asyncio
from ipaddress import ip_address

import structlog
from aiohttp import web

from bot.http import HttpReply, HttpRequest
from bot.listening import listening
from bot.pages import Pages
from bot.plugin import Host

log = structlog.get_logger("adapters.web")

MAX_BODY = 64 * 1024
READS_WITHIN_S = 10.0  # whoever sends slower holds a connection for nothing
FINISHES_WITHIN_S = 2.0
TOO_LONG = HttpReply.text("That is too long.", 413)
TOO_SLOW = HttpReply.text("That took too long.", 408)
# Source: OWASP Secure Headers Project; a page loads nothing, runs no script and tells no other site its address
PROTECTING = {
    "Content-Security-Policy": (
        "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; sandbox allow-forms"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
    "Server": "hrc-bot",
}


class WebAdapter:
    """The running web server; people visit it, and it sends nothing by itself."""

    messenger = None

    def __init__(self, host: Host) -> None:
        self._settings = host.settings.web
        self._pages = Pages(host.dispatcher.services, host.translators, host.dispatcher.wrote)
        self._prefix = self._settings.prefix
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Listen.

        Raises:
            ConfigError: the address is not ours, or another program listens there.
        """
        server = web.Application(client_max_size=MAX_BODY)
        server.router.add_route("*", "/{path:.*}", self._serve)
        server.on_response_prepare.append(self._protect)
        self._runner = web.AppRunner(server, access_log=None, shutdown_timeout=FINISHES_WITHIN_S)
        await self._runner.setup()
        host, port = self._settings.host, self._settings.port
        with listening("web", host, port):
            await web.TCPSite(self._runner, host, port).start()
        log.info("serving web pages", address=self._settings.address("/"))
        if self._settings.public_url.startswith("https:") and not self._settings.trusts_proxy:
            log.warning("all visitors count as one; set web.trusts_proxy if the server in front names them")

    async def run(self) -> None:
        """Serve until cancelled."""
        await asyncio.Event().wait()

    async def close(self) -> None:
        """Take nothing new, finish what is in hand for two seconds at most."""
        if self._runner:
            await self._runner.cleanup()

    async def _serve(self, request: web.Request) -> web.Response:
        try:
            async with asyncio.timeout(READS_WITHIN_S):
                body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            return _response(TOO_LONG)
        except TimeoutError:
            return _response(TOO_SLOW)
        peer = _named(request) if self._settings.trusts_proxy else request.remote or ""
        return _response(await self._pages.answer(_as_asked(request, self._own_path(request.path), body, peer)))

    def _own_path(self, path: str) -> str:
        """Return the path below that of `public_url`, whether or not the server in front of us took that away."""
        return path.removeprefix(self._prefix) if path.startswith(f"{self._prefix}/") else path

    async def _protect(self, _request: web.Request, response: web.StreamResponse) -> None:
        for name, value in PROTECTING.items():
            response.headers[name] = value
        response.headers.setdefault("Cache-Control", "no-store")
        if self._settings.public_url.startswith("https:"):
            response.headers["Strict-Transport-Security"] = "max-age=31536000"


def _as_asked(request: web.Request, path: str, body: bytes, peer: str) -> HttpRequest:
    query = {name: request.query.getone(name) for name in request.query}
    headers = {name.lower(): value for name, value in request.headers.items()}
    return HttpRequest(request.method, path, query, headers, body, peer)


def _named(request: web.Request) -> str:
    """Return whom the server in front names: the last address, which it wrote itself; else who is connected."""
    named = ",".join(request.headers.getall("X-Forwarded-For", ())).rpartition(",")[2].strip()
    try:
        return str(ip_address(named))
    except ValueError:
        return request.remote or ""


def _response(reply: HttpReply) -> web.Response:
    return web.Response(status=reply.status, headers=reply.headers, body=reply.body)


def create(host: Host) -> WebAdapter:
    """Return the adapter; nothing listens yet."""
    return WebAdapter(host)
