"""Receive: acknowledge first, turn the payload into a Request, hand it to the dispatcher, show what it answers."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult

from adapters.slack import modal, place
from adapters.slack.answering import Answering
from adapters.slack.connection import HttpConnection, SocketConnection
from adapters.slack.messenger import SlackMessenger
from adapters.slack.people import People
from adapters.slack.place import Payload, Place
from adapters.slack.render import action_of
from adapters.slack.seen import Seen
from adapters.slack.settings import section_of
from adapters.slack.web import LOGGER, Web
from adapters.slack.wire import decode, ours, without_mention
from bot.errors import ConfigError, DeliveryDelayed, DeliveryError, DeliveryRefused
from bot.plugin import Host
from bot.request import Actor, Kind, Request

log = structlog.get_logger("adapters.slack")

QUICK_S = 1.0  # a modal must be the first answer, within 3 s of the press
PATIENT_S = 8.0
FINISH_S = 2.5  # after at most half a second for the connection
Ack = Callable[..., Awaitable[Any]]


class SlackAdapter:
    """The running platform: one app in one workspace."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._settings = section_of(host.settings).checked()
        self._web = Web(self._settings)
        self._people = People(self._web)
        self._answering = Answering(self._web, host.dispatcher)
        self._seen = Seen()
        self._working: set[asyncio.Task[None]] = set()
        self._us = AuthorizeResult(enterprise_id=None, team_id=None)
        self._connection: SocketConnection | HttpConnection | None = None
        self.messenger = SlackMessenger(self._web)

    async def start(self) -> None:
        """Sign in and connect.

        Raises:
            ConfigError: Slack refuses a token.
        """
        self._web.open()
        await self._sign_in()
        app = self._listening()
        if self._settings.mode == "socket":
            token = self._settings.app_token.get_secret_value()
            opened = await _insisting(lambda: self._web.socket_url(token), "slack.app_token (SLACK_APP_TOKEN)")
            self._connection = SocketConnection(app, self._settings, self._web, opened)
        else:
            self._connection = HttpConnection(app, self._settings)
        await self._connection.open()

    async def run(self) -> None:
        """Serve until cancelled."""
        await asyncio.Event().wait()

    async def close(self) -> None:
        """Take nothing new, finish what is in hand for three seconds at most, disconnect."""
        if self._connection:
            await self._connection.close()
        if self._working:
            await asyncio.wait(set(self._working), timeout=FINISH_S)
        for task in self._working:
            task.cancel()
        self._people.forget()
        await self._web.close()

    async def _sign_in(self) -> None:
        who = await _insisting(lambda: self._web.call("auth.test"), "slack.bot_token (SLACK_BOT_TOKEN)")
        self._us = AuthorizeResult(
            enterprise_id=who.get("enterprise_id"),
            team_id=who.get("team_id"),
            bot_user_id=who.get("user_id"),
            bot_id=who.get("bot_id"),
            bot_token=self._settings.bot_token.get_secret_value(),
        )

    def _listening(self) -> AsyncApp:
        """Return the app with its listeners; the checks that Bolt would make on HTTP are made by our own server."""

        async def authorize() -> AuthorizeResult:
            return self._us  # a function of our own also keeps Bolt from turning to OAuth by itself

        LOGGER.setLevel(logging.ERROR)  # Bolt would warn that it leaves the token to us, which is meant
        app = AsyncApp(
            logger=LOGGER,
            name="hrc-bot",
            client=self._web.client,
            authorize=authorize,
            request_verification_enabled=False,
            ssl_check_enabled=False,
            url_verification_enabled=False,
            attaching_function_token_enabled=False,
            attaching_conversation_kwargs_enabled=False,
        )
        LOGGER.setLevel(logging.WARNING)
        every = re.compile(".*")
        app.command(every)(self._on_command)
        app.action(every)(self._on_press)
        app.view(every)(self._on_submission)
        app.event("app_mention")(self._on_message)
        app.event("message")(self._on_message)
        app.event(every)(_on_nothing)
        return app

    async def _on_command(self, ack: Ack, body: Payload) -> None:
        await ack()
        here = place.of_command(body)
        text = decode(str(body.get("text") or ""), names=False)
        self._work(self._answer(_request(Kind.COMMAND, here, text=text, key=here.trigger_id), here))

    async def _on_press(self, ack: Ack, body: Payload) -> None:
        await ack()
        pressed = body["actions"][0]
        here = place.of_press(body)
        name, argument = action_of(str(pressed.get("action_id") or "")), str(pressed.get("value") or "")
        key = here.trigger_id or f"{here.pressed}|{here.user}|{pressed.get('action_ts')}"
        self._work(self._answer(_request(Kind.ACTION, here, name, argument, key), here))

    async def _on_submission(self, ack: Ack, body: Payload) -> None:
        """Show what is wrong inside the modal, which keeps what was typed; else close it and do the work."""
        submitted = body["view"]
        action, hidden, origin = modal.metadata_of(submitted)
        here = place.of_submission(body, origin)
        request = _request(Kind.ACTION, here, action, key=str(submitted.get("id") or ""))
        request = await self._known(request.with_arguments({**hidden, **modal.typed_in(submitted)}), here, QUICK_S)
        errors = modal.errors_for(self._host.dispatcher.problems(request), submitted)
        if errors:
            await ack(response_action="errors", errors=errors)
            return
        await ack()
        self._work(self._answer(request, here))

    async def _on_message(self, body: Payload) -> None:
        """Answer a direct message or a mention; Bolt has acknowledged it already."""
        event = body["event"]
        bot_user = self._us.bot_user_id or ""
        if not place.is_from_a_person(event, bot_user) or self._seen.repeated(str(body.get("event_id") or "")):
            return
        here = place.of_event(body)
        if event["type"] == "message" and not here.is_ours:
            return
        text = decode(without_mention(str(event.get("text") or ""), bot_user), names=True) or "help"
        key = ours(f"{here.team}:{here.channel}:{event['ts']}")
        request = _request(Kind.MESSAGE, here, text=text, key=key)
        self._work(self._answer(replace(request, is_event=True), here))

    def _work(self, work: Coroutine[Any, Any, None]) -> None:
        """Do `work` beside the listener, and keep it in mind until it is done."""
        task = asyncio.create_task(work)
        self._working.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._working.discard(task)
        if not task.cancelled() and task.exception():
            log.error("an answer failed", exc_info=task.exception())

    async def _answer(self, request: Request, here: Place) -> None:
        """Open the form that must come first, else let the dispatcher work; always show something."""
        if self._seen.repeated(request.key):
            return
        request = await self._known(request, here, QUICK_S)
        form = self._host.dispatcher.form_for(request)
        if form and here.trigger_id:
            await self._answering.open(form, request, here)
            return
        request = await self._known(request, here, PATIENT_S)
        await self._answering.show(await self._host.dispatcher.handle(request), request, here)

    async def _known(self, request: Request, here: Place, timeout_s: float) -> Request:
        return replace(request, actor=await self._people.actor(here.user, here.team, timeout_s))


def _request(kind: Kind, here: Place, name: str = "", text: str = "", key: str = "") -> Request:
    return Request(kind, name, Actor(ours(here.user)), here.origin(), text, key=key)


async def _on_nothing() -> None:
    """Take an event that nobody asked for."""


async def _insisting(call: Callable[[], Awaitable[Any]], setting: str) -> Any:
    """Call until Slack answers.

    Raises:
        ConfigError: Slack refuses the token of `setting`.
    """
    wait_s = 1.0
    while True:
        try:
            return await call()
        except DeliveryRefused as error:
            raise ConfigError(
                f"{setting}: Slack refuses this token ({error.code}); copy it again from your app"
            ) from None
        except DeliveryDelayed as error:
            wait_s = max(error.retry_after_s, 1.0)
        except DeliveryError as error:
            log.warning("Slack cannot be reached, trying again", error=error.code, seconds=wait_s)
        await asyncio.sleep(wait_s)
        wait_s = min(wait_s * 2, 30.0)


def create(host: Host) -> SlackAdapter:
    """Return the adapter.

    Raises:
        ConfigError: a secret that the mode needs is missing.
    """
    return SlackAdapter(host)
