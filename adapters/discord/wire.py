"""The endpoints of one interaction: its first answer, edits of it, and follow-ups.

They need no token in the header and are exempt from the global rate limit, so they do not wait behind deliveries. A
follow-up is never sent again after a lost answer: people would see it twice. An edit may be repeated.
Source: Discord's documentation, interactions/receiving-and-responding.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any
from urllib.request import getproxies

import aiohttp
import structlog

from adapters.discord.connections import connector
from adapters.discord.render import Message

log = structlog.get_logger("discord")

USER_AGENT = "DiscordBot (hrc-bot, 0.1.0)"
TIMEOUT = aiohttp.ClientTimeout(total=20, connect=5)
MAX_WAIT_S = 30.0
TRIES = 3


class Kind(IntEnum):
    """The first answers that we give. Source: interaction callback types of the documentation."""

    MESSAGE_LATER = 5
    UPDATE_LATER = 6
    SUGGESTIONS = 8
    MODAL = 9


@dataclass(frozen=True, slots=True)
class Handle:
    """What names an interaction: its id, and the token that answers it for 15 minutes."""

    id: int
    application_id: int
    token: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """`code` is the platform's error code, the HTTP status when it gave none, 0 when no answer came."""

    ok: bool
    code: int = 200


class Wire:
    """Calls the interaction endpoints below `base`; nothing here raises for what the platform says."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._session: aiohttp.ClientSession | None = None

    async def respond(self, handle: Handle, kind: Kind, data: Mapping[str, Any] | None = None) -> Outcome:
        """Give the first answer."""
        path = f"/interactions/{handle.id}/{handle.token}/callback"
        return await self._call("POST", path, _body({"type": int(kind)} | ({"data": data} if data else {})))

    async def edit(self, handle: Handle, message: Message) -> Outcome:
        """Replace the first answer, or the message whose button was pressed."""
        return await self._call("PATCH", self._original(handle), body_of(message, is_edit=True), repeats=True)

    async def delete(self, handle: Handle) -> Outcome:
        """Take the first answer away."""
        return await self._call("DELETE", self._original(handle), {}, repeats=True)

    async def follow_up(self, handle: Handle, message: Message) -> Outcome:
        """Send a further message."""
        return await self._call("POST", f"/webhooks/{handle.application_id}/{handle.token}", body_of(message))

    async def close(self) -> None:
        if self._session:
            await self._session.close()

    def _original(self, handle: Handle) -> str:
        return f"/webhooks/{handle.application_id}/{handle.token}/messages/@original"

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            # Without a proxy, looking for one at every call would cost half of the time to the first answer.
            is_proxied = bool(getproxies())
            headers = {"User-Agent": USER_AGENT}
            self._session = aiohttp.ClientSession(
                connector=connector(), timeout=TIMEOUT, headers=headers, trust_env=is_proxied
            )
        return self._session

    async def _call(self, method: str, path: str, body: Mapping[str, Any], *, repeats: bool = False) -> Outcome:
        """Send; wait out 429; repeat a failure only where that shows nothing twice."""
        outcome = Outcome(False, 0)
        for attempt in range(TRIES):
            wait, outcome = await self._try(method, path, body)
            if outcome.ok or wait > MAX_WAIT_S or (outcome.code != 429 and not (repeats and _may_pass(outcome.code))):
                break
            await asyncio.sleep(max(wait, 0.5 * 2**attempt))
        if not outcome.ok:
            log.warning("interaction not answered", method=method, code=outcome.code)
        return outcome

    async def _try(self, method: str, path: str, body: Mapping[str, Any]) -> tuple[float, Outcome]:
        """Return the seconds that the platform asks us to wait, and what it said."""
        try:
            async with self._opened().request(method, self._base + path, **_sent(body)) as answer:
                if answer.status < 300:
                    return 0.0, Outcome(True, answer.status)
                said = _parsed(await answer.text())
                wait = float(said.get("retry_after", 0)) if answer.status == 429 else 0.0
                return wait, Outcome(False, 429 if answer.status == 429 else int(said.get("code") or answer.status))
        except (aiohttp.ClientError, OSError, TimeoutError):
            return 0.0, Outcome(False, 0)


def _may_pass(code: int) -> bool:
    return code == 0 or 500 <= code < 600


def _parsed(text: str) -> dict[str, Any]:
    try:
        said = json.loads(text)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _body(payload: Mapping[str, Any]) -> dict[str, Any]:
    return {"payload": payload, "files": ()}


def body_of(message: Message, *, is_edit: bool = False) -> dict[str, Any]:
    """Return JSON and files; an edit names every part, so that nothing of the old message stays."""
    named = [{"id": str(at), "filename": file.name} for at, file in enumerate(message.files)]
    attachments = {"attachments": named} if named or is_edit else {}
    return {"payload": {**message.payload, **attachments}, "files": message.files}


def _sent(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return aiohttp's arguments: JSON, or multipart when there are files."""
    if not body:
        return {}
    if not body["files"]:
        return {"json": body["payload"]}
    form = aiohttp.FormData(quote_fields=False)
    for part in form_parts(body):
        form.add_field(**part)
    return {"data": form}


def form_parts(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the multipart fields of a body with files."""
    parts = [{"name": "payload_json", "value": json.dumps(body["payload"]), "content_type": "application/json"}]
    for at, file in enumerate(body["files"]):
        field = {"name": f"files[{at}]", "value": file.content, "filename": file.name, "content_type": file.media_type}
        parts.append(field)
    return parts
