"""Brings a rendered message to a place: beside what was asked, in place of what was pressed, or directly; and files."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import structlog

from adapters.slack.place import Place
from adapters.slack.render import Message
from adapters.slack.web import Web
from bot.errors import DeliveryDelayed, DeliveryError, DeliveryUncertain
from bot.reply import Attachment

log = structlog.get_logger("adapters.slack")

LONGEST_WAIT_S = 20.0
TRIES = 3
Road = Callable[[], Awaitable[Any]]


async def say(web: Web, message: Message, place: Place, *, is_private: bool) -> None:
    """Show `message` at `place`; when one road is closed the next is taken, down to a direct message."""
    if not await _first_open(_roads(web, message.body(), place, is_private), repeatable=is_private):
        log.warning("an answer reached nobody", private=is_private)


async def put_in_place(web: Web, message: Message, place: Place) -> bool:
    """Put `message` in place of the pressed one; say whether that worked."""
    body = message.body()
    roads: list[Road] = []
    if place.pressed and web.trusts(place.response_url):
        roads.append(lambda: web.respond(place.response_url, {**body, "replace_original": True}))
    if place.pressed and not place.pressed_is_private:
        roads.append(lambda: web.call("chat.update", channel=place.channel, ts=place.pressed, **body))
    return await _first_open(roads, repeatable=True)


async def hand_over(web: Web, file: Attachment, place: Place, *, is_private: bool) -> bool:
    """Send a file; say whether it went to a direct message, as private ones do: Slack has none that one person sees.

    Raises:
        DeliveryError: it was not sent.
    """
    is_direct = (is_private and not place.is_ours) or not place.channel
    if is_direct:
        await web.upload(file.name, file.content, await web.direct_channel(place.user))
    else:
        await web.upload(file.name, file.content, place.channel, place.thread)
    return is_direct


def _roads(web: Web, body: dict[str, Any], place: Place, is_private: bool) -> Iterator[Road]:
    """Yield the ways to show a message here, best first."""
    if web.trusts(place.response_url):
        kind = "ephemeral" if is_private else "in_channel"
        here = {**body, "response_type": kind, "replace_original": False}
        if place.thread:
            here["thread_ts"] = place.thread
        yield lambda: web.respond(place.response_url, here)
    target = {"channel": place.channel, "thread_ts": place.thread}
    if place.channel and is_private and not place.is_ours:
        yield lambda: web.call("chat.postEphemeral", user=place.user, **target, **body)
    elif place.channel:
        yield lambda: web.call("chat.postMessage", **target, **body)
    yield lambda: _direct(web, body, place)


async def _direct(web: Web, body: dict[str, Any], place: Place) -> None:
    await web.call("chat.postMessage", channel=await web.direct_channel(place.user), **body)


async def _first_open(roads: Iterator[Road] | list[Road], *, repeatable: bool) -> bool:
    """Take the first road that is open; after a lost answer go on only where a second copy does no harm."""
    for road in roads:
        try:
            await _patiently(road)
            return True
        except DeliveryUncertain as error:
            log.warning("nobody knows whether an answer arrived", error=error.code)
            if not repeatable:
                return True
        except DeliveryError as error:
            log.info("an answer takes another road", error=error.code)
    return False


async def _patiently(road: Road) -> None:
    """Take a road; where Slack asks us to wait, wait and try again, since nothing was shown yet."""
    for _ in range(TRIES - 1):
        try:
            await road()
            return
        except DeliveryDelayed as error:
            await asyncio.sleep(min(max(error.retry_after_s, 1.0), LONGEST_WAIT_S))
    await road()
