"""What `hrc-bot doctor` finds: one line for each thing a running bot depends on, with what to do about it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Final, Literal, Protocol

from bot.domain.chapters import Follow
from bot.engine import knowledge_of
from bot.errors import BotError
from bot.i18n import core_translators
from bot.plugin import Plugin, imported
from bot.problems import fix_of, reason_of
from bot.settings import Settings
from knowledge.errors import KnowledgeError
from knowledge.index import Index

State = Literal["ok", "warning", "fault"]

CLOCK_OFF_S: Final = (
    60.0  # platforms refuse and we refuse signatures older than five minutes; reminders go wrong sooner
)
EMPTY_DISK_MB: Final = 200


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at, how it is, and the fix where it is not well.

    `subject` names it in few words; `said` is one sentence without a full stop; `fix` is "" where nothing is to do.
    """

    subject: str
    state: State
    said: str
    fix: str = ""

    def line(self) -> str:
        """Return the check as a line to print."""
        return f"{self.state:<8}{self.subject}: {self.said}" + (f". {self.fix}" if self.fix else "")


class Database(Protocol):
    """The database, as the doctor sees it."""

    def state(self) -> str:
        """Say how it is, or raise ConfigError."""

    def keys(self) -> str:
        """Say where its keys are and that they fit, or raise ConfigError."""

    def modes(self) -> str:
        """Say that nobody else on this machine can read it, or raise ConfigError."""

    async def followed_channels(self) -> tuple[Follow, ...]:
        """Return every follow."""


async def examined(settings: Settings, installed: Sequence[Plugin], database: Database) -> list[Check]:
    """Return what was found, the core first, then each platform whose tokens are set."""
    chosen = [one for one in installed if one.is_configured(settings)]
    base = judged("database", database.state)
    keys = judged("keys", database.keys)
    checks = [
        Check("configuration", "ok", "it can be read"),
        platforms([one.name for one in chosen], [one.name for one in installed if one.doctor]),
        data_folder(settings.data_dir),
        base,
        keys,
        judged("file modes", database.modes),
        *knowledge(settings),
    ]
    is_readable = base.state == keys.state == "ok"
    follows = await database.followed_channels() if is_readable else ()
    for plugin in chosen:
        own = [one for one in follows if one.channel_id.startswith(f"{plugin.name}:")]
        checks += await imported(plugin.doctor)(settings, own) if plugin.doctor else []
    return checks


def judged(subject: str, look: Callable[[], str]) -> Check:
    """Return what `look` says is well, or the fault that it raises; its text holds the fix."""
    try:
        return Check(subject, "ok", look())
    except (BotError, KnowledgeError) as error:
        return Check(subject, "fault", str(error))


def data_folder(folder: Path) -> Check:
    """Look whether the data folder can be written and has room."""
    there = next(one for one in (folder.resolve(), *folder.resolve().parents) if one.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        return Check("data folder", "fault", f"{folder} cannot be written", "Name another one in HRC_DATA_DIR.")
    if hasattr(os, "statvfs"):
        room = os.statvfs(there)
        free_mb = room.f_bavail * room.f_frsize // 1_000_000
        if free_mb < EMPTY_DISK_MB:
            return Check("data folder", "warning", f"{free_mb} MB are left on its disk", "Make room there.")
    return Check("data folder", "ok", f"{folder} can be written")


def knowledge(settings: Settings) -> list[Check]:
    """Read the content, and say which engine searches it, and why where it is not the better one."""
    try:
        edition = knowledge_of(settings).common
    except (BotError, KnowledgeError) as error:
        return [Check("knowledge", "fault", str(error))]
    read = Check("knowledge", "ok", f"{len(edition.bank.topics)} topics in both languages")
    return [read, search_engine(edition.index, settings.knowledge.engine)]


def search_engine(index: Index, wanted: str) -> Check:
    """Say which engine searches, and why where it is not the better one."""
    if index.missing:
        return Check("search", "warning", f"by wording alone: {index.missing}", "Then start the bot again.")
    how = "by wording and meaning" if index.engine == "hybrid" else "by wording alone, as configured"
    return Check("search", "ok", f"{index.engine}, {how} (knowledge.engine is {wanted})")


def clock(date_header: str, now: datetime, whose: str) -> Check:
    """Compare this machine's clock with the `Date` header of a platform's answer."""
    try:
        away_s = (now - parsedate_to_datetime(date_header)).total_seconds()
    except (TypeError, ValueError):
        return Check(f"clock ({whose})", "warning", "the platform gave no time to compare with")
    if abs(away_s) > CLOCK_OFF_S:
        said = f"{abs(away_s):.0f} s {'ahead of' if away_s > 0 else 'behind'} the platform's"
        return Check(f"clock ({whose})", "fault", said, "Turn on time synchronisation (NTP) on this machine.")
    return Check(f"clock ({whose})", "ok", f"within {CLOCK_OFF_S:.0f} s of the platform's")


def channel(follow: Follow, problem: str) -> Check:
    """Say whether posts reach a followed channel; `problem` is as `Messenger.channel_problem` returns it."""
    t, subject = core_translators()["en"], f"channel {follow.channel_id}"
    reason = problem or follow.paused_reason
    if reason:
        return Check(subject, "fault" if problem else "warning", reason_of(reason, t), fix_of(reason, t))
    return Check(subject, "ok", f"receives {', '.join(follow.topics)}")


def platforms(configured: Sequence[str], others: Iterable[str]) -> Check:
    """Say which platforms have their tokens."""
    if configured:
        return Check("platforms", "ok", ", ".join(configured))
    fix = f"Set the tokens of {' or '.join(others)}; without any, run chats in the terminal."
    return Check("platforms", "warning", "no tokens are set", fix)
