"""What a handler gets: who asks, in which language, with which stores and services."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from bot.domain.chapters import Follow, Takes
from bot.domain.deliveries import Subject, Target
from bot.domain.grants import NOBODY, Standing
from bot.domain.times import find_zone
from bot.i18n import Translator
from bot.knowledge_base import Edition, KnowledgeBase
from bot.mailing import mail_targets
from bot.permissions import roles_of
from bot.ports import Clock, Messenger, OpenUnitOfWork, UnitOfWork
from bot.readers import Readers
from bot.registry import Registry
from bot.request import Request
from bot.settings import Settings
from bot.typed_times import Here
from knowledge.bank import Bank
from knowledge.index import Index


@dataclass(frozen=True)
class Services:
    """What lives as long as the process; built once by the composition root."""

    settings: Settings
    registry: Registry
    knowledge: KnowledgeBase
    messengers: Mapping[str, Messenger]
    unit_of_work: OpenUnitOfWork
    clock: Clock
    readers: Readers = field(default_factory=Readers)


@dataclass(frozen=True)
class Context:
    """One request on its way through the core.

    `uow` is open while a handler runs; `check` and `validate` must not use it: they run without waiting. `standing` is
    what storage knew of the person's rights when that began, `chapter_zone` the time zone that the chapter chose.
    """

    request: Request
    t: Translator
    now: datetime
    services: Services
    stores: UnitOfWork | None = None
    standing: Standing = NOBODY
    chapter_zone: str = ""

    @property
    def uow(self) -> UnitOfWork:
        if self.stores is None:
            raise RuntimeError("this runs without storage")
        return self.stores

    @property
    def user_id(self) -> str:
        return self.request.actor.user_id

    @property
    def workspace_id(self) -> str:
        return self.request.origin.workspace_id

    @property
    def settings(self) -> Settings:
        return self.services.settings

    @cached_property
    def edition(self) -> Edition:
        """What the request's chapter is answered from; the same until the request is done."""
        return self.services.knowledge.edition(self.workspace_id)

    @property
    def bank(self) -> Bank:
        return self.edition.bank

    @property
    def index(self) -> Index:
        return self.edition.index

    @cached_property
    def roles(self) -> frozenset[str]:
        return roles_of(self.request, self.settings, self.standing)

    @property
    def here(self) -> Here:
        """Return when this is typed, and in whose zone."""
        return Here(self.now, find_zone(self.request.actor.zone) or find_zone(self.chapter_zone) or self.settings.zone)

    async def person_id(self) -> str:
        """Return the member's id, or the account's own id for somebody who has not joined."""
        member = await self.uow.members.by_user(self.user_id)
        return member.id if member else self.user_id

    async def deliver(
        self,
        subject: Subject,
        subject_id: int,
        topic: str,
        revision: int,
        *,
        workspace_id: str = "",
        due: datetime | None = None,
    ) -> int:
        """Ask for the subject in every channel that follows `topic`; return how many channels get it.

        What is not of one workspace goes to the email list too, and to no chapter that takes nothing of the kind, or
        that wants to be asked first.
        """
        follows = await self._takers(await self.uow.follows.of_topic(topic, workspace_id), workspace_id)
        channels = tuple(Target(one.workspace_id, one.channel_id, lang=one.lang) for one in follows)
        readers = () if workspace_id else await mail_targets(self.uow, self.settings)
        await self.uow.deliveries.want(subject, subject_id, (*channels, *readers), revision, due or self.now)
        return len(channels)

    async def _takers(self, follows: tuple[Follow, ...], workspace_id: str) -> tuple[Follow, ...]:
        """Return the follows of chapters that take what is for every chapter; all of them for what is of one."""
        if workspace_id:
            return follows
        picky = {one.workspace_id for one in await self.uow.chapters.all() if one.takes_at(self.now) is not Takes.ALL}
        return tuple(one for one in follows if one.workspace_id not in picky)
