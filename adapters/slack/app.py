"""Receive and answer: acknowledge first, turn the payload into a Request, ask the dispatcher, show what it says."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp

from adapters.slack import modal, place
from adapters.slack.connection import HttpConnection, Pages, SocketConnection
from adapters.slack.home import home, home_view
from adapters.slack.installing import Installing
from adapters.slack.later import form_for_later
from adapters.slack.messenger import SlackMessenger
from adapters.slack.people import People
from adapters.slack.place import Payload, Place
from adapters.slack.render import action_of, render
from adapters.slack.seen import Seen
from adapters.slack.sending import hand_over, put_in_place, say
from adapters.slack.settings import section_of
from adapters.slack.shared_channels import hold_shared
from adapters.slack.sign_in import bolt_app, sign_in, socket_url
from adapters.slack.wire import decode, ours, without_mention
from adapters.slack.workspaces import Workspaces
from bot import chapters
from bot.errors import DeliveryError
from bot.plugin import Host
from bot.ports import Problem, utc_now
from bot.reply import Attachment, Form, Reply
from bot.request import Actor, Kind, Request

log = structlog.get_logger("adapters.slack")

QUICK_S = 1.0  # a modal must be the first answer, within 3 s of the press
PATIENT_S = 8.0
FINISH_S = 2.5  # after at most half a second for the connection
EVERY = re.compile(".*")
LOSSES = {
    "channel_archive": Problem.ARCHIVED,
    "channel_deleted": Problem.CHANNEL_GONE,
    "channel_left": Problem.NOT_IN_CHANNEL,
    "group_archive": Problem.ARCHIVED,
    "group_deleted": Problem.CHANNEL_GONE,
    "group_left": Problem.NOT_IN_CHANNEL,
}
RETURNS = ("channel_unarchive", "group_unarchive")
Ack = Callable[..., Awaitable[Any]]


class SlackAdapter:
    """The running platform: one app, in the workspace of the configured token and in those that installed it."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._dispatcher = host.dispatcher
        self._settings = section_of(host.settings).checked()
        self._workspaces = Workspaces(self._settings, host.unit_of_work, host.messengers)
        self._people = People(self._workspaces, host.settings.organizer_roles)
        self._seen = Seen()
        self._working: set[asyncio.Task[None]] = set()
        self._connection: SocketConnection | HttpConnection | None = None
        self._pages: Pages | None = None
        self.messenger = SlackMessenger(self._workspaces.home)

    async def start(self) -> None:
        """Sign in and connect.

        Raises:
            ConfigError: Slack refuses a token.
        """
        self._workspaces.open()
        await sign_in(self._workspaces, self._settings)
        app, home = self._listening(bolt_app(self._workspaces)), self._workspaces.home
        routes = self._installing().routes() if self._settings.installs else []
        if self._settings.mode == "socket":
            self._connection = SocketConnection(app, self._settings, home, await socket_url(home, self._settings))
            self._pages = Pages(self._settings, routes) if routes else None
        else:
            self._connection = HttpConnection(app, self._settings, routes)
        await self._connection.open()
        if self._pages:
            await self._pages.open()

    async def run(self) -> None:
        """Serve until cancelled, and look for workspaces that another process learned of."""
        await self._workspaces.keep_looking()

    async def close(self) -> None:
        """Take nothing new, finish what is in hand for three seconds at most, disconnect."""
        for one in (self._pages, self._connection):
            if one:
                await one.close()
        if self._working:
            await asyncio.wait(set(self._working), timeout=FINISH_S)
        for task in self._working:
            task.cancel()
        self._people.forget()
        await self._workspaces.close()

    # ---- receive

    def _listening(self, app: AsyncApp) -> AsyncApp:
        app.command(EVERY)(self._on_command)
        app.action(EVERY)(self._on_press)
        app.view(EVERY)(self._on_submission)
        app.event("app_mention")(self._on_message)
        app.event("message")(self._on_message)
        app.event("app_home_opened")(self._on_home)
        app.event("channel_shared")(self._on_shared)
        app.event("app_uninstalled")(self._on_leaving)
        app.event("tokens_revoked")(self._on_leaving)
        for name in (*LOSSES, *RETURNS):
            app.event(name)(self._on_channel)
        app.event(EVERY)(_on_nothing)
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
        since, submitted = time.monotonic(), body["view"]
        action, hidden, origin = modal.metadata_of(submitted)
        here = place.of_submission(body, origin)
        request = _request(Kind.ACTION, here, action, key=str(submitted.get("id") or ""))
        request = request.with_arguments({**hidden, **modal.typed_in(submitted)})
        request = await self._known(request, here, since, QUICK_S)
        errors = modal.errors_for(self._dispatcher.problems(request), submitted)
        if errors:
            await ack(response_action="errors", errors=errors)
            return
        await ack()
        self._work(self._answer(request, here))

    async def _on_message(self, body: Payload) -> None:
        """Answer a direct message or a mention; Bolt has acknowledged it already."""
        event = body["event"]
        here = place.of_event(body) if event.get("user") else None
        bot_user = self._workspaces.bot_user(here.team) if here else ""
        if (
            here is None
            or not place.is_from_a_person(event, bot_user)
            or self._seen.repeated(str(body.get("event_id") or ""))
        ):
            return
        if event["type"] == "message" and not here.is_ours:
            return
        text = decode(without_mention(str(event.get("text") or ""), bot_user), names=True) or "help"
        key = ours(f"{here.team}:{here.channel}:{event['ts']}")
        request = _request(Kind.MESSAGE, here, text=text, key=key)
        self._work(self._answer(replace(request, is_event=True), here))

    async def _on_home(self, body: Payload) -> None:
        """Fill the Home tab that somebody opened; the tab of messages comes with the same event."""
        if body["event"].get("tab", "home") == "home":
            here = place.of_home(body)
            self._work(self._show_home(_request(Kind.COMMAND, here), here))

    async def _on_shared(self, body: Payload) -> None:
        """Another organisation was let into a channel: nothing more is posted there until the committee allows it."""
        team, channel = str(body.get("team_id") or ""), str(body["event"].get("channel") or "")
        self._work(hold_shared(self._host, ours(team), ours(channel)))

    async def _on_leaving(self, body: Payload) -> None:
        """A workspace took the bot out, or its token back."""
        event = body["event"]
        if event["type"] == "tokens_revoked" and not (event.get("tokens") or {}).get("bot"):
            return
        team = place.workspace_of(body)
        if await self._workspaces.remove(team):
            log.info("a workspace took the bot out", workspace=team)
        async with self._host.unit_of_work(writes=True) as uow:
            await chapters.left(uow, ours(team), utc_now())

    async def _on_channel(self, body: Payload) -> None:
        """A channel cannot be posted to any more, or can again."""
        event = body["event"]
        reason, channel = LOSSES.get(str(event["type"])), ours(str(event.get("channel") or ""))
        async with self._host.unit_of_work(writes=True) as uow:
            if reason:
                await chapters.channel_lost(uow, channel, reason, utc_now())
            else:
                await chapters.channel_found(uow, channel, Problem.ARCHIVED)

    def _installing(self) -> Installing:
        return Installing(self._host, self._settings, self._workspaces.home, self._let_in)

    async def _let_in(self, team: str, user: str) -> None:
        """Use the new token at once, and tell whoever installed the bot how to begin."""
        await self._workspaces.look()
        async with self._host.unit_of_work(writes=True) as uow:
            await chapters.joined(uow, ours(team), ours(user), utc_now())

    def _work(self, work: Coroutine[Any, Any, None]) -> None:
        """Do `work` beside the listener, and keep it in mind until it is done."""
        task = asyncio.create_task(work)
        self._working.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._working.discard(task)
        if not task.cancelled() and task.exception():
            log.error("an answer failed", exc_info=task.exception())

    async def _known(self, request: Request, here: Place, since: float, timeout_s: float) -> Request:
        actor = await self._people.actor(here.user, here.team, since, timeout_s)
        await self._dispatcher.recognise(actor.user_id)
        return replace(request, actor=actor)

    # ---- answer

    async def _answer(self, request: Request, here: Place) -> None:
        """Open the form that must come first, else let the dispatcher work; always show something."""
        if self._seen.repeated(request.key):
            return
        since = time.monotonic()
        request = await self._known(request, here, since, QUICK_S)
        answer: Form | Reply | None = await self._dispatcher.form_for(request)
        if answer is None:
            request = await self._known(request, here, since, PATIENT_S)
            answer = await self._dispatcher.handle(request)
        if isinstance(answer, Form):
            await self._open(answer, request, here)
        elif not answer.silent:
            await self._show(answer, request, here)
        if here.is_home:
            await self._show_home(request, here)

    async def _open(self, form: Form, request: Request, here: Place) -> None:
        """Open `form` as a modal; too late for that, show a button that opens it with all that was typed."""
        if here.trigger_id:
            shown = modal.view(form, here.kept(), self._dispatcher.translator(request))
            web = await self._workspaces.of(here.team)
            try:
                await web.call("views.open", trigger_id=here.trigger_id, view=shown)
                return
            except DeliveryError as error:
                log.warning("a form was not opened at once", error=error.code, form=form.action)
        await self._show(await form_for_later(self._host, form, request), request, here)

    async def _show(self, reply: Reply, request: Request, here: Place) -> None:
        """Show `reply` where it was asked for; a private one never takes the place of what everybody sees."""
        t, web = self._dispatcher.translator(request), await self._workspaces.of(here.team)
        if reply.card:
            await put_in_place(web, render(reply.card, t)[0], here)
        is_private = self._is_private(reply, request)
        may_replace = reply.replaces and (not is_private or here.pressed_is_private or here.is_direct)
        messages = render(reply, t)
        if may_replace and await put_in_place(web, messages[0], here):
            messages = messages[1:]
        for message in messages:
            await say(web, message, here, is_private=is_private)
        for file in reply.attachments:
            await self._send(file, request, here, is_private=is_private)

    def _is_private(self, reply: Reply, request: Request) -> bool:
        """Say whether only the asker sees it; plain questions are answered where they were asked."""
        if reply.public or reply.private:
            return not reply.public
        declared = self._dispatcher.resolve(request)
        if declared is None:
            return True
        return declared.ephemeral and not (request.kind is Kind.MESSAGE and declared.name == "ask")

    async def _send(self, file: Attachment, request: Request, here: Place, *, is_private: bool) -> None:
        """Send a file, and say where it went or that it did not."""
        t, web = self._dispatcher.translator(request), await self._workspaces.of(here.team)
        try:
            if not await hand_over(web, file, here, is_private=is_private):
                return
            note = t("I sent you the file {name} as a direct message.", name=file.name)
        except DeliveryError as error:
            log.warning("a file was not sent", error=error.code)
            note = t("The file {name} could not be sent. Ask for it again in a few minutes.", name=file.name)
        await say(web, render(Reply(note), t)[0], here, is_private=True)

    async def _show_home(self, request: Request, here: Place) -> None:
        """Publish the Home tab as it should be now."""
        request = await self._known(request, here, time.monotonic(), PATIENT_S)
        shown = home_view(await home(self._host, request), self._dispatcher.translator(request))
        try:
            web = await self._workspaces.of(here.team)
            await web.call("views.publish", user_id=here.user, view=shown)
        except DeliveryError as error:
            log.warning("the Home tab was not filled", error=error.code)


def _request(kind: Kind, here: Place, name: str = "", text: str = "", key: str = "") -> Request:
    return Request(kind, name, Actor(ours(here.user)), here.origin(), text, key=key)


async def _on_nothing() -> None:
    """Take an event that nobody asked for."""


def create(host: Host) -> SlackAdapter:
    """Return the adapter.

    Raises:
        ConfigError: a secret that the mode needs is missing.
    """
    return SlackAdapter(host)
