"""What tests of features and adapters stand on: a conversation over real storage, fakes for messenger and clock.

async with conversation(storage) as chat:
    reply = await chat.say("/convening list")
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from bot.command import Answer
from bot.context import Services
from bot.dispatcher import Dispatcher
from bot.errors import DeliveryError, DeliveryRefused
from bot.i18n import Translator, core_translators
from bot.knowledge_base import Files, KnowledgeBase
from bot.markup import plain
from bot.outbox import Outbox, Post
from bot.ports import OpenUnitOfWork, Problem
from bot.registry import Registry, load
from bot.reply import Button, Form, MessageRef, Reply
from bot.request import Actor, Kind, Origin, Request
from bot.settings import Approvals, Settings
from knowledge.bank import Bank
from knowledge.index import Index, build_index, index_of
from knowledge.loader import load_bank

PLATFORM = "fake"
CACHE_VARIABLE = "HRC_KNOWLEDGE_CACHE_DIR"  # one test run fits the search once, not in every process
STEERING = "fake:steering"


@dataclass
class FrozenClock:
    """A clock that moves only when told to."""

    now: datetime = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, by: timedelta) -> None:
        self.now += by


@dataclass(frozen=True, slots=True)
class Sent:
    """One message that people see: where, what, in which language, its marker, and the place in the channel."""

    address: str
    reply: Reply
    lang: str
    key: str
    thread_id: str = ""


@dataclass
class FakeMessenger:
    """A platform in memory: `messages` by id is what people see; `failures` are raised once each, in order.

    `problems` are by channel or thread id, `workspaces` by channel id; a channel that `workspaces` lack belongs to
    whoever asks. `closed` are threads that take no message any more.
    """

    messages: dict[str, Sent] = field(default_factory=dict)
    edits: int = 0
    failures: list[DeliveryError] = field(default_factory=list)
    problems: dict[str, str] = field(default_factory=dict)
    workspaces: dict[str, str] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)

    async def post(self, channel_id: str, reply: Reply, t: Translator, key: str, thread_id: str = "") -> MessageRef:
        if self.failures:
            raise self.failures.pop(0)
        if thread_id in self.closed:
            raise DeliveryRefused(Problem.CHANNEL_GONE)
        message_id = f"{PLATFORM}:m{len(self.messages) + 1}"
        self.messages[message_id] = Sent(channel_id, reply, t.lang, key, thread_id)
        return MessageRef(channel_id, message_id, thread_id)

    async def direct(self, user_id: str, reply: Reply, t: Translator, key: str) -> MessageRef:
        return await self.post(user_id, reply, t, key)

    async def edit(self, message: MessageRef, reply: Reply, t: Translator) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.edits += 1
        self.messages[message.message_id] = replace(self.messages[message.message_id], reply=reply, lang=t.lang)

    async def find(
        self,
        address: str,
        key: str,
        since: datetime,  # noqa: ARG002
        thread_id: str = "",
    ) -> MessageRef | None:
        wanted = (address, key, thread_id)
        found = (ref for ref, sent in self.messages.items() if (sent.address, sent.key, sent.thread_id) == wanted)
        return next((MessageRef(address, ref) for ref in found), None)

    async def channel_problem(self, channel_id: str, workspace_id: str, thread_id: str = "") -> str:
        if thread_id in self.problems:
            return self.problems[thread_id]
        if self.workspaces.get(channel_id, workspace_id) != workspace_id:
            return Problem.CHANNEL_GONE
        return self.problems.get(channel_id, "")

    def preview(self, reply: Reply, t: Translator) -> tuple[str, ...]:  # noqa: ARG002
        """Return the words in parts of at most 2000 characters, as a platform with a limit would."""
        words = words_of(reply)
        return tuple(words[at : at + 2000] for at in range(0, len(words), 2000))

    def seen_in(self, address: str) -> list[Reply]:
        """Return what stands in a channel or a person's direct messages, oldest first."""
        return [sent.reply for sent in self.messages.values() if sent.address == address]


@dataclass
class Conversation:
    """People talking to the bot; `press` and `submit` act on what it answered."""

    dispatcher: Dispatcher
    outbox: Outbox
    messenger: FakeMessenger
    clock: FrozenClock
    origin: Origin = field(default_factory=lambda: Origin("fake:T1", "fake:C1"))
    actor: Actor = field(default_factory=lambda: Actor("fake:ana", "Ana", "en"))

    async def say(self, text: str, *, kind: Kind = Kind.COMMAND, key: str = "", **who: Any) -> Any:
        """Type `text`; keywords: user, name, admin, lang, zone, workspace, channel, thread, direct."""
        self._become(**who)
        return await self.dispatcher.handle(Request(kind, "", self.actor, self.origin, text, key=key))

    async def press(self, reply: Answer, label: str, *, key: str = "", **who: Any) -> Any:
        """Press the button that reads `label`."""
        self._become(**who)
        button = button_of(reply, label)
        request = Request(Kind.ACTION, button.action, self.actor, self.origin, button.argument, key=key)
        return await self.dispatcher.handle(request)

    async def submit(self, form: Form, values: Mapping[str, str] | None = None, *, key: str = "", **who: Any) -> Any:
        """Send a form: its own values, `values` typed over them."""
        self._become(**who)
        typed = {one.name: one.value for one in form.inputs} | dict(form.hidden) | dict(values or {})
        request = Request(Kind.ACTION, form.action, self.actor, self.origin, arguments=typed, key=key)
        return await self.dispatcher.handle(request)

    async def deliver(self, rounds: int = 50) -> None:
        """Run the outbox until nothing is due; the clock jumps over waits of a few seconds."""
        for _ in range(rounds):
            if not await self.outbox.once():
                self.clock.advance(timedelta(seconds=3))
                if not await self.outbox.once():
                    return

    def _become(self, **who: Any) -> None:
        names = {"user": "user_id", "name": "name", "admin": "is_admin", "lang": "locale", "zone": "zone"}
        places = {"workspace": "workspace_id", "channel": "channel_id", "thread": "thread_id", "direct": "is_direct"}
        self.actor = replace(self.actor, **{names[k]: v for k, v in who.items() if k in names})
        self.origin = replace(self.origin, **{places[k]: v for k, v in who.items() if k in places})


def button_of(reply: Answer, label: str) -> Button:
    """Return the button that reads `label`.

    Raises:
        LookupError: the reply has no such button; the message lists those it has.
    """
    buttons = [one for section in reply.sections for one in section.buttons] if isinstance(reply, Reply) else []
    for button in buttons:
        if button.label == label:
            return button
    raise LookupError(f"no button {label!r} among {[one.label for one in buttons]}")


def words_of(reply: Reply) -> str:
    """Return everything a person reads in `reply`, card included, in order."""
    parts = [reply.summary]
    for section in reply.sections:
        parts += [section.title, plain(section.text)]
        parts += [f"{one.label}: {one.value}" for one in section.fields]
        parts += [one.label for one in section.buttons]
    return "\n".join(part for part in parts if part)


def settings_for_tests(**changes: Any) -> Settings:
    """Return settings with one steering member, `fake:steering`, who may act alone, as organizers may."""
    return Settings(**({"steering": (STEERING,), "approvals": Approvals(alone=True)} | changes))


@cache
def _shipped() -> tuple[Bank, Index]:
    bank, kept = load_bank(), os.environ.get(CACHE_VARIABLE)
    return bank, build_index(bank, cache_folder=Path(kept) if kept else None)


def knowledge_for_tests() -> KnowledgeBase:
    """Return the shipped knowledge base; its index is built once per process."""
    bank, index = _shipped()
    return KnowledgeBase(Files(bank), index_of, index=index)


@asynccontextmanager
async def conversation(
    storage: Any,
    *,
    registry: Registry | None = None,
    clock: FrozenClock | None = None,
    messenger: FakeMessenger | None = None,
    **changes: Any,
) -> AsyncIterator[Conversation]:
    """Yield a conversation over `storage` (anything with `unit_of_work`); `changes` are settings."""

    clock, messenger = clock or FrozenClock(), messenger or FakeMessenger()
    settings = settings_for_tests(**changes)
    open_uow: OpenUnitOfWork = storage.unit_of_work
    registry, translators = registry or load(), core_translators()
    messengers = {PLATFORM: messenger}
    services = Services(settings, registry, knowledge_for_tests(), messengers, open_uow, clock)
    outbox = Outbox(Post(open_uow, registry, messengers, translators, settings, clock))
    yield Conversation(Dispatcher(services, translators, outbox.wake), outbox, messenger, clock)
