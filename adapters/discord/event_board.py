"""Scheduled events of a server: entered, edited, cancelled, and found again by the mark in their description.

The client's own repeats of a failed request would enter an event twice, since events know no nonce; entering one is
therefore a call of its own that is made once.
Source: Discord's documentation, resources/guild-scheduled-event.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
from discord.http import Route

from adapters.discord.connections import connector
from adapters.discord.markdown import escape
from adapters.discord.rest import Circuit, Rest, judged
from adapters.discord.wire import TIMEOUT, USER_AGENT
from bot.errors import DeliveryDelayed, DeliveryError, DeliveryUncertain
from bot.i18n import Translator
from bot.reply import Event
from bot.text import split, utf16_units

SUFFIX = ".events"
MAX_NAME, MAX_TEXT, MAX_PLACE = 100, 1000, 100
_EXTERNAL, _SERVER_ONLY, _CANCELLED = 3, 2, 4
_MARK_CHARS = 12
_EVENTS, _ONE = "/guilds/{guild_id}/scheduled-events", "/guilds/{guild_id}/scheduled-events/{event_id}"


def server_of(address: str) -> str:
    """Return the server whose list of events the address is, "" for the address of anything else."""
    number = address.partition(":")[2].removesuffix(SUFFIX)
    return number if address.endswith(SUFFIX) and number.isdigit() else ""


class EventBoard:
    """The lists of events.

    Args:
        rest: sends what may be repeated.
        token: the bot's.
        circuit: counts refusals.
    """

    def __init__(self, rest: Rest, token: str, circuit: Circuit) -> None:
        self._rest = rest
        self._token = token
        self._circuit = circuit

    async def enter(self, server: str, event: Event, t: Translator, key: str) -> str:
        """Enter an event and return its id; nothing is sent twice."""
        if self._circuit.open_s:
            raise DeliveryDelayed("too_many_refusals", self._circuit.open_s)
        body = body_of(event, t, key) | {"entity_type": _EXTERNAL, "privacy_level": _SERVER_ONLY}
        url = Route("POST", _EVENTS, guild_id=server).url
        headers = {"Authorization": f"Bot {self._token}", "User-Agent": USER_AGENT}
        try:
            async with (
                aiohttp.ClientSession(
                    connector=connector(), timeout=TIMEOUT, headers=headers, trust_env=True
                ) as session,
                session.post(url, json=body) as answer,
            ):
                said = _parsed(await answer.text())
        except aiohttp.ClientConnectorError:
            raise DeliveryError("not_connected") from None
        except (aiohttp.ClientError, OSError, TimeoutError):
            raise DeliveryUncertain("no_answer") from None
        if answer.status >= 300:
            self._circuit.count(answer.status)
            raise judged(answer.status, int(said.get("code") or 0), answer.headers, is_post=True)
        return str(said.get("id", ""))

    async def change(self, server: str, number: str, event: Event, t: Translator) -> None:
        """Bring an event up to date, or cancel it."""
        body = {"status": _CANCELLED} if event.is_cancelled else body_of(event, t)
        route = Route("PATCH", _ONE, guild_id=server, event_id=number)
        await self._rest.call(route, {"payload": body, "files": ()}, is_post=False)

    async def find(self, server: str, key: str) -> str:
        """Return the id of the event that carries the key's mark, "" for none."""
        found = await self._rest.call(Route("GET", _EVENTS, guild_id=server), {}, is_post=False)
        marked = (one for one in found if str(one.get("description") or "").endswith(_mark(key)))
        return next((str(one["id"]) for one in marked), "")


def body_of(event: Event, t: Translator, key: str = "") -> dict[str, Any]:
    """Return an event as Discord takes it, cut to its limits; a new one carries a mark by which it is found again."""
    reference = t("Reference:")
    mark = f"\n\n{reference} {_mark(key)}" if key else ""
    text = _cut(escape(event.text), MAX_TEXT - utf16_units(mark))
    return {
        "name": _cut(event.title, MAX_NAME),
        "description": f"{text}{mark}".strip(),
        "scheduled_start_time": _written(event.starts),
        "scheduled_end_time": _written(max(event.ends, event.starts + timedelta(minutes=1))),
        "entity_metadata": {"location": _cut(event.place or "-", MAX_PLACE)},
    }


def _mark(key: str) -> str:
    return key[:_MARK_CHARS]


def _cut(text: str, limit: int) -> str:
    """Return the text within the limit; one that is cut ends in an ellipsis."""
    if utf16_units(text) <= limit:
        return text
    return f"{split(text, limit - 1, utf16_units)[0].rstrip(chr(92))}…"


def _written(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def _parsed(text: str) -> dict[str, Any]:
    try:
        said = json.loads(text)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
