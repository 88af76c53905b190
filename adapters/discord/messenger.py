"""The Messenger port over discord.py's REST client.

Posts carry the delivery's key as an enforced nonce, so the client's own repeats of a failed request make no second
message. Source: Discord's documentation, resources/message (nonce), topics/rate-limits,
topics/opcodes-and-status-codes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import discord
from discord.http import HTTPClient, Route

from adapters.discord.custom_ids import parse_button
from adapters.discord.event_board import SUFFIX, EventBoard, server_of
from adapters.discord.incoming import own
from adapters.discord.markdown import own_number
from adapters.discord.render import Message, as_reply, messages, single
from adapters.discord.rest import Circuit, Line, Rest
from adapters.discord.wire import body_of
from bot.errors import DeliveryError, DeliveryRefused
from bot.i18n import Translator
from bot.ports import Problem
from bot.reply import MessageRef, Reply

ANSWERS_WITHIN_S = 20.0  # a request that is late by more has no lease any more
PATIENCE_S = 45.0
MAX_KEPT = 10_000
MAX_NONCE = 25
_PAGE = 100


class DiscordMessenger:
    """Sends to channels and people.

    Args:
        line: what deliveries go by.
        client: returns the connected client, by which answers go; None in a process that only delivers.
    """

    def __init__(self, line: Line, client: Callable[[], discord.Client] | None = None) -> None:
        self._line = line
        self._client = client
        self._direct_channels: dict[str, str] = {}
        circuit = Circuit()
        self._rest = Rest(line.ready, circuit, ANSWERS_WITHIN_S, stops=True)
        self._answers = Rest(self._connected, circuit, PATIENCE_S, stops=False)
        self._events = EventBoard(self._rest, line.token, circuit)

    def board_of(self, workspace_id: str) -> str:
        return f"{workspace_id}{SUFFIX}"

    async def post(self, channel_id: str, reply: Reply, t: Translator, key: str, thread_id: str = "") -> MessageRef:
        """Post to a channel or thread, or as a reply, whose author hears of it as with any reply.

        The same key within a few minutes returns the first message.
        """
        if reply.event:
            return MessageRef(channel_id, own(await self._events.enter(server_of(channel_id), reply.event, t, key)))
        channel, replied = _place(channel_id, thread_id)
        message = single(reply, t, key=key, notifies=True)
        message = as_reply(message, replied, notifies=True) if replied else message
        return MessageRef(channel_id, own(await self._post(channel, message, key)), thread_id)

    def preview(self, reply: Reply, t: Translator) -> tuple[str, ...]:
        """Return the message's text, then what continues in a box below it, then the file that has a very long rest."""
        message = single(reply, t)
        boxes = (f"{one.get('title', '')}\n{one['description']}".strip() for one in message.payload["embeds"])
        files = (f"({one.name})" for one in message.files)
        return (message.payload["content"], *boxes, *files)

    async def direct(self, user_id: str, reply: Reply, t: Translator, key: str) -> MessageRef:
        """Send a direct message; its id names the channel too, which nobody knows but us."""
        channel = await self._direct_channel(_number(user_id))
        posted = await self._post(channel, single(reply, t, key=key), key)
        return MessageRef(user_id, own(f"{channel}.{posted}"))

    async def edit(self, message: MessageRef, reply: Reply, t: Translator) -> None:
        """Replace what a message shows; an edit notifies nobody."""
        channel, _, number = _number(message.message_id).rpartition(".")
        if reply.event:
            await self._events.change(server_of(message.channel_id), number, reply.event, t)
            return
        route = Route(
            "PATCH",
            "/channels/{channel_id}/messages/{message_id}",
            channel_id=channel or _place(message.channel_id, message.thread_id)[0],
            message_id=number,
        )
        await self._rest.call(route, body_of(single(reply, t), is_edit=True), is_post=False)

    async def find(self, address: str, key: str, since: datetime, thread_id: str = "") -> MessageRef | None:
        """Look through our own messages for the key: the nonce, or the mark on the buttons; or through the events."""
        if server_of(address):
            number = await self._events.find(server_of(address), key)
            return MessageRef(address, own(number)) if number else None
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
        channel = self._client().get_channel(int(number)) if number and self._client else None
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
            await self._post_body(self._answers, str(message.channel.id), body, nonce)

    async def _post(self, channel: str, message: Message, key: str) -> str:
        return await self._post_body(self._rest, channel, body_of(message), key)

    async def _post_body(self, rest: Rest, channel: str, body: dict[str, Any], key: str) -> str:
        nonce = {"nonce": key[:MAX_NONCE], "enforce_nonce": True}
        route = Route("POST", "/channels/{channel_id}/messages", channel_id=channel)
        made = await rest.call(route, body | {"payload": body["payload"] | nonce}, is_post=True)
        return str(made["id"])

    async def _direct_channel(self, user: str) -> str:
        """Return the channel of somebody's direct messages; opening it costs a request, so it is kept in memory."""
        if user not in self._direct_channels:
            body = {"payload": {"recipient_id": user}, "files": ()}
            made = await self._rest.call(Route("POST", "/users/@me/channels"), body, is_post=False)
            if len(self._direct_channels) >= MAX_KEPT:
                self._direct_channels.clear()
            self._direct_channels[user] = str(made["id"])
        return self._direct_channels[user]

    async def _connected(self) -> HTTPClient:
        if self._client is None:
            raise DeliveryError("not_connected")
        return self._client().http

    async def _find(self, channel: str, key: str, since: datetime, found: MessageRef) -> MessageRef | None:
        route = Route("GET", "/channels/{channel_id}/messages", channel_id=channel)
        after = discord.utils.time_snowflake(since)
        while True:
            page = await self._rest.call(route, {}, is_post=False, params={"limit": str(_PAGE), "after": str(after)})
            for one in page:
                if one["author"]["id"] == self._line.me and key in _marks(one):
                    return replace(found, message_id=own(f"{found.message_id}{one['id']}"))
            if len(page) < _PAGE:
                return None
            after = max(int(one["id"]) for one in page)


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
