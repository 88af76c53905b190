"""The Messenger port for the terminal: one channel, and whoever sits there."""

from __future__ import annotations

from datetime import datetime

from adapters.console.page import Page
from adapters.console.settings import NAME
from bot.errors import DeliveryRefused
from bot.i18n import Translator
from bot.ports import Problem
from bot.reply import MessageRef, Reply

WORKSPACE = f"{NAME}:local"
CHANNEL = f"{NAME}:here"


class ConsoleMessenger:
    """Shows posts, edits and direct messages on the page, once the first screen is there."""

    def __init__(self, page: Page) -> None:
        self._page = page

    async def post(
        self,
        channel_id: str,
        reply: Reply,
        t: Translator,
        key: str,
        thread_id: str = "",  # noqa: ARG002 - a terminal has no threads
    ) -> MessageRef:
        if channel_id != CHANNEL:
            raise DeliveryRefused(Problem.CHANNEL_GONE)
        await self._page.opened.wait()
        self._page.post(reply, t, self._page.t("In the channel:"))
        return MessageRef(channel_id, f"{NAME}:{key}")

    async def direct(self, user_id: str, reply: Reply, t: Translator, key: str) -> MessageRef:
        await self._page.opened.wait()
        self._page.post(reply, t, self._to(user_id))
        return MessageRef(user_id, f"{NAME}:{key}")

    async def edit(self, message: MessageRef, reply: Reply, t: Translator) -> None:
        await self._page.opened.wait()
        is_post = message.channel_id == CHANNEL
        heading = self._page.t("Changed in the channel:") if is_post else self._to(message.channel_id)
        self._page.post(reply, t, heading, is_edit=True)

    async def find(
        self,
        address: str,  # noqa: ARG002
        key: str,  # noqa: ARG002
        since: datetime,  # noqa: ARG002
        thread_id: str = "",  # noqa: ARG002
    ) -> MessageRef | None:
        """Return None: what was on the screen of an earlier process is gone."""
        return None

    async def channel_problem(self, channel_id: str, workspace_id: str, thread_id: str = "") -> str:  # noqa: ARG002
        return "" if channel_id == CHANNEL else Problem.CHANNEL_GONE

    def _to(self, user_id: str) -> str:
        return self._page.t("Direct message to {name}:", name=user_id.partition(":")[2])
