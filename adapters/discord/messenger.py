"""The Messenger port over discord.py's REST client.

Posts carry the delivery's key as an enforced nonce, so the client's own repeats of a failed request make no second
message. Source: Discord's documentation, resources/message (nonce), topics/rate-limits,
topics/opcodes-and-status-codes.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import aiohttp
import discord
import structlog
from discord.http import Route

from adapters.discord.custom_ids import parse_button
from adapters.discord.incoming import own
from adapters.discord.markdown import own_number
from adapters.discord.render import Message, as_reply, messages, single
from adapters.discord.wire import body_of, form_parts
from bot.errors import DeliveryDelayed, DeliveryError, DeliveryRefused, DeliveryUncertain
from bot.i18n import Translator
from bot.ports import Problem
from bot.reply import MessageRef, Reply

log = structlog.get_logger("discord")

ANSWERS_WITHIN_S = 45.0
MAX_NONCE = 25
GONE = "message_gone"
_UNKNOWN_MESSAGE = 10008
_PROBLEMS = {
    10003: Problem.CHANNEL_GONE,
    10004: Problem.CHANNEL_GONE,  # the server is gone, and its channels with it
    50001: Problem.NO_PERMISSION,
    50013: Problem.NO_PERMISSION,
    50007: Problem.DM_CLOSED,
    50278: Problem.DM_CLOSED,  # no server in common
    50083: Problem.ARCHIVED,
}
_PAGE = 100
_HOUR_S = 3600.0


class Circuit:
    """Stops all calls for ten minutes after 100 refusals in ten minutes: an address is banned at 10,000."""

    LIMIT, WINDOW_S = 100, 600.0

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._refusals: deque[float] = deque(maxlen=self.LIMIT)

    def count(self, status: int) -> None:
        """Remember an answer of 401, 403 or 429."""
        if status in (401, 403, 429):
            self._refusals.append(self._now())
            if self.open_s:
                log.error("too many refusals, deliveries pause", seconds=round(self.open_s))

    @property
    def open_s(self) -> float:
        """Return for how long nothing may be sent; 0 when it may."""
        is_full = len(self._refusals) == self.LIMIT and self._refusals[-1] - self._refusals[0] < self.WINDOW_S
        return max(self._refusals[-1] + self.WINDOW_S - self._now(), 0.0) if is_full else 0.0


class DiscordMessenger:
    """Sends to channels and people; `client` returns the connected client."""

    def __init__(self, client: Callable[[], discord.Client]) -> None:
        self._client = client
        self._circuit = Circuit()
        self._late: set[asyncio.Task[Any]] = set()

    async def post(self, channel_id: str, reply: Reply, t: Translator, key: str, thread_id: str = "") -> MessageRef:
        """Post to a channel or thread, or as a reply, whose author hears of it as with any reply.

        The same key within a few minutes returns the first message.
        """
        channel, replied = _place(channel_id, thread_id)
        message = single(reply, t, key=key, notifies=True)
        message = as_reply(message, replied, notifies=True) if replied else message
        return MessageRef(channel_id, own(await self._post(channel, message, key)), thread_id)

    async def direct(self, user_id: str, reply: Reply, t: Translator, key: str) -> MessageRef:
        """Send a direct message; its id names the channel too, which nobody knows but us."""
        channel = await self._direct_channel(_number(user_id))
        posted = await self._post(channel, single(reply, t, key=key), key)
        return MessageRef(user_id, own(f"{channel}.{posted}"))

    async def edit(self, message: MessageRef, reply: Reply, t: Translator) -> None:
        """Replace what a message shows; an edit notifies nobody."""
        channel, _, number = _number(message.message_id).rpartition(".")
        route = Route(
            "PATCH",
            "/channels/{channel_id}/messages/{message_id}",
            channel_id=channel or _place(message.channel_id, message.thread_id)[0],
            message_id=number,
        )
        await self._call(route, body_of(single(reply, t), is_edit=True), is_post=False)

    async def find(self, address: str, key: str, since: datetime, thread_id: str = "") -> MessageRef | None:
        """Look through our own messages for the key: the nonce, or the mark on the buttons."""
        try:
            return await self._find(_place(address, thread_id)[0], key, since, MessageRef(address, "", thread_id))
        except DeliveryRefused as error:
            if error.code != Problem.CHANNEL_GONE or thread_id:
                raise
        channel = await self._direct_channel(_number(address))
        return await self._find(channel, key, since, MessageRef(address, f"{channel}."))

    async def channel_problem(self, channel_id: str, workspace_id: str = "", thread_id: str = "") -> str:
        """Return "" when the bot can post there, else a `Problem`; another server's channel is gone for us."""
        number = own_number(thread_id.partition(".")[0] or channel_id)
        channel = self._client().get_channel(int(number)) if number else None
        guild = getattr(channel, "guild", None)
        if channel is None or (workspace_id and (guild is None or str(guild.id) != _number(workspace_id))):
            return Problem.CHANNEL_GONE
        if not isinstance(channel, discord.TextChannel | discord.Thread | discord.VoiceChannel | discord.StageChannel):
            return Problem.NO_PERMISSION
        rights = channel.permissions_for(channel.guild.me)
        if not rights.view_channel:
            return Problem.NO_PERMISSION
        if isinstance(channel, discord.Thread) and channel.locked:
            return Problem.ARCHIVED
        may_send = rights.send_messages_in_threads if isinstance(channel, discord.Thread) else rights.send_messages
        return "" if may_send and rights.embed_links else Problem.NO_PERMISSION

    async def answer(self, message: discord.Message, reply: Reply, t: Translator, mark: str = "") -> None:
        """Reply to a message where it stands; a repeated delivery of it makes no second answer."""
        for at, one in enumerate(messages(reply, t)):
            body = body_of(as_reply(one, str(message.id)))
            nonce = f"{message.id}{mark}{at or ''}"
            await self._post_body(str(message.channel.id), body, nonce)

    async def _post(self, channel: str, message: Message, key: str) -> str:
        return await self._post_body(channel, body_of(message), key)

    async def _post_body(self, channel: str, body: dict[str, Any], key: str) -> str:
        nonce = {"nonce": key[:MAX_NONCE], "enforce_nonce": True}
        route = Route("POST", "/channels/{channel_id}/messages", channel_id=channel)
        made = await self._call(route, body | {"payload": body["payload"] | nonce}, is_post=True)
        return str(made["id"])

    async def _direct_channel(self, user: str) -> str:
        body = {"payload": {"recipient_id": user}, "files": ()}
        made = await self._call(Route("POST", "/users/@me/channels"), body, is_post=False)
        return str(made["id"])

    async def _find(self, channel: str, key: str, since: datetime, found: MessageRef) -> MessageRef | None:
        route = Route("GET", "/channels/{channel_id}/messages", channel_id=channel)
        after, me = discord.utils.time_snowflake(since), str(getattr(self._client().user, "id", ""))
        while True:
            page = await self._call(route, {}, is_post=False, params={"limit": str(_PAGE), "after": str(after)})
            for one in page:
                if one["author"]["id"] == me and key in _marks(one):
                    return replace(found, message_id=own(f"{found.message_id}{one['id']}"))
            if len(page) < _PAGE:
                return None
            after = max(int(one["id"]) for one in page)

    async def _call(self, route: Route, body: dict[str, Any], *, is_post: bool, **more: Any) -> Any:
        """Send; turn what went wrong into delivery errors.

        The client waits out short rate limits inside; a task that outlasts us goes on, since stopping it in such a
        wait would leave the client waiting for ever.
        """
        if self._circuit.open_s:
            raise DeliveryDelayed("too_many_refusals", self._circuit.open_s)
        if body.get("files"):
            more["form"] = form_parts(body)
        elif body:
            more["json"] = body["payload"]
        task = asyncio.create_task(self._sent(route, more, is_post=is_post))
        self._late.add(task)
        task.add_done_callback(self._over)
        await asyncio.wait({task}, timeout=ANSWERS_WITHIN_S)
        if not task.done():
            raise DeliveryUncertain("no_answer")
        return task.result()

    def _over(self, task: asyncio.Task[Any]) -> None:
        self._late.discard(task)
        if not task.cancelled():
            task.exception()

    async def _sent(self, route: Route, more: dict[str, Any], *, is_post: bool) -> Any:
        try:
            return await self._client().http.request(route, **more)
        except discord.RateLimited as error:
            raise DeliveryDelayed(Problem.RATE_LIMITED, error.retry_after) from None
        except discord.HTTPException as error:
            self._circuit.count(error.status)
            raise _error_of(error, is_post=is_post) from None
        except aiohttp.ClientConnectorError:
            raise DeliveryError("not_connected") from None
        except (aiohttp.ClientError, OSError, TimeoutError):
            raise DeliveryUncertain("no_answer") from None


def _error_of(error: discord.HTTPException, *, is_post: bool) -> DeliveryError:
    """Return what a refusal means for the delivery."""
    code = str(error.code or error.status)
    if error.status == 401:
        return DeliveryDelayed(Problem.SIGNED_OUT, _HOUR_S)
    if error.status == 429:
        return DeliveryDelayed(Problem.RATE_LIMITED, _retry_after_s(error))
    if error.status >= 500:
        return DeliveryUncertain(code) if is_post else DeliveryError(code)
    if error.code == _UNKNOWN_MESSAGE:
        return DeliveryRefused(GONE)
    log.warning("delivery refused", code=code)
    return DeliveryRefused(_PROBLEMS.get(error.code, Problem.UNKNOWN))


def _retry_after_s(error: discord.HTTPException) -> float:
    """Return the seconds of the header; a minute when it has none that can be read."""
    try:
        return float(error.response.headers.get("Retry-After", ""))
    except ValueError:
        return 60.0


def _marks(message: dict[str, Any]) -> set[str]:
    """Return the keys that a message of ours carries."""
    buttons = (one.get("custom_id", "") for row in message.get("components", ()) for one in row.get("components", ()))
    parsed = (parse_button(custom_id) for custom_id in buttons)
    return {str(message.get("nonce", "")), *(one.key for one in parsed if one)} - {""}


def _place(channel_id: str, thread_id: str) -> tuple[str, str]:
    """Return the channel to post to, which may be a thread, and the message to reply to, "" for none."""
    channel, _, message = _number(thread_id or channel_id).partition(".")
    return channel, message


def _number(own_id: str) -> str:
    """Return the part behind the platform.

    Raises:
        DeliveryRefused: an id that is not ours.
    """
    number = own_id.partition(":")[2]
    if not number.replace(".", "").isdigit():
        raise DeliveryRefused(Problem.CHANNEL_GONE)
    return number
