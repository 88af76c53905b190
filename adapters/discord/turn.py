"""One interaction from its first answer to its last.

Discord decides who sees a deferred answer when it is deferred; what turns out otherwise is shown beside it. A failed
answer is logged and never sent again, so that nobody sees it twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from enum import Enum, auto
from typing import Any

from adapters.discord.render import EPHEMERAL, Message, messages
from adapters.discord.wire import Handle, Kind, Outcome, Wire
from bot.i18n import Translator
from bot.reply import Reply


class Held(Enum):
    """What our first answer holds open."""

    NOTHING = auto()
    PRIVATE = auto()  # "thinking", for the asker alone
    PUBLIC = auto()  # "thinking", for the channel
    MESSAGE = auto()  # the message whose button was pressed
    STEP = auto()  # our own private message of a form's earlier step


class Turn:
    """Answers one interaction.

    Args:
        key: the mark of the delivery whose button was pressed; edits keep it.
        beside_private: whether that message is seen by the asker alone.
    """

    def __init__(
        self, wire: Wire, handle: Handle, t: Translator, *, key: str = "", beside_private: bool = False
    ) -> None:
        self._wire = wire
        self._handle = handle
        self.t = t
        self._key = key
        self._beside_private = beside_private
        self._held = Held.NOTHING

    async def think(self, *, private: bool) -> bool:
        """Say that an answer is coming; False when the interaction is dead or somebody answered it already."""
        self._held = Held.PRIVATE if private else Held.PUBLIC
        return _lives(
            await self._wire.respond(self._handle, Kind.MESSAGE_LATER, {"flags": EPHEMERAL if private else 0})
        )

    async def hold(self, held: Held = Held.MESSAGE) -> bool:
        """Acknowledge a press; False as with `think`."""
        self._held = held
        return _lives(await self._wire.respond(self._handle, Kind.UPDATE_LATER))

    async def open(self, modal: Mapping[str, Any]) -> None:
        """Open a form."""
        await self._wire.respond(self._handle, Kind.MODAL, modal)

    async def suggest(self, choices: list[dict[str, str]]) -> None:
        """Offer values for an option."""
        await self._wire.respond(self._handle, Kind.SUGGESTIONS, {"choices": choices})

    async def show(self, reply: Reply, *, private: bool) -> None:
        """Show the answer; `private` is what the command declares, the reply may say otherwise."""
        private = reply.private or (private and not reply.public)
        if self._held is Held.MESSAGE:
            await self._show_beside(reply, private)
        elif reply.silent:
            await self._withdraw()
        else:
            await self._show_instead(reply, private)

    async def _withdraw(self) -> None:
        if self._held in (Held.PRIVATE, Held.PUBLIC):
            await self._wire.delete(self._handle)

    async def _show_instead(self, reply: Reply, private: bool) -> None:
        """Show the reply where "thinking" stands, or beside it when other people should see it."""
        every = messages(reply, self.t)
        if private == (self._held is not Held.PUBLIC):
            if (await self._wire.edit(self._handle, every[0])).ok:
                await self._follow_up(every[1:], private)
        elif private:
            # a follow-up beside a public "thinking" would take its place, and be public too
            if (await self._wire.delete(self._handle)).ok:
                await self._follow_up(every, private)
        else:
            await self._wire.edit(self._handle, messages(self._posted(), self.t)[0])
            await self._follow_up(every, private)

    def _posted(self) -> Reply:
        return Reply(self.t("Done: everybody in this channel can see the answer."))

    async def _show_beside(self, reply: Reply, private: bool) -> None:
        """Change the pressed message as the reply says; show the rest beside it."""
        if reply.silent:
            return
        replaces = reply.replaces and (self._beside_private or not reply.private)
        every = messages(reply, self.t, key=self._key if replaces else "")
        if reply.card:
            await self._wire.edit(self._handle, messages(reply.card, self.t, key=self._key)[0])
        elif replaces:
            if not (await self._wire.edit(self._handle, every[0])).ok:
                return
            every, private = every[1:], self._beside_private
        await self._follow_up(every, private)

    async def _follow_up(self, every: Iterable[Message], private: bool) -> None:
        for message in every:
            flags = {"flags": EPHEMERAL} if private else {}
            sent = await self._wire.follow_up(self._handle, replace(message, payload=message.payload | flags))
            if not sent.ok:
                return


def _lives(outcome: Outcome) -> bool:
    """Say whether going on makes sense: answered, or no word whether it was."""
    return outcome.ok or outcome.code == 0 or 500 <= outcome.code < 600
