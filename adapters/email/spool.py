"""What came back by mail waits in a folder until the running bot acts on it, so that a mail server can hand it over
while the bot keeps its database. A file holds a word and a key, never an address, and goes once it was read.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
from pathlib import Path

import structlog

from adapters.email.incoming import Event
from bot.domain.subscriptions import Purpose, subscription_id
from bot.errors import Busy
from bot.mailing import bounce, list_id, unsubscribe
from bot.ports import Clock, OpenUnitOfWork, UnitOfWork
from bot.settings import Settings

log = structlog.get_logger("adapters.email")

LOOKS_S = 5.0
FOLDER = "mail"


def put(data_dir: Path, event: Event) -> None:
    """Store the event; it is complete or not there at all."""
    folder = data_dir / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = secrets.token_hex(8)
    draft = folder / f".{name}"
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump({"kind": event.kind, "tag": event.tag}, file)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(folder / f"{name}.json")


class Spool:
    """Acts on what waits in the folder, and on what a listener hands over directly."""

    def __init__(self, settings: Settings, unit_of_work: OpenUnitOfWork, clock: Clock) -> None:
        self._settings = settings
        self._unit_of_work = unit_of_work
        self._clock = clock

    async def run(self) -> None:
        """Look every few seconds until cancelled."""
        while True:
            try:
                await self.once()
            except Busy:
                log.warning("storage busy, mail that came back waits")
            await asyncio.sleep(LOOKS_S)

    async def once(self) -> int:
        """Act on every file; return how many there were."""
        files = sorted((self._settings.data_dir / FOLDER).glob("*.json"))
        for path in files:
            event = _event(path)
            if event:
                await self.act(event)
            path.unlink(missing_ok=True)
        return len(files)

    async def act(self, event: Event) -> None:
        """Do what the mail asks, once its key or token proves that it is about a mail of ours."""
        async with self._unit_of_work(writes=True) as uow:
            if event.kind == "leave":
                await self._leave(uow, event.tag)
            else:
                await self._bounced(uow, event)
        log.info("mail came back", kind=event.kind)

    async def _leave(self, uow: UnitOfWork, token: str) -> None:
        one = await uow.subscriptions.of_token(Purpose.LEAVE, token, list_id(self._settings.email))
        if one:
            await unsubscribe(uow, one, self._settings, self._clock())

    async def _bounced(self, uow: UnitOfWork, event: Event) -> None:
        delivery = await uow.deliveries.by_key(event.tag)
        if delivery:
            found = subscription_id(delivery.target.user_id)
            await bounce(uow, found, self._clock(), is_hard=event.kind == "hard")


def _event(path: Path) -> Event | None:
    try:
        values = json.loads(path.read_text())
        return Event(values["kind"], str(values["tag"])) if values["kind"] in ("hard", "soft", "leave") else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
