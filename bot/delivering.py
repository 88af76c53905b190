"""One delivery, tried once: looked up if it may have been sent already, rendered as it should be now, sent."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType

import structlog

from bot.command import Delivering, Rendered
from bot.domain.deliveries import Delivery, Status, Target
from bot.domain.lanes import Paces
from bot.elapsed import elapsed_s
from bot.errors import (
    Busy,
    DeliveryDelayed,
    DeliveryDropped,
    DeliveryError,
    DeliveryPostponed,
    DeliveryRefused,
    DeliveryUncertain,
)
from bot.i18n import Translator, Translators
from bot.ports import Clock, Messenger, OpenUnitOfWork, Problem, UnitOfWork, messenger_of
from bot.registry import Registry
from bot.reply import MessageRef
from bot.settings import Settings

log = structlog.get_logger("outbox")

MAX_ATTEMPTS = 8
BUSY_S = 1.0
LATER_S = 5.0  # than the moment at which a request still in flight has landed or failed
GONE = "message_gone"
UNKNOWN = "unknown_outcome"


@dataclass(frozen=True, slots=True)
class Post:
    """What the outbox needs to work."""

    unit_of_work: OpenUnitOfWork
    registry: Registry
    messengers: Mapping[str, Messenger]
    translators: Translators
    settings: Settings
    clock: Clock
    paces: Paces = field(default_factory=Paces)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a row: how it stands now, what was refused, and until when its lane rests, if that is asked."""

    row: Delivery
    rendered: Rendered | None = None
    blocked_until: datetime | None = None


class LeaseOver(Exception):
    """The process slept through half of the lease, so the row may be somebody else's before a request arrives."""


class Deliverer:
    def __init__(self, post: Post) -> None:
        self._post = post

    async def prepared(self, rows: Sequence[Delivery]) -> Mapping[int, Rendered | None]:
        """Render rows together, by id, which spares most of the work; what cannot be rendered is left out."""
        found: dict[int, Rendered | None] = {}
        with contextlib.suppress(Exception):  # the row that raised says so when it is tried by itself
            async with self._post.unit_of_work(writes=False) as uow:
                for row in rows:
                    if row.status is not Status.VERIFY:
                        found[row.id] = await self._rendered_in(uow, row)
        return found

    async def outcome(
        self, row: Delivery, until_s: float, prepared: Mapping[int, Rendered | None] = MappingProxyType({})
    ) -> Outcome:
        """Return how the row stands after one try.

        Args:
            row: leased, with its former status.
            until_s: by `elapsed_s`; nothing is sent later than that.
            prepared: rows that were rendered when they were claimed.
        Raises:
            LeaseOver: it is later than that, and nothing was sent.
        """
        try:
            done = await self._tried(row, until_s, prepared)
        except DeliveryRefused as error:
            return await self._refused(row, error.code)
        except DeliveryDelayed as error:
            return self.delayed(row, error.code, max(error.retry_after_s, 1.0), only_here=error.only_here)
        except DeliveryPostponed as error:
            done = replace(self._later(row, error.code, 0), next_attempt_at=error.until)
        except DeliveryDropped as error:
            done = replace(row, status=Status.DROPPED, error_code=error.code)
        except Busy:
            done = self._later(row, "storage_busy", BUSY_S)  # nothing was sent: no attempt
        except DeliveryUncertain as error:
            settles_s = self._post.settings.deliveries.settle_s + LATER_S
            done = replace(self._later(row, error.code, settles_s), status=Status.VERIFY)
        except DeliveryError as error:
            done = self._failed(row, error.code)
        except LeaseOver:
            raise
        except Exception as error:
            log.exception("delivery raised", id=row.id, subject=row.subject.value, error=type(error).__name__)
            done = self._failed(row, type(error).__name__)
        return Outcome(done)

    def delayed(self, row: Delivery, code: str, seconds: float, *, only_here: bool = False) -> Outcome:
        """Return the row for a later try, and its lane's rest."""
        later = self._later(row, code, seconds)
        return Outcome(later, blocked_until=None if only_here else later.next_attempt_at)

    async def _refused(self, row: Delivery, code: str) -> Outcome:
        """Return the end of a row, and in a channel what was to be shown, which may go elsewhere."""
        if code == GONE:
            return Outcome(replace(row, status=Status.GONE, error_code=code))
        rendered = await self._rendered(row) if row.target.channel_id else None
        return Outcome(replace(row, status=Status.REFUSED, error_code=code), rendered)

    async def _tried(self, row: Delivery, until_s: float, prepared: Mapping[int, Rendered | None]) -> Delivery:
        messenger = messenger_of(self._post.messengers, row.target.platform, row.target.workspace_id)
        if messenger is None:
            return self._later(row, "platform_not_connected", 300)
        looked_up = row.status is Status.VERIFY
        if looked_up:
            row = await self._looked_up(row, messenger)
            if row.status is not Status.LEASED:
                return row
        if row.target.channel_id and not row.message_id and await self._is_shared_outside(row.target):
            raise DeliveryRefused(Problem.SHARED_OUTSIDE)
        rendered = prepared[row.id] if row.id in prepared else await self._rendered(row)
        if rendered is None:
            return replace(row, status=Status.DROPPED)
        if row.message_id and row.shown >= rendered.revision:
            return self._showing(row, rendered.revision)
        if elapsed_s() >= until_s:
            raise LeaseOver
        return await self._sent(row, rendered, messenger, may_merge=looked_up)

    async def _looked_up(self, row: Delivery, messenger: Messenger) -> Delivery:
        """Return the row with the message that an earlier try left; where nobody can tell, as the settings say."""
        if row.message_id:
            return replace(row, status=Status.LEASED)  # an edit may be repeated freely
        since = (row.first_try_at or row.last_try_at or self._post.clock()) - timedelta(seconds=5)
        try:
            found = await messenger.find(row.target.address, row.key, since, await self._thread_of(row))
        except DeliveryRefused as error:
            return self._unknown(row, error.code)
        message_id = found.message_id if found else ""
        return replace(row, status=Status.LEASED, message_id=message_id, shown=0)

    async def _thread_of(self, row: Delivery) -> str:
        """Return where in the channel the message belongs, "" where it would not be sent any more."""
        try:
            planned = await self._rendered(row)
        except (DeliveryDropped, DeliveryPostponed):
            return ""
        return planned.thread_id if planned else ""

    def _unknown(self, row: Delivery, code: str) -> Delivery:
        match self._post.settings.deliveries.on_unknown:
            case "resend":
                return replace(row, status=Status.LEASED)
            case "skip":
                return replace(row, status=Status.DROPPED, error_code=UNKNOWN)
        return replace(row, status=Status.HELD, error_code=code)

    async def _is_shared_outside(self, target: Target) -> bool:
        """Say whether outsiders came into the channel since it was followed, and nobody allowed that yet."""
        async with self._post.unit_of_work(writes=False) as uow:
            follow = await uow.follows.get(target.workspace_id, target.channel_id)
        return follow is not None and follow.paused_reason == Problem.SHARED_OUTSIDE

    async def _rendered(self, row: Delivery) -> Rendered | None:
        async with self._post.unit_of_work(writes=False) as uow:
            return await self._rendered_in(uow, row)

    async def _rendered_in(self, uow: UnitOfWork, row: Delivery) -> Rendered | None:
        """Return what the row should show; None for nothing, as where the committee suspended the chapter."""
        if await uow.blocks.is_suspended(row.target.workspace_id):
            return None
        render, kinds = self._post.registry.renderers[row.subject], self._post.registry.approvables
        t, now, is_posted = self._post.translators[row.target.lang], self._post.clock(), bool(row.message_id)
        settings = self._post.settings
        return await render(Delivering(uow, row.subject_id, row.target, t, settings, now, is_posted, kinds))

    async def _sent(self, row: Delivery, rendered: Rendered, messenger: Messenger, *, may_merge: bool) -> Delivery:
        """Post or edit. A platform that merges repeated posts may answer with the older text, which is then edited."""
        t, target = self._post.translators[row.target.lang], row.target
        if row.message_id:
            shown = MessageRef(target.address, row.message_id, rendered.thread_id)
            await messenger.edit(shown, rendered.reply, t)
            return self._showing(row, rendered.revision)
        posted = await _posted(row, rendered, messenger, t)
        row = replace(row, message_id=posted.message_id)
        if may_merge and 0 < row.tried < rendered.revision:
            due = self._post.clock()
            return replace(row, status=Status.PENDING, shown=row.tried, next_attempt_at=due, error_code="")
        return replace(self._showing(row, rendered.revision), error_code=posted.note)

    def _showing(self, row: Delivery, revision: int) -> Delivery:
        return replace(row, status=Status.SHOWN, shown=revision, shown_at=self._post.clock(), error_code="", attempts=0)

    def _later(self, row: Delivery, code: str, seconds: float) -> Delivery:
        """Return the row for a later try; one that must be looked up before anything is sent stays so."""
        due: datetime = self._post.clock() + timedelta(seconds=seconds)
        status = Status.VERIFY if row.status is Status.VERIFY else Status.PENDING
        return replace(row, status=status, next_attempt_at=due, error_code=code)

    def _failed(self, row: Delivery, code: str) -> Delivery:
        """Count the attempt; back off with full jitter, give up after the eighth."""
        attempts = row.attempts + 1
        if attempts >= MAX_ATTEMPTS:
            return replace(row, status=Status.DEAD, attempts=attempts, error_code=code)
        wait = random.uniform(1, 2 ** (attempts + 1))  # noqa: S311 - jitter needs no secrecy
        return replace(self._later(row, code, wait), attempts=attempts)


async def _posted(row: Delivery, rendered: Rendered, messenger: Messenger, t: Translator) -> MessageRef:
    reply, target = rendered.reply, row.target
    if target.channel_id:
        return await messenger.post(target.channel_id, reply, t, row.key, rendered.thread_id)
    return await messenger.direct(target.user_id, reply, t, row.key)
