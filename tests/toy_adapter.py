"""A whole platform: people are rows of a list, the bot answers into another list."""

from __future__ import annotations

from datetime import datetime

from bot.i18n import Translator
from bot.markup import plain
from bot.plugin import Host, Plugin
from bot.reply import Form, MessageRef, Reply
from bot.request import Actor, Kind, Origin, Request

inbox: list[str] = []
wall: dict[str, str] = {}


def words(reply: Reply) -> str:
    """Return a reply as the toy shows it."""
    parts = [reply.summary]
    for section in reply.sections:
        parts += [section.title, plain(section.text), *(f"{one.label}: {one.value}" for one in section.fields)]
        parts += [f"({one.label})" for one in section.buttons]
    return "\n".join(part for part in parts if part)


class ToyMessenger:
    """Posts onto the wall."""

    async def post(self, channel_id: str, reply: Reply, t: Translator, key: str, thread_id: str = "") -> MessageRef:
        wall[f"toy:{key}"] = words(reply)
        return MessageRef(channel_id, f"toy:{key}")

    async def direct(self, user_id: str, reply: Reply, t: Translator, key: str) -> MessageRef:
        return await self.post(user_id, reply, t, key)

    async def edit(self, message: MessageRef, reply: Reply, t: Translator) -> None:
        wall[message.message_id] = words(reply)

    async def find(self, address: str, key: str, since: datetime, thread_id: str = "") -> MessageRef | None:
        return MessageRef(address, f"toy:{key}") if f"toy:{key}" in wall else None

    async def channel_problem(self, channel_id: str, workspace_id: str = "", thread_id: str = "") -> str:
        return "" if channel_id == "toy:square" else "unknown_channel"


class ToyAdapter:
    """Reads the inbox until it says "bye"; what it answers stands in `said`."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.messenger = ToyMessenger()
        self.said: list[str] = []

    async def start(self) -> None:
        """Nothing to connect to."""

    async def run(self) -> None:
        actor, origin = Actor("toy:ada", is_admin=True), Origin("toy:town", "toy:square")
        while (line := inbox.pop(0)) != "bye":
            answer = await self.host.dispatcher.handle(Request(Kind.COMMAND, "", actor, origin, line))
            self.said.append(answer.title if isinstance(answer, Form) else words(answer))

    async def close(self) -> None:
        """Nothing to disconnect from."""


plugin = Plugin("toy", "tests.toy_adapter:ToyAdapter", lambda _settings: True)
