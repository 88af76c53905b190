"""Forms on their way through modals: opened, filled in steps, corrected, sent.

What was typed waits in a draft whose token the buttons and modals carry, so that a restart in between loses nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace

from adapters.discord.custom_ids import FormId, Mode
from adapters.discord.drafts import Drafts
from adapters.discord.modals import modal, steps
from adapters.discord.turn import Held, Turn
from bot.command import Command
from bot.dispatcher import Dispatcher
from bot.domain.records import Draft
from bot.forms import form_of
from bot.i18n import Translator
from bot.reply import Button, Field, Form, Input, Reply, Section
from bot.request import Request

STEP, FINISH = "step", "finish"  # our own buttons; actions of features have a dot in their names
OPENS_WITHIN_S = 0.8
_LAYOUT = ""  # the draft's entry that tells which inputs the form has; no option has an empty name
Asking = Callable[[str, Mapping[str, str]], Request]  # command and values to a request by the person at hand


class FormSteps:
    """Opens and takes forms.

    Args:
        dispatcher: answers what is sent.
        drafts: where values wait.
    """

    def __init__(self, dispatcher: Dispatcher, drafts: Drafts) -> None:
        self._dispatcher = dispatcher
        self._drafts = drafts

    async def open(
        self, turn: Turn, form: Form, user_id: str, step: int = 0, mode: Mode = Mode.FRESH, token: str = ""
    ) -> None:
        """Open one step at once; values that it does not show travel along."""
        every = steps(form)
        here = {one.name for one in every[step]}
        others = {name: value for name, value in self._kept(form, turn.t).items() if name not in here}
        ident = FormId(form.action, step, len(every), mode, token, {} if token else others)
        if not ident.fits:
            token = self._drafts.keep(user_id, form.action, self._kept(form, turn.t))
            ident = replace(ident, token=token, values={})
        await turn.open(modal(form, step, str(ident), turn.t))

    async def offer(self, form: Form, user_id: str, t: Translator) -> Reply:
        """Return a reply whose button opens `form`, for a form that came too late to be opened at once."""
        token = await self._drafts.keep_stored(user_id, form.action, self._kept(form, t))
        button = Button(t("Open the form"), STEP, f"0.{Mode.ON}.{token}", "primary")
        return Reply(t("This needs a few more facts."), (Section(buttons=(button,)),), private=True)

    async def pressed(self, turn: Turn, argument: str, user_id: str) -> None:
        """Open the step that one of our buttons names."""
        step, _, rest = argument.partition(".")
        mode, _, token = rest.partition(".")
        draft = self._drafts.at_hand(token, user_id) or await self._read_soon(token, user_id)
        form = self._form(draft.name, draft.values, turn.t) if draft else None
        if form is None or not step.isdigit() or int(step) >= len(steps(form)) or mode not in set(Mode):
            await self._expired(turn)
            return
        await self.open(turn, form, user_id, int(step), Mode(mode), token)

    async def finished(self, turn: Turn, token: str, user_id: str, asking: Asking) -> None:
        """Send what was typed so far, the rest left out."""
        if not await turn.hold(Held.STEP):
            return
        draft = await self._drafts.read(token, user_id)
        if draft is None:
            await turn.show(_expired(turn.t), private=True)
        else:
            await self._take(turn, FormId(draft.name, mode=Mode.FIX, token=token), draft.values, asking)

    async def submitted(
        self, turn: Turn, ident: FormId, typed: Mapping[str, str], user_id: str, asking: Asking
    ) -> None:
        """Take one step: ask for the next, show what is wrong, or send it all."""
        draft = self._drafts.at_hand(ident.token, user_id)
        is_late = bool(ident.token) and draft is None
        values = {**ident.values, **(draft.values if draft else {}), **typed}
        private = is_late or not self._is_sent(ident) or bool(self._problems(ident, asking, values, turn.t))
        private = private or self._is_private(ident.command, values, asking)
        if not await (turn.think(private=private) if ident.mode is Mode.FRESH else turn.hold(Held.STEP)):
            return
        if is_late:
            draft = await self._drafts.read(ident.token, user_id)
            values = {**(draft.values if draft else {}), **typed}
        await self._take(turn, ident, values, asking)

    async def _take(self, turn: Turn, ident: FormId, values: Mapping[str, str], asking: Asking) -> None:
        request = asking(ident.command, _arguments(values))
        user_id, t = request.actor.user_id, turn.t
        problems = self._problems(ident, asking, values, t)
        form = self._form(ident.command, values, t)
        if form and (problems or not self._is_sent(ident)):
            token = await self._drafts.keep_stored(user_id, ident.command, values, ident.token)
            reply = _wrong(form, problems, self._is_sent(ident), token, t) if problems else _next(form, ident, token, t)
            await turn.show(reply, private=True)
            return
        answer = await self._dispatcher.handle(request)
        self._drafts.drop(ident.token)
        shown = answer if isinstance(answer, Reply) else await self.offer(answer, user_id, t)
        await turn.show(shown, private=self._is_private(ident.command, values, asking))

    def _problems(self, ident: FormId, asking: Asking, values: Mapping[str, str], t: Translator) -> dict[str, str]:
        """Return what is wrong: in this step alone while others follow."""
        problems = self._dispatcher.problems(asking(ident.command, _arguments(values)))
        form = self._form(ident.command, values, t)
        if self._is_sent(ident) or form is None:
            return problems
        here = {one.name for one in steps(form)[ident.step]} if ident.step < len(steps(form)) else set()
        return {name: text for name, text in problems.items() if name in here}

    def _is_sent(self, ident: FormId) -> bool:
        return ident.mode is Mode.FIX or ident.step + 1 >= ident.steps

    def _is_private(self, command: str, values: Mapping[str, str], asking: Asking) -> bool:
        declared = self._dispatcher.resolve(asking(command, _arguments(values)))
        return declared is None or declared.ephemeral

    async def _read_soon(self, token: str, user_id: str) -> Draft | None:
        """Return a draft of before a restart, None when it does not come in time to open a form."""
        reading = asyncio.create_task(self._drafts.read(token, user_id))
        await asyncio.wait({reading}, timeout=OPENS_WITHIN_S)
        return reading.result() if reading.done() else None

    async def _expired(self, turn: Turn) -> None:
        if await turn.hold(Held.MESSAGE):
            await turn.show(_expired(turn.t), private=True)

    def _kept(self, form: Form, t: Translator) -> dict[str, str]:
        """Return every value of `form`, and its layout where that is not the command's own."""
        values = {**form.hidden, **{one.name: one.value for one in form.inputs if one.value}}
        layout = _layout(form)
        command = self._dispatcher.registry.commands.get(form.action)
        is_usual = command is not None and layout == _layout(form_of(command, {}, t))
        return values if is_usual else {**values, _LAYOUT: layout}

    def _form(self, name: str, values: Mapping[str, str], t: Translator) -> Form | None:
        """Return the form as it was laid out, with `values` typed in; None when there is no such command."""
        command = self._dispatcher.registry.commands.get(name)
        return _laid_out(command, values, t) if command else None


def _layout(form: Form) -> str:
    """Return the inputs' names in order, "!" behind a required one; the introduction on the next line."""
    return ",".join(one.name + "!" * one.required for one in form.inputs) + "\n" + form.intro


def _laid_out(command: Command, values: Mapping[str, str], t: Translator) -> Form:
    plain = form_of(command, _arguments(values), t)
    names, _, intro = values.get(_LAYOUT, _layout(plain)).partition("\n")
    known = {one.name: one for one in plain.inputs}
    inputs = tuple(_required(known, name) for name in names.split(",") if name.removesuffix("!") in known)
    asked = {one.name for one in inputs}
    hidden = {name: value for name, value in _arguments(values).items() if name not in asked}
    return Form(plain.title, inputs, plain.action, hidden, intro)


def _required(known: Mapping[str, Input], name: str) -> Input:
    return replace(known[name.removesuffix("!")], required=name.endswith("!"))


def _arguments(values: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in values.items() if name != _LAYOUT}


def _next(form: Form, ident: FormId, token: str, t: Translator) -> Reply:
    """Return the message between two steps."""
    every, step = steps(form), ident.step + 1
    buttons = [Button(t("Continue"), STEP, f"{step}.{Mode.ON}.{token}", "primary")]
    if not any(one.required for rest in every[step:] for one in rest):
        buttons.append(Button(t("Send it now"), FINISH, token))
    summary = t("Step {step} of {steps}: what you typed so far is kept.", step=step + 1, steps=len(every))
    return Reply(summary, (Section(buttons=tuple(buttons)),))


def _wrong(form: Form, problems: Mapping[str, str], is_last: bool, token: str, t: Translator) -> Reply:
    """Return what is wrong, option by option, and the button that opens the step of the first."""
    labels = {one.name: one.label for one in form.inputs}
    step = next((at for at, some in enumerate(steps(form)) if {one.name for one in some} & problems.keys()), 0)
    fields = tuple(Field(labels.get(name) or form.title, text) for name, text in problems.items())
    mode = Mode.FIX if is_last else Mode.ON
    button = Button(t("Change it and try again"), STEP, f"{step}.{mode}.{token}", "primary")
    return Reply(
        t("Something needs to be changed. What you typed is kept."), (Section(fields=fields, buttons=(button,)),)
    )


def _expired(t: Translator) -> Reply:
    summary = t("This form cannot be opened any more.")
    return Reply(
        summary, (Section(text=t("What you typed is kept for an hour. Start again with the command.")),), private=True
    )
