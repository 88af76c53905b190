"""What we answer: neutral cards and forms as plain data.

Only `Section.text` is markup: the CommonMark subset of `bot.markup`. Everything else is plain text, which every
renderer escapes. What people typed goes into `Section.text` through `bot.markup.escape` alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

MAX_BUTTON_LABEL = 75
MAX_ACTION = 100
MAX_FORM_TITLE = 24
MAX_INPUT_LABEL = 45


def _at_most(text: str, limit: int, what: str) -> None:
    if len(text) > limit:
        raise ValueError(f"{what} has {len(text)} characters, at most {limit}: {text!r}")


@dataclass(frozen=True, slots=True)
class Mention:
    """A person named on purpose; the renderer shows the name and, where allowed, notifies."""

    user_id: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class ChannelMention(Mention):
    """A channel named on purpose: a link to it on its own platform, its name elsewhere; `user_id` is the channel's."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A time that people planned: an aware datetime, shown in the reader's own time where the platform can.

    `zone` is the IANA name in which it was planned; renderers that cannot know the reader's zone show this one.
    """

    at: datetime
    zone: str = "UTC"

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError("a moment needs an aware datetime")


@dataclass(frozen=True, slots=True)
class Field:
    """A label and a value that keeps its type until it is rendered; a str is plain text."""

    label: str
    value: str | Moment | Mention


@dataclass(frozen=True, slots=True)
class Button:
    """A label, and the action to run with the argument when pressed; nothing waits in memory.

    Raises:
        ValueError: a label over 75 characters, or action and argument over 100 together (a custom id's limit).
    """

    label: str
    action: str
    argument: str = ""
    style: str = ""  # "", "primary" or "danger"

    def __post_init__(self) -> None:
        _at_most(self.label, MAX_BUTTON_LABEL, "a button's label")
        _at_most(self.action + "|" + self.argument, MAX_ACTION - 8, "a button's action and argument")


@dataclass(frozen=True, slots=True)
class Section:
    """The only kind of block: title, text, fields and buttons, shown in that order."""

    title: str = ""
    text: str = ""
    fields: tuple[Field, ...] = ()
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with the reply."""

    name: str
    content: bytes
    media_type: str = "text/plain"


@dataclass(frozen=True, slots=True)
class Event:
    """An entry of a workspace's own list of events; all of it is plain text, times are aware."""

    title: str
    starts: datetime
    ends: datetime
    place: str
    text: str = ""
    is_cancelled: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer.

    `summary` is one plain sentence that stands alone: it is shown first and used for notifications and screen readers.
    `replaces`: this reply takes the place of the message whose button was pressed. `card`: what that message shows
    from now on, while this reply is shown beside it. `public`: shown to the whole channel although the command or
    action is private. `private`: shown to the asker alone although the command or action is public, as refusals are.
    `silent`: nothing new to show (a repeated press). `follow_up`: where a message cannot be edited, as in mail, this is
    worth a second one that says what changed. `event`: what a list of events shows in place of a message.
    """

    summary: str
    sections: tuple[Section, ...] = ()
    replaces: bool = False
    card: Reply | None = None
    public: bool = False
    silent: bool = False
    attachments: tuple[Attachment, ...] = ()
    private: bool = False
    follow_up: bool = False
    event: Event | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """One value to choose, with the label that people see."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Input:
    """One line of a form.

    `kind` is "line", "text" (several lines), "choice", "yesno", "number" or "person". `max_chars` counts code points.
    """

    name: str
    label: str
    kind: str = "line"
    required: bool = False
    value: str = ""
    hint: str = ""
    max_chars: int = 200
    choices: tuple[Choice, ...] = ()

    def __post_init__(self) -> None:
        _at_most(self.label, MAX_INPUT_LABEL, "an input's label")


@dataclass(frozen=True, slots=True)
class Form:
    """Inputs to fill in; submitting runs `action` with `hidden` and what was typed.

    Raises:
        ValueError: a title over 24 characters, or a required input behind an optional one.
    """

    title: str
    inputs: tuple[Input, ...]
    action: str
    hidden: Mapping[str, str] = field(default_factory=dict)
    intro: str = ""

    def __post_init__(self) -> None:
        _at_most(self.title, MAX_FORM_TITLE, "a form's title")
        required = [one.required for one in self.inputs]
        if required != sorted(required, reverse=True):
            raise ValueError("required inputs come first")

    def filled(self, values: Mapping[str, str]) -> Form:
        """Return the same form with `values` typed in already."""
        inputs = tuple(_with_value(one, values.get(one.name, one.value)) for one in self.inputs)
        return Form(self.title, inputs, self.action, self.hidden, self.intro)


def _with_value(one: Input, value: str) -> Input:
    return Input(one.name, one.label, one.kind, one.required, value, one.hint, one.max_chars, one.choices)


@dataclass(frozen=True, slots=True)
class MessageRef:
    """A message that we sent, so that it can be edited later; ids with the platform in front.

    `note` is what the report should say of it although it was sent: a `bot.ports.Problem`.
    """

    channel_id: str
    message_id: str
    thread_id: str = ""
    note: str = ""
