"""Commands, presses, submitted forms and autocomplete: acknowledged in time, then answered.

Nothing here waits in memory for a press: what a button or a form means stands in its custom id, so that they outlive a
restart. One person's requests are answered in the order in which they came.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, cast

import discord
import structlog

from adapters.discord.custom_ids import ButtonId, parse_button, parse_form
from adapters.discord.drafts import Drafts
from adapters.discord.form_steps import FINISH, STEP, FormSteps
from adapters.discord.incoming import arguments_of, focused, own, path_of, request_of
from adapters.discord.modals import typed
from adapters.discord.tree import choices_of, own_suggestions, paths
from adapters.discord.turn import Turn
from adapters.discord.wire import Handle, Wire
from bot.command import Answer
from bot.dispatcher import Dispatcher
from bot.plugin import Host
from bot.reply import Choice, Form, Reply
from bot.request import Kind, Request

log = structlog.get_logger("discord")

FORM_WITHIN_S = 1.0
SUGGESTS_WITHIN_S = 2.0
Interaction = discord.Interaction[discord.Client]


class Interactions:
    """Serves what comes in over the gateway.

    Args:
        host: the core.
        wire: the endpoints that answer.
    """

    def __init__(self, host: Host, wire: Wire) -> None:
        self._dispatcher: Dispatcher = host.dispatcher
        self._translators = host.translators
        self._names = paths(host.dispatcher.registry)
        self._wire = wire
        self.drafts = Drafts(host.unit_of_work, host.dispatcher.services.clock, host.settings.retention.forms_last)
        self.forms = FormSteps(host.dispatcher, self.drafts)
        self._last: dict[int, asyncio.Task[Any]] = {}

    async def serve(self, interaction: Interaction) -> None:
        """Answer one interaction."""
        match interaction.type:
            case discord.InteractionType.autocomplete:
                await self._suggest(interaction)
            case discord.InteractionType.application_command:
                await self._in_order(interaction, self._command)
            case discord.InteractionType.component:
                await self._in_order(interaction, self._press)
            case discord.InteractionType.modal_submit:
                await self._in_order(interaction, self._submit)
            case _:
                return

    async def _in_order(self, interaction: Interaction, work: Any) -> None:
        """Tell `work` which task of the same person is still running."""
        person, mine = interaction.user.id, cast("asyncio.Task[Any]", asyncio.current_task())
        earlier, self._last[person] = self._last.get(person), mine
        try:
            await self._dispatcher.recognise(own(person))
            await work(interaction, earlier)
        finally:
            if self._last.get(person) is mine:
                del self._last[person]

    async def _suggest(self, interaction: Interaction) -> None:
        path, options = path_of(_data(interaction))
        request = request_of(
            interaction, Kind.COMMAND, self._names.get(path, path), arguments=arguments_of(options, None)
        )
        turn = self._turn(interaction)
        option = next(focused(options), None)
        found = await self._suggestions(request, str(option["name"]), str(option.get("value", ""))) if option else []
        await turn.suggest(choices_of(found, turn.t))

    async def _suggestions(self, request: Request, option: str, text: str) -> Sequence[Choice]:
        command = self._dispatcher.registry.commands.get(request.name)
        parameter = next((one for one in command.parameters if one.name == option), None) if command else None
        if parameter is not None and parameter.option.suggest is None:
            return own_suggestions(parameter, text, self._dispatcher.translator(request))
        task = asyncio.create_task(self._suggested(request, option, text))
        done, _ = await asyncio.wait({task}, timeout=SUGGESTS_WITHIN_S)
        failure = task.exception() if done else None
        if failure:
            log.error("no suggestions", command=request.name, option=option, exc_info=failure)
        task.cancel()
        return task.result() if done and not failure else []

    async def _suggested(self, request: Request, option: str, text: str) -> Sequence[Choice]:
        return await self._dispatcher.suggest(request, option, text)

    async def _command(self, interaction: Interaction, earlier: asyncio.Task[Any] | None) -> None:
        path, options = path_of(_data(interaction))
        arguments = arguments_of(options, interaction.guild)
        request = request_of(interaction, Kind.COMMAND, self._names.get(path, path), arguments=arguments)
        await self._ask(self._turn(interaction), request, earlier)

    async def _press(self, interaction: Interaction, earlier: asyncio.Task[Any] | None) -> None:
        custom_id = str(_data(interaction).get("custom_id", ""))
        pressed = parse_button(custom_id) or ButtonId(custom_id, "")
        is_private = bool(interaction.message and interaction.message.flags.ephemeral)
        turn = self._turn(interaction, key=pressed.key, beside_private=is_private)
        request = request_of(interaction, Kind.ACTION, pressed.action or custom_id, pressed.argument)
        if pressed.action == STEP:
            await self.forms.pressed(turn, pressed.argument, request.actor.user_id)
        elif pressed.action == FINISH:
            asking = partial(self._submission, interaction)
            await self.forms.finished(turn, pressed.argument, request.actor.user_id, asking)
        else:
            await self._ask(turn, request, earlier)

    async def _submit(self, interaction: Interaction, earlier: asyncio.Task[Any] | None) -> None:  # noqa: ARG002
        data = _data(interaction)
        ident = parse_form(str(data.get("custom_id", "")))
        turn = self._turn(interaction)
        if ident is None:
            await self._ask(turn, request_of(interaction, Kind.COMMAND, str(data.get("custom_id", ""))), None)
            return
        asking = partial(self._submission, interaction)
        values = typed(data.get("components") or [])
        await self.forms.submitted(turn, ident, values, asking("", {}).actor.user_id, asking)

    def _submission(self, interaction: Interaction, command: str, values: Mapping[str, str]) -> Request:
        return request_of(interaction, Kind.ACTION, command, arguments=values)

    def _turn(self, interaction: Interaction, *, key: str = "", beside_private: bool = False) -> Turn:
        handle = Handle(interaction.id, interaction.application_id, interaction.token)
        chosen = self._dispatcher.services.readers.of(own(interaction.user.id)).lang
        t = self._translators[chosen or str(interaction.locale)]
        return Turn(self._wire, handle, t, key=key, beside_private=beside_private)

    async def _ask(self, turn: Turn, request: Request, earlier: asyncio.Task[Any] | None) -> None:
        """Open the form that is needed first; else acknowledge, run, show."""
        form = await self._dispatcher.form_for(request)
        if form:
            await self.forms.open(turn, form, request.actor.user_id)
            return
        declared = self._dispatcher.resolve(request)
        private = declared is None or declared.ephemeral
        answering = None
        if declared and declared.opens_form:
            answering = asyncio.create_task(self._answered(request, earlier))
            await asyncio.wait({answering}, timeout=FORM_WITHIN_S)
            early = answering.result() if answering.done() else None
            if isinstance(early, Form):
                await self.forms.open(turn, early, request.actor.user_id)
                return
        if await (turn.hold() if request.kind is Kind.ACTION else turn.think(private=private)):
            answer = await (answering or self._answered(request, earlier))
            await turn.show(await self._as_reply(answer, request, turn), private=private)

    async def _answered(self, request: Request, earlier: asyncio.Task[Any] | None) -> Answer:
        if earlier and not earlier.done():
            await asyncio.wait({earlier})
        return await self._dispatcher.handle(request)

    async def _as_reply(self, answer: Answer, request: Request, turn: Turn) -> Reply:
        if isinstance(answer, Reply):
            return answer
        return await self.forms.offer(answer, request.actor.user_id, turn.t)


def _data(interaction: Interaction) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", interaction.data or {})
