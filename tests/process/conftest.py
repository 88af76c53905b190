"""The real process against both loopback platforms."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.testing import CACHE_VARIABLE
from tests.loopback.discord_accounts import ANA
from tests.loopback.discord_people import Person
from tests.loopback.discord_server import TOKEN, DiscordServer
from tests.loopback.slack_server import APP_TOKEN, BOT_TOKEN, SlackServer

ROOT = Path(__file__).parent.parent.parent
CONNECTED = '"connected"'
PATIENCE_S = 30.0


@dataclass
class Bot:
    """One installation: its environment and folder outlive its processes."""

    folder: Path
    environment: dict[str, str]
    process: asyncio.subprocess.Process | None = None
    log: list[str] = field(default_factory=list)
    reading: asyncio.Task[None] | None = None
    words: tuple[str, ...] = ("run",)

    async def start(self) -> None:
        """Start the process and wait until both platforms are connected."""
        self.log.clear()
        self.process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            *self.words,
            cwd=self.folder,
            env=self.environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        self.reading = asyncio.create_task(self._read())
        await self.logged(CONNECTED)

    async def logged(self, text: str) -> str:
        """Wait for a line of the log that holds `text`."""
        for _ in range(int(PATIENCE_S * 20)):
            found = next((line for line in self.log if text in line), None)
            if found:
                return found
            assert self.process and self.process.returncode is None, "".join(self.log)
            await asyncio.sleep(0.05)
        raise AssertionError(f"{text!r} was not logged:\n{''.join(self.log)}")

    async def stop(self, number: int = signal.SIGTERM) -> int:
        """End the process; return its exit code."""
        if self.process is None:
            return 0
        if self.process.returncode is None:
            self.process.send_signal(number)
        code = await asyncio.wait_for(self.process.wait(), 10)
        if self.reading:
            await self.reading
        return code

    async def _read(self) -> None:
        assert self.process and self.process.stdout
        async for line in self.process.stdout:
            self.log.append(line.decode())


@pytest.fixture
async def slack() -> AsyncIterator[SlackServer]:
    async with SlackServer() as running:
        running.users["U0ADMIN"] = {"locale": "en-US", "is_admin": True}
        running.users["U0CHAIR"] = {"locale": "en-US"}
        running.users["U0BEA"] = {"locale": "en-US"}
        yield running
    assert running.violations == []


@pytest.fixture
async def discord() -> AsyncIterator[DiscordServer]:
    async with DiscordServer() as running:
        yield running
    assert running.violations == []


@pytest.fixture
async def bot(slack: SlackServer, discord: DiscordServer, tmp_path: Path, database_url: str) -> AsyncIterator[Bot]:
    """The bot, connected to both platforms, on both databases in turn."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "PYTHONPATH": str(ROOT),
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_APP_TOKEN": APP_TOKEN,
        "SLACK_API_URL": slack.api_url,
        "DISCORD_BOT_TOKEN": TOKEN,
        "DISCORD_API_URL": discord.api_url,
        "HRC_STEERING": f"slack:U0CHAIR,discord:{ANA + 5}",
        "HRC_APPROVALS_ALONE": "true",  # organizers; the committee has two members
        "HRC_DATA_DIR": str(tmp_path / "data"),
        "HRC_LOG_FORMAT": "json",
        "HRC_KNOWLEDGE_ENGINE": "lexical",
        "HRC_DELIVERIES_SETTLE_S": "4",  # longer than any answer that a test delays
        CACHE_VARIABLE: os.environ[CACHE_VARIABLE],
        "DATABASE_URL": database_url,
        **{key: value for key, value in os.environ.items() if key.startswith("COVERAGE")},
    }
    one = Bot(tmp_path, environment)
    await one.start()
    yield one
    code = await one.stop()
    assert code in (0, -signal.SIGKILL), "".join(one.log)


@pytest.fixture
def ana(discord: DiscordServer) -> Person:
    """A member on Discord."""
    return Person(discord, ANA)


@pytest.fixture
def admin(discord: DiscordServer) -> Person:
    """An administrator of the Discord server."""
    return Person(discord, ANA + 3, "Ada", is_admin=True)


@pytest.fixture
def chair(discord: DiscordServer) -> Person:
    """A member of the steering committee on Discord."""
    return Person(discord, ANA + 5, "Chair")
