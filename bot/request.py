"""What was asked, by whom, and where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum


class Kind(StrEnum):
    """How the request reached us."""

    COMMAND = "command"
    ACTION = "action"  # a button, or a submitted form
    MESSAGE = "message"  # plain words: a direct message or a mention


@dataclass(frozen=True, slots=True)
class Actor:
    """The person who asks.

    `user_id` is opaque with the platform in front. `is_admin` says that the platform itself calls this person an
    administrator of the workspace the request comes from; it gives no right beyond that workspace. `is_guest` says that
    the person is no full member of that workspace: a guest, or somebody of another organisation in a shared channel.
    """

    user_id: str
    name: str = ""
    locale: str = ""  # "" when the platform tells none
    zone: str = ""  # IANA name when the platform knows it
    is_admin: bool = False
    is_guest: bool = False
    platform_roles: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the request comes from; ids are opaque with the platform in front.

    `anchor_id` is the message below which a later answer belongs, where the platform tells one and it says more than
    the thread.
    """

    workspace_id: str
    channel_id: str
    thread_id: str = ""
    is_direct: bool = False
    workspace_name: str = ""
    anchor_id: str = ""

    @property
    def answer_place(self) -> str:
        """Return where in the channel a later answer belongs; "" for the channel itself."""
        return "" if self.is_direct else self.anchor_id or self.thread_id

    @property
    def platform(self) -> str:
        return self.workspace_id.partition(":")[0]


@dataclass(frozen=True, slots=True)
class Request:
    """One command, pressed button, submitted form or plain message.

    `name` is a command name ("convening add") or an action name ("convening.rsvp"). `arguments` holds options by name;
    `text` the words that are still to be parsed. `key` identifies the delivery, so that a repeated one is acted on
    once; empty when the platform gives none. `is_event` says that the platform may redeliver it later, even after a
    restart.
    """

    kind: Kind
    name: str
    actor: Actor
    origin: Origin
    text: str = ""
    arguments: Mapping[str, str] = field(default_factory=dict)
    key: str = ""
    is_event: bool = False

    def with_arguments(self, arguments: Mapping[str, str]) -> Request:
        """Return the same request with `arguments` and no text left to parse."""
        return replace(self, arguments=dict(arguments), text="")
