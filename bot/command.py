"""Declarations: a feature's commands and actions, read from typed signatures.

A handler is `async def handler(ctx, option: Annotated[type, Option(...)] = default) -> Reply | Form`. A parameter
without a default is required. Types: str, int, bool, datetime (wall time, naive) and Zone.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, get_args, get_origin, get_type_hints

from bot.http import HttpReply, Page, Visit
from bot.reply import Button, Choice, Form, Reply, Section
from bot.text import is_blank

if TYPE_CHECKING:
    from datetime import datetime

    from bot.context import Context
    from bot.domain.approvals import Approval
    from bot.domain.deliveries import Subject, Target
    from bot.i18n import Translator
    from bot.ports import UnitOfWork
    from bot.settings import Settings

RUN = "command.run"  # a button with this action runs its argument as if it were typed
Answer = Reply | Form
Handler = Callable[..., Awaitable[Answer]]
Check = Callable[["Context"], None]
Suggest = Callable[["Context", str], Awaitable[Sequence[Choice]]]
Validate = Callable[["Context", Mapping[str, Any]], None]
Render = Callable[["Delivering"], Awaitable["Rendered | None"]]
Serve = Callable[[Visit], Awaitable[HttpReply]]
Preview = Callable[["Context", int], Awaitable["Shown | None"]]
Apply = Callable[["Context", "Approval"], Awaitable[Reply]]
Named = Callable[["UnitOfWork", int, "Translator"], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class Option:
    """What an option means.

    Args:
        description: a msgid, at most 100 characters (the smallest platform limit).
        label: the form's label as a msgid, at most 45; the description is the hint.
        kind: "line", "text" (several lines), "choice", "yesno", "number", "channel" or "person".
        choices: fixed values; labels are msgids.
        suggest: values to offer while somebody types.
        aliases: other names accepted in text.
        on_form: whether the form asks for it.
    """

    description: str
    label: str = ""
    kind: str = "line"
    max_chars: int = 200
    choices: tuple[Choice, ...] = ()
    suggest: Suggest | None = None
    aliases: tuple[str, ...] = ()
    on_form: bool = True
    minimum: int | None = None
    maximum: int | None = None

    def __post_init__(self) -> None:
        if len(self.description) > 100 or len(self.label) > 45:
            raise ValueError(f"an option's texts are too long: {self.description!r} {self.label!r}")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One option of one command, as read from the signature."""

    name: str
    type: type
    option: Option
    required: bool
    default: Any = None


def parameters_of(handler: Handler) -> tuple[Parameter, ...]:
    """Return the options that `handler` declares, in order.

    Raises:
        TypeError: a parameter has no `Annotated[type, Option(...)]`.
    """
    hints = get_type_hints(handler, include_extras=True)
    declared = list(inspect.signature(handler).parameters.values())[1:]
    return tuple(_parameter(one, hints[one.name]) for one in declared)


def _parameter(declared: inspect.Parameter, hint: Any) -> Parameter:
    if get_origin(hint) is not Annotated:
        raise TypeError(f"{declared.name}: annotate it as Annotated[type, Option(...)]")
    kind, option = get_args(hint)[:2]
    kind = next((one for one in get_args(kind) if one is not type(None)), kind)
    required = declared.default is inspect.Parameter.empty
    return Parameter(declared.name, kind, option, required, None if required else declared.default)


@dataclass(frozen=True, slots=True)
class Delivering:
    """What a delivery's renderer works from; `is_posted` says that the target shows a message of it already.

    `approvables` are the kinds of things that need a second person, by name.
    """

    uow: UnitOfWork
    subject_id: int
    target: Target
    t: Translator
    settings: Settings
    now: datetime
    is_posted: bool
    approvables: Mapping[str, Approvable] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a target should show now, and its revision.

    `thread_id` is the place in the channel, "" the channel itself. `instead` gets it where the channel refuses it.
    """

    reply: Reply
    revision: int
    thread_id: str = ""
    instead: Target | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """What somebody who may approve is shown, as sections.

    `fingerprint` is that of the thing: a request lapses when it changes. `seen` is that of all that is shown, counts of
    channels included: when it changes, the approver is shown the thing again. "" for the same as `fingerprint`.
    """

    sections: tuple[Section, ...]
    fingerprint: str
    seen: str = ""


@dataclass(frozen=True, slots=True)
class Approvable:
    """A kind of thing that needs a second person.

    `waits` is a msgid, the sentence that those who may approve read first. `named` returns the thing's name for them
    and for whoever asked, "" when it is gone. `preview` shows exactly what will happen, None when there is nothing to
    approve any more. `apply` does it, in the unit of work of the approval, and returns what the approver reads.
    """

    waits: str
    named: Named
    preview: Preview
    apply: Apply


def anyone(ctx: Context) -> None:
    """Let everybody in."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command that people type.

    `ephemeral`: only the asker sees the answer. `writes`: it changes what is stored, so it runs in a writing unit of
    work. `form`: missing options open a form even where the platform could insist on them. `opens_form`: the handler
    may answer with a Form, so the platform must wait for it. `validate`: checks that need more than one option and no
    storage, so that a form can show its errors at once. `a_day`: how often one person may use it in a day, 0 for any.
    """

    name: str
    summary: str
    handler: Handler
    parameters: tuple[Parameter, ...]
    check: Check = anyone
    ephemeral: bool = True
    writes: bool = False
    form: bool = False
    form_title: str = ""
    opens_form: bool = False
    validate: Validate | None = None
    example: str = ""
    a_day: int = 0

    @property
    def required(self) -> tuple[Parameter, ...]:
        return tuple(one for one in self.parameters if one.required)

    def missing(self, arguments: Mapping[str, str]) -> tuple[Parameter, ...]:
        """Return the required options that `arguments` leave out or leave blank."""
        return tuple(one for one in self.required if is_blank(arguments.get(one.name, "")))


@dataclass(frozen=True, slots=True)
class Action:
    """What a button runs; its argument is one opaque text. Fields as in `Command`."""

    name: str
    handler: Handler
    check: Check = anyone
    ephemeral: bool = True
    writes: bool = False
    opens_form: bool = False

    def button(self, label: str, argument: object = "", style: str = "") -> Button:
        """Return a button that runs this action; `label` is in the reader's language already."""
        return Button(label, self.name, str(argument), style)


@dataclass(slots=True)
class Feature:
    """One topic that people see: its commands and actions.

    Args:
        name: the first word of its commands and the first part of its actions' names.
        summary: a msgid for help and for command groups.
        order: where help lists it; small first.
    """

    name: str
    summary: str
    order: int = 50
    commands: list[Command] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    renderers: dict[Subject, Render] = field(default_factory=dict)
    pages: list[Page] = field(default_factory=list)
    approvables: dict[str, Approvable] = field(default_factory=dict)

    def command(self, name: str = "", *, summary: str, **declared: Any) -> Callable[[Handler], Command]:
        """Declare a command: "" names the feature itself, "add" is "<feature> add". See `Command` for the rest."""

        def declare(handler: Handler) -> Command:
            full = f"{self.name} {name}".strip()
            one = Command(full, summary, handler, parameters_of(handler), **declared)
            self.commands.append(one)
            return one

        return declare

    def action(self, name: str, **declared: Any) -> Callable[[Handler], Action]:
        """Declare an action "<feature>.<name>"; its handler takes `ctx` and the button's argument."""

        def declare(handler: Handler) -> Action:
            one = Action(f"{self.name}.{name}", handler, **declared)
            self.actions.append(one)
            return one

        return declare

    def approves(self, kind: str, one: Approvable) -> None:
        """Declare a kind of thing that needs a second person; see `bot.approvals`."""
        self.approvables[kind] = one

    def delivers(self, subject: Subject) -> Callable[[Render], Render]:
        """Declare what renders a delivery of `subject`; it returns None when there is nothing to send any more."""

        def declare(render: Render) -> Render:
            self.renderers[subject] = render
            return render

        return declare

    def page(
        self, method: str, path: str, *, writes: bool = False, is_for_many: bool = False
    ) -> Callable[[Serve], Serve]:
        """Declare a page of the web server, such as "GET", "/calendar/{token}.ics"; see `bot.http`."""

        def declare(handler: Serve) -> Serve:
            self.pages.append(Page(method, path, handler, writes, is_for_many))
            return handler

        return declare
