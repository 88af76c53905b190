"""What the operator's commands need of the database; `storage/upkeep.py` has it, `bot/__main__.py` hands it over.

Every method raises ConfigError with what to do when the database, its keys or a file are not as they must be.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from bot.domain.deliveries import Delivery, Subject
from bot.domain.lanes import Paces
from bot.domain.questions import PublishedTopic, WithdrawnTopic
from bot.domain.upkeep import Found, Place, Rotated
from bot.ports import OpenUnitOfWork, Wakeups

Told = Callable[[int], None]  # hears how many bytes or rows were done since the last call


class Rotation(Protocol):
    """One run that encrypts everything anew."""

    @property
    def count(self) -> int:
        """Return how many rows wait."""

    def run(self, told: Told) -> Rotated:
        """Encrypt what waits; cut off, the next run goes on."""


class Tables(Protocol):
    """The tables and the keys of what is in them."""

    @property
    def key_name(self) -> str:
        """Return where the keys come from, for messages."""

    def upgrade(self) -> None:
        """Bring the tables up to this release."""

    async def examine(self) -> list[Found]:
        """Look at tables, keys, every encrypted value and the audit."""

    def rotation(self) -> AbstractContextManager[Rotation]:
        """Begin to encrypt everything with the newest key."""


class Copies(Protocol):
    """Backups, and sending after one came back."""

    @property
    def size(self) -> int:
        """Return the bytes of the database's file, 0 where it has none."""

    def back_up(self, target: Path, now: datetime, told: Told) -> int:
        """Write an encrypted copy; return its bytes."""

    def restore(self, source: Path, told: Told, *, force: bool) -> datetime:
        """Put a backup in the database's place, sending paused; return when it was made."""

    def hold(self, since: datetime) -> int:
        """Pause sending; return how many deliveries are to be looked up."""

    async def resume(self) -> str:
        """Take a pause back; return why there was one, "" when there was none."""


class Records(Protocol):
    """What is stored, read beside a running bot; a database without tables holds nothing yet."""

    async def audit(self) -> list[dict[str, Any]]:
        """Return the record of administrative acts as it can be checked, oldest first."""

    async def published_topics(self) -> tuple[PublishedTopic, ...]:
        """Return every published topic that was not withdrawn, oldest first."""

    async def withdrawn_topics(self) -> tuple[WithdrawnTopic, ...]:
        """Return every topic that was withdrawn, oldest first."""

    async def deliveries_of(self, subject: Subject, subject_id: int) -> tuple[Delivery, ...]:
        """Return the rows of one thing, oldest first."""

    async def deliveries_overview(self) -> dict[str, int | str]:
        """Return how many rows are in each state; what is paused, and how many lanes are blocked."""


class Opened(Protocol):
    """An open database."""

    @property
    def unit_of_work(self) -> OpenUnitOfWork:
        """Open units of work."""

    @property
    def wakeups(self) -> Wakeups:
        """Hear of what other processes stored."""


class Upkeep(Protocol):
    """The database at a place, as a whole."""

    def new_key(self) -> str:
        """Return a fresh key of field encryption."""

    def tables(self, place: Place) -> Tables:
        """Return the tables."""

    def copies(self, place: Place) -> Copies:
        """Return what makes and restores backups."""

    def records(self, place: Place) -> Records:
        """Return what can be read beside a running bot."""

    def opened(self, place: Place, paces: Paces, settles: timedelta) -> AbstractAsyncContextManager[Opened]:
        """Open the database for the bot itself, and close it when the block ends."""
