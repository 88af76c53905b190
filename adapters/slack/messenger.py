"""The Messenger port: posts, direct messages and edits that nobody asked for just now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from adapters.slack.render import Message, render
from adapters.slack.web import Web
from adapters.slack.wire import ours, theirs
from bot.errors import DeliveryDelayed, DeliveryError, DeliveryRefused
from bot.i18n import Translator
from bot.ports import Problem
from bot.reply import MessageRef, Reply

EVENT = "hrc_delivery"
PAGE = 15  # what every kind of app may ask for at once
PAGES = 10
STOPPED_S = 600.0
_JOIN = "+"  # between the time stamps of a message that came in several parts


class SlackMessenger:
    """Sends to channels and people; every method raises as `Web.call` says."""

    def __init__(self, web: Web) -> None:
        self._web = web

    async def post(self, channel_id: str, reply: Reply, t: Translator, key: str, thread_id: str = "") -> MessageRef:
        """Post to a channel or one of its threads, marked with `key` in the metadata and on the first block.

        Parts after the first go into the thread too, so that a channel sees one message.
        """
        return await self._posted(theirs(channel_id), MessageRef(channel_id, "", thread_id), reply, t, key)

    def preview(self, reply: Reply, t: Translator) -> tuple[str, ...]:
        """Return the mrkdwn of each message; those after the first come in its thread."""
        return tuple("\n\n".join(_texts_in(one)) for one in render(reply, t))

    async def direct(self, user_id: str, reply: Reply, t: Translator, key: str) -> MessageRef:
        """Send a direct message, marked as a post is."""
        channel = await self._web.direct_channel(theirs(user_id))
        return await self._posted(channel, MessageRef(user_id, ""), reply, t, key)

    async def edit(self, message: MessageRef, reply: Reply, t: Translator) -> None:
        """Replace what a message shows, part by part; parts too many are deleted, missing ones added in the thread."""
        channel = await self._channel(message.channel_id)
        stamps = theirs(message.message_id).split(_JOIN)
        parts, thread = render(reply, t), message.thread_id or stamps[0]
        for stamp, part in zip(stamps, parts, strict=False):
            await self._web.call("chat.update", channel=channel, ts=stamp, **part.body())
        for stamp in stamps[len(parts) :]:
            await self._web.call("chat.delete", channel=channel, ts=stamp)
        for part in parts[len(stamps) :]:
            await self._web.call("chat.postMessage", channel=channel, thread_ts=thread, **part.body())

    async def find(self, address: str, key: str, since: datetime, thread_id: str = "") -> MessageRef | None:
        """Return the message marked `key` since then.

        Raises:
            DeliveryRefused: the history may not be read, or is too long to be read to its end.
        """
        channel, cursor = await self._channel(address), ""
        method = "conversations.replies" if thread_id else "conversations.history"
        for _ in range(PAGES):
            page = await self._web.look_up(
                method,
                channel=channel,
                ts=thread_id,
                oldest=f"{since.timestamp():.6f}",
                inclusive="true",
                include_all_metadata="true",
                limit=str(PAGE),
                cursor=cursor,
            )
            for message in page.get("messages") or ():
                if _is_marked(message, key):
                    return MessageRef(address, ours(str(message["ts"])), thread_id)
            cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                return None
        raise DeliveryRefused("history_too_long")

    async def channel_problem(self, channel_id: str, workspace_id: str = "", thread_id: str = "") -> str:  # noqa: ARG002
        """Return "" when the bot can post there, else a `Problem`; a token sees its own workspace alone.

        Who can post to a channel can post to its threads.
        """
        try:
            answer = await self._web.look_up("conversations.info", channel=theirs(channel_id))
        except DeliveryError as error:
            return error.code
        channel = answer.get("channel") or {}
        if channel.get("is_archived"):
            return Problem.ARCHIVED
        if not (channel.get("is_member") or channel.get("is_im")):
            return Problem.NOT_IN_CHANNEL
        return Problem.SHARED_OUTSIDE if channel.get("is_ext_shared") else ""

    async def _channel(self, address: str) -> str:
        """Return the channel behind an address; a person's is that of their direct messages."""
        slack_id = theirs(address)
        return await self._web.direct_channel(slack_id) if slack_id[:1] in ("U", "W") else slack_id

    async def _posted(self, channel: str, where: MessageRef, reply: Reply, t: Translator, key: str) -> MessageRef:
        first, *others = render(reply, t)
        stamps = [await self._sent(channel, first.marked(key), _marker(key), where.thread_id)]
        for part in others:
            stamps.append(await self._sent(channel, part, None, where.thread_id or stamps[0]))
        return replace(where, message_id=ours(_JOIN.join(stamps)))

    async def _sent(self, channel: str, message: Message, metadata: Mapping[str, Any] | None, thread: str = "") -> str:
        body = message.body()
        answer = await self._web.call("chat.postMessage", channel=channel, thread_ts=thread, metadata=metadata, **body)
        return str(answer["ts"])


def _texts_in(message: Message) -> Iterator[str]:
    for block in message.blocks:
        if "text" in block:
            yield str(block["text"]["text"])
        for field in (*block.get("fields", ()), *block.get("elements", ())):
            text = field["text"]
            yield f"[{text['text']}]" if isinstance(text, dict) else str(text)


def _marker(key: str) -> dict[str, Any]:
    return {"event_type": EVENT, "event_payload": {"key": key}}


def _is_marked(message: Mapping[str, Any], key: str) -> bool:
    payload = (message.get("metadata") or {}).get("event_payload") or {}
    blocks = message.get("blocks") or ()
    return payload.get("key") == key or any(block.get("block_id") == key for block in blocks[:1])


class Stopped:
    """In place of the messenger of a workspace whose token opens another one: everything waits."""

    async def post(self, *_: object) -> MessageRef:
        """Raise: nothing is sent."""
        raise DeliveryDelayed(Problem.SIGNED_OUT, STOPPED_S)

    async def direct(self, *_: object) -> MessageRef:
        """Raise: nothing is sent."""
        raise DeliveryDelayed(Problem.SIGNED_OUT, STOPPED_S)

    async def edit(self, *_: object) -> None:
        """Raise: nothing is sent."""
        raise DeliveryDelayed(Problem.SIGNED_OUT, STOPPED_S)

    async def find(self, *_: object) -> MessageRef | None:
        """Raise: nothing is looked up."""
        raise DeliveryDelayed(Problem.SIGNED_OUT, STOPPED_S)

    async def channel_problem(self, *_: object) -> str:
        """Return that the bot is signed out."""
        return Problem.SIGNED_OUT
