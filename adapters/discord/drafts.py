"""Half-filled forms: at hand in memory for the three seconds that Discord gives, stored for a restart."""

from __future__ import annotations

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Coroutine, Mapping
from datetime import timedelta
from typing import Any

import structlog

from bot.domain.records import Draft
from bot.errors import Busy
from bot.ports import Clock, OpenUnitOfWork

log = structlog.get_logger("discord")

AT_HAND = 1000


class Drafts:
    """Values that people typed so far, by a random token; each person gets only their own."""

    def __init__(self, unit_of_work: OpenUnitOfWork, clock: Clock, lasts: timedelta) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._lasts = lasts
        self._at_hand: OrderedDict[str, Draft] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()

    def keep(self, user_id: str, command: str, values: Mapping[str, str], token: str = "") -> str:
        """Keep `values` for `lasts` and return their token; storing goes on behind."""
        draft = self._made(user_id, command, values, token)
        self._start(self._store(draft))
        return draft.token

    async def keep_stored(self, user_id: str, command: str, values: Mapping[str, str], token: str = "") -> str:
        """As `keep`, and come back once the draft is stored."""
        draft = self._made(user_id, command, values, token)
        await self._store(draft)
        return draft.token

    def at_hand(self, token: str, user_id: str) -> Draft | None:
        """Return the person's draft when it is in memory."""
        draft = self._at_hand.get(token)
        return draft if draft and draft.user_id == user_id and draft.expires_at > self._clock() else None

    async def read(self, token: str, user_id: str) -> Draft | None:
        """Return the person's draft; None when it is unknown, expired, another's, or the storage is busy."""
        if token in self._at_hand:
            return self.at_hand(token, user_id)
        try:
            async with self._unit_of_work(writes=False) as uow:
                return await uow.drafts.get(token, user_id, self._clock())
        except Busy:
            return None

    def drop(self, token: str) -> None:
        """Forget the draft; deleting the stored one goes on behind."""
        if token:
            self._at_hand.pop(token, None)
            self._start(self._delete(token))

    async def settle(self) -> None:
        """Come back when nothing is being stored any more."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    def _made(self, user_id: str, command: str, values: Mapping[str, str], token: str) -> Draft:
        token = token or secrets.token_urlsafe(12)
        draft = Draft(token, user_id, command, dict(values), self._clock() + self._lasts)
        self._at_hand[token] = draft
        while len(self._at_hand) > AT_HAND:
            self._at_hand.popitem(last=False)
        return draft

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _store(self, draft: Draft) -> None:
        try:
            async with self._unit_of_work(writes=True) as uow:
                if draft.token in self._at_hand:
                    await uow.drafts.put(draft)
        except Busy:
            log.warning("a half-filled form is kept in memory only")

    async def _delete(self, token: str) -> None:
        try:
            async with self._unit_of_work(writes=True) as uow:
                await uow.drafts.drop(token)
        except Busy:
            log.warning("a finished form's draft stays until it expires")
