"""Bots as processes of their own, for benchmarks: ours and the bare ones, connected to the loopback platforms."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from tests.loopback.discord_server import TOKEN, DiscordServer
from tests.loopback.slack_server import APP_TOKEN, BOT_TOKEN, SlackServer

ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True)
class Running:
    """A process that is connected; `started_s` is how long that took from its spawning, in seconds."""

    process: asyncio.subprocess.Process
    started_s: float

    async def resident_mb(self) -> float:
        """Return the resident memory in megabytes, as `ps` tells it."""
        asked = await asyncio.create_subprocess_exec(
            "ps", "-o", "rss=", "-p", str(self.process.pid), stdout=asyncio.subprocess.PIPE
        )
        said, _ = await asked.communicate()
        return int(said) / 1024


def environment(folder: Path, slack: SlackServer | None, discord: DiscordServer | None) -> dict[str, str]:
    """Return what a bot finds in its environment; a platform that is None is not configured."""
    base = {"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONPATH": str(ROOT), "HRC_LOG_FORMAT": "json"}
    base["HRC_DATA_DIR"] = str(folder / "data")
    base |= {"HRC_LIMITS_PERSON_PER_MINUTE": "0", "HRC_LIMITS_CHAPTER_PER_MINUTE": "0"}  # one person asks it all
    if slack:
        base |= {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_APP_TOKEN": APP_TOKEN, "SLACK_API_URL": slack.api_url}
    if discord:
        base |= {"DISCORD_BOT_TOKEN": TOKEN, "DISCORD_API_URL": discord.api_url}
    return base


@contextlib.asynccontextmanager
async def running(words: list[str], folder: Path, env: dict[str, str]) -> AsyncIterator[Running]:
    """Start `python -m words`, wait for the line that says "connected", and end it after the body.

    Raises:
        RuntimeError: the process ended before it was connected; what it printed is the message.
    """
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        *words,
        cwd=folder,
        env=env,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    await _connected(process)
    taken = time.perf_counter() - began
    reading = asyncio.create_task(_drain(process))
    try:
        yield Running(process, taken)
    finally:
        process.send_signal(signal.SIGTERM)
        await process.wait()
        await reading


async def _connected(process: asyncio.subprocess.Process) -> None:
    assert process.stdout
    said = b""
    async for line in process.stdout:
        if b"connected" in line:
            return
        said += line
    raise RuntimeError(said.decode())


async def _drain(process: asyncio.subprocess.Process) -> None:
    assert process.stdout
    async for _ in process.stdout:
        pass
