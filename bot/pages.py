"""The front door of the web: find the page, open a unit of work, run, and turn errors into plain answers."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable
from dataclasses import replace

import structlog

from bot.context import Services
from bot.errors import Busy, CheckFailure, CommandError, Conflict, KeptOut, NotFound, TooFast
from bot.gate import Visitors
from bot.http import HttpReply, HttpRequest, Page, Visit
from bot.i18n import LANGUAGES, Translator, Translators, language_of

log = structlog.get_logger("bot.web")

_STATUS: tuple[tuple[type[CommandError], int], ...] = (
    (NotFound, 404),
    (CheckFailure, 403),
    (KeptOut, 403),
    (Conflict, 409),
    (Busy, 503),
    (CommandError, 400),
)
_BUSY_HEADERS = {"Retry-After": "5"}


class Pages:
    """Every page that the features declare.

    Args:
        services: what handlers work with.
        translators: all languages.
        on_write: called after a page that wrote was committed, so that deliveries start at once.
    """

    def __init__(self, services: Services, translators: Translators, on_write: Callable[[], None]) -> None:
        self._services = services
        self._translators = translators
        self._on_write = on_write
        self._visitors = Visitors(services.settings)
        self._pages = [(_pattern(page.path), page) for page in services.registry.pages]

    async def answer(self, request: HttpRequest) -> HttpReply:
        """Answer `request`; there is always an answer. HEAD is answered as GET, whose body the server leaves out."""
        begun_s = time.monotonic()
        reply, pattern = await self._found(request)
        took_ms = round((time.monotonic() - begun_s) * 1000)
        log.info("page", method=request.method, page=pattern, status=reply.status, ms=took_ms)
        return reply

    async def _found(self, request: HttpRequest) -> tuple[HttpReply, str]:
        """Return the answer, and the page's pattern for the log: the address itself may hold a secret."""
        method = "GET" if request.method == "HEAD" else request.method
        found = [(page, match) for pattern, page in self._pages if (match := pattern.fullmatch(request.path))]
        t = self._translators[preferred(request.headers.get("accept-language", ""), self._services.settings.language)]
        is_for_many = any(page.is_for_many for page, _ in found if page.method == method)
        try:
            self._visitors.slow_down(request.peer, t, is_for_many=is_for_many)
        except TooFast as error:
            return _slower(error, t), found[0][0].path if found else ""
        if not found:
            return HttpReply.text(t("There is no such page."), 404), ""
        for page, match in found:
            if page.method == method:
                return await self._answered(page, replace(request, method=method), match.groupdict(), t), page.path
        allowed = {page.method for page, _ in found} | ({"HEAD"} if any(p.method == "GET" for p, _ in found) else set())
        reply = HttpReply.text(t("This page cannot be used like that."), 405)
        return replace(reply, headers={**reply.headers, "Allow": ", ".join(sorted(allowed))}), found[0][0].path

    async def _answered(self, page: Page, request: HttpRequest, values: dict[str, str], t: Translator) -> HttpReply:
        try:
            return await self._run(page, request, values, t)
        except CommandError as error:
            status = next(code for kind, code in _STATUS if isinstance(error, kind))
            reply = HttpReply.text(" ".join(t(one) for one in (error.text, error.hint) if one), status)
            return replace(reply, headers={**reply.headers, **_BUSY_HEADERS}) if status == 503 else reply
        except Exception as error:
            reference = secrets.token_hex(4)
            log.exception("page failed", reference=reference, page=page.path, error=type(error).__name__)
            text = t("Something went wrong on our side. Reference: {reference}", reference=reference)
            return HttpReply.text(text, 500)

    async def _run(self, page: Page, request: HttpRequest, values: dict[str, str], t: Translator) -> HttpReply:
        async with self._services.unit_of_work(writes=page.writes) as uow:
            reply = await page.handler(Visit(request, values, uow, t, self._services.clock(), self._services))
        if page.writes:
            self._on_write()
        return reply


def _slower(error: TooFast, t: Translator) -> HttpReply:
    why = t("Others who share your connection count too. Nothing was changed by this request, so you can repeat it.")
    reply = HttpReply.page(t, error.text, (error.hint, why), status=429)
    return replace(reply, headers={**reply.headers, "Retry-After": str(error.wait_s)})


def preferred(accepted: str, otherwise: str) -> str:
    """Return the first language of an Accept-Language header that we speak, else `otherwise`."""
    wanted = (one.split(";")[0].strip() for one in accepted.split(","))
    return next((language_of(one) for one in wanted if one.split("-")[0].lower() in LANGUAGES), otherwise)


def _pattern(path: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", path)
    return re.compile("".join(f"(?P<{one}>[^/]+?)" if at % 2 else re.escape(one) for at, one in enumerate(parts)))
