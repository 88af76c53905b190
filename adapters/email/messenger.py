"""The Messenger port: mail to each reader, or to the one address of a list that another program keeps."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NoReturn

import structlog

from adapters.email.mails import Leaving, Letter, Names, is_rsvp, written
from adapters.email.relay import Answer, Refused, Relay, Unreachable
from bot.domain.deliveries import Delivery, Subject
from bot.domain.subscriptions import LIST, PLATFORM, Purpose, Standing, Subscription, subscription_id
from bot.errors import DeliveryDelayed, DeliveryRefused
from bot.i18n import Translator
from bot.mailing import bounce
from bot.ports import Clock, OpenUnitOfWork, Problem
from bot.reply import Button, MessageRef, Reply
from bot.settings import Settings

if TYPE_CHECKING:
    from adapters.email.mailman import Mailman

log = structlog.get_logger("adapters.email")

GIVES_UP = timedelta(hours=48)
FIRST_WAIT_S = 60.0
LONGEST_WAIT_S = 3600.0


@dataclass(frozen=True, slots=True)
class Reader:
    """Who gets a mail: the subscription, the delivery, and tokens for the links."""

    subscription: Subscription
    delivery: Delivery
    leave: str
    rsvp: str


class EmailMessenger:
    """
    Args:
        settings: all of them; links lead to the web server.
        relay: where mail leaves.
        names: the list's.
        unit_of_work: finds addresses, which no delivery holds.
        clock: the time now.
        mailman: who keeps the list, None where the bot does or nobody is asked.
    """

    def __init__(
        self,
        settings: Settings,
        relay: Relay,
        names: Names,
        unit_of_work: OpenUnitOfWork,
        clock: Clock,
        mailman: Mailman | None = None,
    ) -> None:
        self._settings = settings
        self._relay = relay
        self._names = names
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._mailman = mailman
        self._may_be_second: set[str] = set()  # keys whose mail may have arrived before

    async def post(self, channel_id: str, reply: Reply, t: Translator, key: str, thread_id: str = "") -> MessageRef:  # noqa: ARG002
        """Send one mail to the list that another program keeps."""
        async with self._unit_of_work(writes=False) as uow:
            delivery = await uow.deliveries.by_key(key)
        letter = Letter(self._settings.email.list_address, reply, t, key, self._dated(delivery))
        await self._send(letter, delivery, None)
        return MessageRef(channel_id, f"{PLATFORM}:{key}")

    async def direct(self, user_id: str, reply: Reply, t: Translator, key: str) -> MessageRef:
        """Send one mail to a reader; `note` says that it may be the second one.

        A wish for a list that another program keeps goes to that program, which writes to the reader itself.
        """
        reader = await self._reader(user_id, key)
        if self._mailman and reader.delivery.subject is Subject.SUBSCRIPTION:
            await self._hand_over(self._mailman, reader.subscription)
            return MessageRef(user_id, f"{PLATFORM}:{key}")
        await self._send(self._letter(reader, reply, t, key), reader.delivery, reader.subscription)
        note = Problem.UNCERTAIN if key in self._may_be_second else ""
        self._may_be_second.discard(key)
        return MessageRef(user_id, f"{PLATFORM}:{key}", note=note)

    async def edit(self, message: MessageRef, reply: Reply, t: Translator) -> None:
        """Send a second mail where the reply asks for it; what was mailed stays as it is."""
        if not reply.follow_up:
            return
        key = message.message_id.partition(":")[2]
        later = f"{key}.{hashlib.sha256(repr(reply).encode()).hexdigest()[:8]}"
        if message.channel_id == LIST:
            await self._follow_list(key, later, reply, t)
            return
        reader = await self._reader(message.channel_id, key)
        letter = self._letter(reader, reply, t, later, earlier=key)
        await self._send(letter, reader.delivery, reader.subscription)

    async def find(self, address: str, key: str, since: datetime, thread_id: str = "") -> MessageRef | None:  # noqa: ARG002
        """Return None: nobody can look into mailboxes, and one mail may come twice, under the same Message-ID.

        Raises:
            DeliveryRefused: it went to a whole list, so a person decides.
        """
        if address == LIST:
            raise DeliveryRefused(Problem.UNCERTAIN)
        self._may_be_second.add(key)
        return None

    async def channel_problem(self, channel_id: str, workspace_id: str, thread_id: str = "") -> str:  # noqa: ARG002
        return ""

    async def _hand_over(self, mailman: Mailman, one: Subscription) -> None:
        """Bring the other program's list in line with a subscription that is asked for, or is to end."""
        if one.standing is not Standing.LEAVING:
            await mailman.subscribe(one.address)
            handed = replace(one, standing=Standing.HANDED, person_id=one.claimed_by or one.person_id, claimed_by="")
            async with self._unit_of_work(writes=True) as uow:
                await uow.subscriptions.save(handed)
            return
        await mailman.unsubscribe(one.address)
        async with self._unit_of_work(writes=True) as uow:
            await uow.subscriptions.drop(one)

    async def _follow_list(self, key: str, later: str, reply: Reply, t: Translator) -> None:
        async with self._unit_of_work(writes=False) as uow:
            delivery = await uow.deliveries.by_key(key)
        letter = Letter(self._settings.email.list_address, reply, t, later, self._clock(), earlier=key)
        await self._send(letter, delivery, None)

    async def _reader(self, user_id: str, key: str) -> Reader:
        """Return who gets the mail.

        Raises:
            DeliveryRefused: they left the list, or may not be written to.
        """
        async with self._unit_of_work(writes=False) as uow:
            one = await uow.subscriptions.get(subscription_id(user_id))
            delivery = await uow.deliveries.by_key(key)
            if one is None or delivery is None or not _may_write(one, delivery):
                raise DeliveryRefused(Problem.LEFT_LIST)
            about = str(delivery.subject_id)
            tokens = uow.subscriptions
            return Reader(one, delivery, tokens.token(Purpose.LEAVE, one), tokens.token(Purpose.RSVP, one, about))

    def _letter(self, reader: Reader, reply: Reply, t: Translator, key: str, earlier: str = "") -> Letter:
        leave = Leaving(self._settings.web.address(f"/email/leave/{reader.leave}"), f"leave-{reader.leave}")
        at = self._clock() if earlier else self._dated(reader.delivery)
        is_bulk = reader.delivery.subject is not Subject.SUBSCRIPTION
        return Letter(
            reader.subscription.address, reply, t, key, at, leave, lambda one: self._link(one, reader), earlier, is_bulk
        )

    def _link(self, button: Button, reader: Reader) -> str:
        """Return the page where this reader answers the convening, "" for a button that needs a chat."""
        number, _, answer = button.argument.partition(":")
        if not is_rsvp(button) or number != str(reader.delivery.subject_id):
            return ""
        return self._settings.web.address(f"/email/rsvp/{number}/{answer}/{reader.rsvp}")

    def _dated(self, delivery: Delivery | None) -> datetime:
        """Return when the delivery was made: the Date stays the same however often it is tried."""
        return (delivery.created_at if delivery else None) or self._clock()

    async def _send(self, letter: Letter, delivery: Delivery | None, one: Subscription | None) -> None:
        sender = self._names.tagged(letter.key) if one else self._names.sender
        try:
            await self._relay.send(sender, letter.to, written(letter, self._names).as_bytes())
        except Unreachable as error:
            log.warning("relay", cause=str(error))
            self._wait(delivery, str(error), is_for_all=True)
        except Refused as error:
            if error.answer.is_for_now:
                self._wait(delivery, Problem.MAIL_WAITS, is_for_all=False)
            await self._count(one, error.answer)
            raise DeliveryRefused(Problem.ADDRESS_REFUSED) from error

    def _wait(self, delivery: Delivery | None, code: str, *, is_for_all: bool) -> NoReturn:
        """Wait longer each time, for two days in all.

        Raises:
            DeliveryDelayed: try again later.
            DeliveryRefused: the two days are over.
        """
        began = (delivery.first_try_at if delivery else None) or self._clock()
        waited_s = (self._clock() - began).total_seconds()
        if waited_s > GIVES_UP.total_seconds():
            raise DeliveryRefused(Problem.MAIL_WAITED)
        pause_s = FIRST_WAIT_S if is_for_all else min(max(waited_s / 2, FIRST_WAIT_S), LONGEST_WAIT_S)
        raise DeliveryDelayed(code, pause_s, only_here=not is_for_all)

    async def _count(self, one: Subscription | None, answer: Answer) -> None:
        """Remember that the address took no mail; one that does not exist gets none any more."""
        if one is None:
            return
        async with self._unit_of_work(writes=True) as uow:
            await bounce(uow, one.id, self._clock(), is_hard=answer.is_hard)


def _may_write(one: Subscription, delivery: Delivery) -> bool:
    return delivery.subject is Subject.SUBSCRIPTION or one.standing is Standing.CONFIRMED
