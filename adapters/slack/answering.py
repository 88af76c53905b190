"""Brings an answer to where it was asked for: a modal, a private or public message, a replaced one, a file."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import structlog

from adapters.slack.modal import view
from adapters.slack.place import Place
from adapters.slack.render import Message, render
from adapters.slack.web import Web
from bot.command import RUN, Answer
from bot.dispatcher import Dispatcher
from bot.errors import DeliveryDelayed, DeliveryError, DeliveryUncertain
from bot.i18n import Translator
from bot.refusals import reply_with_form
from bot.reply import MAX_ACTION, Attachment, Button, Form, Reply, Section
from bot.request import Kind, Request

log = structlog.get_logger("adapters.slack")

LONGEST_WAIT_S = 20.0
TRIES = 3
Road = Callable[[], Awaitable[Any]]


class Answering:
    """Shows what the dispatcher answered."""

    def __init__(self, web: Web, dispatcher: Dispatcher) -> None:
        self._web = web
        self._dispatcher = dispatcher

    async def show(self, answer: Answer, request: Request, place: Place) -> None:
        """Show `answer`; when one road is closed the next is taken, down to a direct message."""
        if isinstance(answer, Form):
            await self.open(answer, request, place)
        elif not answer.silent:
            await self._show(answer, request, place)

    async def open(self, form: Form, request: Request, place: Place) -> None:
        """Open `form` as a modal; too late for that, a button that opens it is shown."""
        t = self._dispatcher.translator(request)
        if place.trigger_id:
            try:
                await self._web.call("views.open", trigger_id=place.trigger_id, view=view(form, place.kept(), t))
                return
            except DeliveryError as error:
                log.warning("a form was not opened at once", error=error.code, form=form.action)
        await self._show(_button_for(form, request, t), request, place)

    async def _show(self, reply: Reply, request: Request, place: Place) -> None:
        t = self._dispatcher.translator(request)
        if reply.card:
            await self._replace(render(reply.card, t)[0], place)
        messages = list(render(reply, t))
        if reply.replaces and place.pressed and await self._replace(messages[0], place):
            messages = messages[1:]
        is_private = self._is_private(reply, request)
        for message in messages:
            await self._say(message, place, is_private=is_private)
        for attachment in reply.attachments:
            await self._send(attachment, place, t, is_private=is_private)

    def _is_private(self, reply: Reply, request: Request) -> bool:
        """Say whether only the asker sees it; plain questions are answered where they were asked."""
        if reply.public or reply.private:
            return not reply.public
        declared = self._dispatcher.resolve(request)
        if declared is None:
            return True
        return declared.ephemeral and not (request.kind is Kind.MESSAGE and declared.name == "ask")

    async def _replace(self, message: Message, place: Place) -> bool:
        """Put `message` in place of the pressed one; say whether that worked."""
        body = message.body()
        roads: list[Road] = []
        if self._web.trusts(place.response_url):
            roads.append(lambda: self._web.respond(place.response_url, {**body, "replace_original": True}))
        if place.pressed and not place.pressed_is_private:
            roads.append(lambda: self._web.call("chat.update", channel=place.channel, ts=place.pressed, **body))
        return await self._first_open(roads, repeatable=True)

    async def _say(self, message: Message, place: Place, *, is_private: bool) -> None:
        roads = [road async for road in self._roads(message, place, is_private)]
        if not await self._first_open(roads, repeatable=is_private):
            log.warning("an answer reached nobody", private=is_private)

    async def _roads(self, message: Message, place: Place, is_private: bool) -> AsyncIterator[Road]:
        """Yield the ways to show a message here, best first."""
        web, body = self._web, message.body()
        if self._web.trusts(place.response_url):
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
        yield lambda: self._direct(body, place)

    async def _direct(self, body: dict[str, Any], place: Place) -> None:
        await self._web.call("chat.postMessage", channel=await self._web.direct_channel(place.user), **body)

    async def _first_open(self, roads: list[Road], *, repeatable: bool) -> bool:
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

    async def _send(self, attachment: Attachment, place: Place, t: Translator, *, is_private: bool) -> None:
        """Send a file: private ones as a direct message, since Slack has no files that one person sees in a channel."""
        try:
            if is_private and not place.is_ours:
                await self._web.upload(attachment.name, attachment.content, await self._web.direct_channel(place.user))
                note = t("I sent you the file {name} as a direct message.", name=attachment.name)
            else:
                await self._web.upload(attachment.name, attachment.content, place.channel, place.thread)
                return
        except DeliveryError as error:
            log.warning("a file was not sent", error=error.code)
            note = t("The file {name} could not be sent. Ask for it again in a few minutes.", name=attachment.name)
        await self._say(render(Reply(note), t)[0], place, is_private=True)


async def _patiently(road: Road) -> None:
    """Take a road; where Slack asks us to wait, wait and try again, since nothing was shown yet."""
    for _ in range(TRIES - 1):
        try:
            await road()
            return
        except DeliveryDelayed as error:
            await asyncio.sleep(min(max(error.retry_after_s, 1.0), LONGEST_WAIT_S))
    await road()


def _button_for(form: Form, request: Request, t: Translator) -> Reply:
    """Return a reply whose button asks for the same again, with what was typed where a button can hold it."""
    name, text = (RUN, request.text) if request.kind is Kind.COMMAND else (request.name, request.text)
    later = reply_with_form(form, t)
    if request.arguments or not text or len(name) + len(text) > MAX_ACTION - 9:
        return later
    return Reply(later.summary, (Section(buttons=(Button(t("Open the form"), name, text, "primary"),)),), private=True)
