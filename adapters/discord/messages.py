"""Direct messages and mentions: answered where they stand, or privately when the answer is for the asker alone."""

from __future__ import annotations

import discord
import structlog

from adapters.discord.form_steps import FormSteps
from adapters.discord.incoming import own
from adapters.discord.messenger import DiscordMessenger
from bot.dispatcher import Dispatcher
from bot.errors import DeliveryError, DeliveryUncertain
from bot.i18n import Translator
from bot.reply import Reply
from bot.request import Request

log = structlog.get_logger("discord")

QUESTION = "ask"  # what plain words are: its answer goes where the question stands


class Messages:
    """Serves plain words.

    Args:
        dispatcher: answers.
        messenger: sends the answers.
        forms: offers a form, which a message cannot open.
    """

    def __init__(self, dispatcher: Dispatcher, messenger: DiscordMessenger, forms: FormSteps) -> None:
        self._dispatcher = dispatcher
        self._messenger = messenger
        self._forms = forms

    async def serve(self, message: discord.Message, request: Request) -> None:
        """Answer one message; a failure is logged, since trying again could answer twice."""
        answer = await self._dispatcher.handle(request)
        t = self._dispatcher.translator(request)
        reply = answer if isinstance(answer, Reply) else await self._forms.offer(answer, request.actor.user_id, t)
        if reply.silent:
            return
        try:
            await self._send(message, request, reply, t)
        except DeliveryError as error:
            log.warning("message not answered", code=error.code)

    async def _send(self, message: discord.Message, request: Request, reply: Reply, t: Translator) -> None:
        if request.origin.is_direct or not self._is_private(request, reply):
            await self._messenger.answer(message, reply, t)
            return
        try:
            await self._messenger.direct(own(message.author.id), reply, t, f"{message.id}d")
            note = t("I answered you in a direct message, so that only you see it.")
        except DeliveryUncertain:
            raise
        except DeliveryError as error:
            log.warning("direct message not sent", code=error.code)
            note = t("I cannot send you direct messages. Type / and choose the command: then only you see the answer.")
        await self._messenger.answer(message, Reply(note), t)

    def _is_private(self, request: Request, reply: Reply) -> bool:
        """Say whether the channel should not see the answer; a question's stands where it was asked."""
        if reply.private or reply.public:
            return reply.private
        declared = self._dispatcher.resolve(request)
        return declared is None or (declared.ephemeral and declared.name != QUESTION)
