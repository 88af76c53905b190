"""Prints timings; nothing is asserted: `make bench`."""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bot.testing import conversation
from storage import open_storage
from tests.bench import bench_wire


def _shell(words: list[str], runs: int = 5) -> float:
    """Return the median seconds of a whole process."""
    taken = []
    for _ in range(runs):
        begin = time.perf_counter()
        subprocess.run([sys.executable, *words], check=True, capture_output=True)
        taken.append(time.perf_counter() - begin)
    return statistics.median(taken)


async def _rate(chat, text: str, count: int) -> float:
    """Return commands per second, one after the other."""
    begin = time.perf_counter()
    for _ in range(count):
        await chat.say(text)
    return count / (time.perf_counter() - begin)


async def _stall(chat) -> float:
    """Return the longest pause of the event loop in milliseconds while questions are answered."""
    longest, last, done = 0.0, time.perf_counter(), False

    async def watch() -> None:
        nonlocal longest, last
        while not done:
            await asyncio.sleep(0.001)
            now = time.perf_counter()
            longest, last = max(longest, now - last), now

    watching = asyncio.create_task(watch())
    for _ in range(100):
        await chat.say("ask what is a human rights city?")
    done = True
    await watching
    return longest * 1000


async def _dispatcher() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        storage = await open_storage(f"sqlite:///{folder / 'bench.db'}", folder)
        async with conversation(storage) as chat:
            await chat.say("about")
            print(f"criteria 4 (reads nothing): {await _rate(chat, 'criteria 4', 500):.0f} commands/s")
            print(f"convening list (reads): {await _rate(chat, 'convening list', 300):.0f} commands/s")
            print(f"join (writes): {await _rate(chat, 'join name:Ana consent:yes', 200):.0f} commands/s")
            print(f"ask: {await _rate(chat, 'ask what is a human rights city?', 300):.0f} questions/s")
            print(f"longest stall of the event loop: {await _stall(chat):.1f} ms")
        await storage.close()


def main() -> None:
    bare = _shell(["-c", "import click"])
    helped = _shell(["-m", "bot", "--help"])
    print(f"hrc-bot --help: {helped:.3f} s, {helped / bare:.2f} times a bare import of its command line library")
    asyncio.run(_dispatcher())
    bench_wire.main()
    subprocess.run([sys.executable, "-m", "tests.bench.bench_retrieval"], check=True)


if __name__ == "__main__":
    main()
