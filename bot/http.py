"""Pages that features serve to browsers, calendars and mail programs, without naming a web framework.

A feature declares `@feature.page("GET", "/calendar/{token}.ics")`; its handler takes a `Visit` and returns an
`HttpReply`. There are no cookies and no sessions: whatever a page must know stands in its address.
"""

from __future__ import annotations

import html
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from bot.i18n import Translator

if TYPE_CHECKING:
    from bot.context import Services
    from bot.ports import UnitOfWork
    from bot.settings import Settings

METHODS = ("GET", "POST")


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """What a browser or another program asks.

    `path` is decoded and begins with "/". `query` holds the first value of each name, `headers` are by lower-case
    name. `peer` is the address that asks, "" when nobody can tell; it is personal, so it is never written to the log.
    """

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    peer: str = ""

    @property
    def fields(self) -> dict[str, str]:
        """Return what a submitted form holds (application/x-www-form-urlencoded); nothing when it is no such form."""
        try:
            return dict(parse_qsl(self.body.decode(), keep_blank_values=True, max_num_fields=100))
        except ValueError:
            return {}


@dataclass(frozen=True, slots=True)
class HttpReply:
    """An answer; the server adds the security headers, and `Cache-Control: no-store` where a page names no other."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @staticmethod
    def text(words: str, status: int = 200) -> HttpReply:
        """Return plain text."""
        return HttpReply(status, {"Content-Type": "text/plain; charset=utf-8"}, f"{words}\n".encode())

    @staticmethod
    def data(value: object, status: int = 200) -> HttpReply:
        """Return JSON."""
        return HttpReply(status, {"Content-Type": "application/json"}, json.dumps(value).encode())

    @staticmethod
    def page(t: Translator, title: str, paragraphs: Sequence[str], button: str = "", status: int = 200) -> HttpReply:
        """Return a short page of plain text, which is escaped; a `button` posts to the page's own address."""
        words = "".join(f"<p>{html.escape(one)}</p>" for one in paragraphs)
        form = f'<form method="post"><button>{html.escape(button)}</button></form>' if button else ""
        head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{html.escape(title)}'
        text = f'<!doctype html><html lang="{t.lang}">{head}</title><h1>{html.escape(title)}</h1>{words}{form}'
        return HttpReply(status, {"Content-Type": "text/html; charset=utf-8"}, text.encode())


@dataclass(frozen=True)
class Visit:
    """One request on its way to a page. `values` are the parts of the path that the page's pattern names.

    `t` speaks the language that the browser asks for, `uow` is open while the handler runs.
    """

    request: HttpRequest
    values: Mapping[str, str]
    uow: UnitOfWork
    t: Translator
    now: datetime
    services: Services

    @property
    def settings(self) -> Settings:
        return self.services.settings


@dataclass(frozen=True, slots=True)
class Page:
    """One method of one path, such as "/calendar/{token}.ics": a name in braces stands for what is no slash.

    `writes`: it changes what is stored. A GET must not write: mail programs and browsers fetch addresses by themselves.
    `is_for_many`: programs that work for many people ask it from few addresses, so one address may ask far more.

    Raises:
        ValueError: a method that is not served, or a GET that writes.
    """

    method: str
    path: str
    handler: Callable[[Visit], Awaitable[HttpReply]]
    writes: bool = False
    is_for_many: bool = False

    def __post_init__(self) -> None:
        if self.method not in METHODS or not self.path.startswith("/") or (self.writes and self.method == "GET"):
            raise ValueError(f"no page can be {self.method} {self.path}, writes={self.writes}")
