"""Prints how deliveries fare: `make bench-delivery ARGS="crash limits"`, all parts without names. Nothing is asserted.

Fake platforms and deliverers are processes of their own; the real adapters and SDKs are between them.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.domain.announcements import Announcement, Audience, State
from bot.domain.deliveries import Subject, Target
from bot.domain.lanes import Paces
from bot.plugin import paces_of, plugins
from bot.ports import utc_now
from bot.testing import settings_for_tests
from storage import Storage, open_storage
from storage.engine import make_sync_engine
from storage.migrate import upgrade
from tests import postgres
from tests.bench.fake_platforms import WORKSPACES

ROOT = Path(__file__).parents[2]
PATIENCE_S = 240.0


@dataclass(frozen=True)
class Stage:
    """One database and one pair of fake platforms."""

    url: str
    folder: Path
    base: str

    def stats(self) -> dict[str, Any]:
        with urllib.request.urlopen(f"{self.base}/stats") as answer:
            found: dict[str, Any] = json.load(answer)
        return found

    def times(self, prefix: str) -> list[float]:
        with urllib.request.urlopen(f"{self.base}/times?prefix={prefix}") as answer:
            found: list[float] = json.load(answer)
        return found

    def states(self) -> dict[str, int]:
        engine = make_sync_engine(self.url, read_only=True)
        with engine.connect() as connection:
            found = connection.exec_driver_sql("SELECT status, count(*) FROM delivery GROUP BY status").all()
        engine.dispose()
        return {row[0]: row[1] for row in found}

    def deliverer(self, gap: str = "own", lease_s: float = 60) -> subprocess.Popen[bytes]:
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "HOME": str(self.folder),
            "SLACK_BOT_TOKEN": "xoxb-0000-bench",
            "SLACK_APP_TOKEN": "xapp-0000-bench",
            "SLACK_API_URL": f"{self.base}/slack/",
            "DISCORD_BOT_TOKEN": "bench",
            "DISCORD_API_URL": f"{self.base}/discord",
            "HRC_LOG_LEVEL": os.environ.get("BENCH_LOG", "error"),
        }
        words = ["-m", "tests.bench.deliverer", self.url, str(self.folder), gap, str(lease_s)]
        return subprocess.Popen([sys.executable, *words], cwd=ROOT, env=environment)


@contextlib.contextmanager
def stage(kind: str, faults: float = 0.0, speed: str = "quick") -> Iterator[Stage]:
    """Start fake platforms and make a database."""
    words = [sys.executable, "-m", "tests.bench.fake_platforms", str(faults), speed]
    fakes = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)})
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        stack.callback(fakes.kill)
        assert fakes.stdout
        base = f"http://127.0.0.1:{int(fakes.stdout.readline())}"
        if kind == "sqlite":
            url = f"sqlite:///{Path(name) / 'bench.db'}"
        else:
            url = stack.enter_context(postgres.own_server()).url
        upgrade(url)
        yield Stage(url, Path(name), base)


@contextlib.asynccontextmanager
async def opened(at: Stage, paces: Paces | None = None) -> AsyncIterator[Storage]:
    storage = await open_storage(at.url, at.folder, paces=paces or paces_of(settings_for_tests(), plugins()))
    try:
        yield storage
    finally:
        await storage.close()


async def announced(at: Stage, targets: Sequence[Target]) -> tuple[Announcement, float]:
    """Store an announcement and its deliveries in one transaction; return it, and the seconds that took."""
    now = utc_now()
    draft = Announcement(0, "fake:T1", "fake:ana", now, "News", "We *meet*.", "", Audience.CHAPTER, None, State.SENT)
    async with opened(at) as storage:
        began = time.perf_counter()
        async with storage.unit_of_work(writes=True) as uow:
            news = await uow.announcements.add(draft)
            await uow.deliveries.want(Subject.ANNOUNCEMENT, news.id, tuple(targets), news.revision, now)
        return news, time.perf_counter() - began


def slack_channels(count: int, prefix: str = "A") -> list[Target]:
    return [
        Target(f"slack:T{at % WORKSPACES}", f"slack:C{prefix}{at}x{prefix}{at % WORKSPACES}") for at in range(count)
    ]


async def until(holds: Callable[[], bool], every_s: float = 0.1) -> float:
    """Wait; return the seconds that took.

    Raises:
        TimeoutError: it never held.
    """
    began = time.perf_counter()
    async with asyncio.timeout(PATIENCE_S):
        while not await asyncio.to_thread(holds):
            await asyncio.sleep(every_s)
    return time.perf_counter() - began


@contextlib.contextmanager
def running(process: subprocess.Popen[bytes], number: int = signal.SIGKILL) -> Iterator[subprocess.Popen[bytes]]:
    try:
        yield process
    finally:
        process.send_signal(number)
        process.wait()


async def crash(kind: str, count: int = 10_000) -> None:
    with stage(kind, faults=0.005) as at:
        _, stored_s = await announced(at, slack_channels(count))
        began = time.perf_counter()
        for quarter in (1, 2, 3):
            with running(at.deliverer("none")):
                await until(lambda share=count * quarter // 4: at.stats()["channels"] >= share, 0.05)  # type: ignore[misc]  # defaults bind the loop's values
        with running(at.deliverer("none")):
            await until(lambda: at.states().keys() <= {"shown", "held"})
        taken, said = time.perf_counter() - began, at.stats()
        print(
            f"{kind}: {count} rows in one transaction {stored_s:.2f} s; kill -9 three times: "
            f"lost {count - said['channels']}, twice {said['twice']}, look-ups {said.get('look-ups', 0)}, "
            f"answers dropped {said.get('dropped answers', 0)}, {taken:.0f} s, states {at.states()}"
        )


async def paused(count: int = 3_000) -> None:
    with stage("postgresql") as at:
        await announced(at, slack_channels(count))
        with running(at.deliverer("none", 4)) as first, running(at.deliverer("none", 4)):
            await until(lambda: at.stats()["channels"] >= count // 4, 0.05)
            first.send_signal(signal.SIGSTOP)
            await asyncio.sleep(10)
            first.send_signal(signal.SIGCONT)
            await until(lambda: at.states().keys() <= {"shown", "held"})
        said = at.stats()
        print(
            f"two workers, one stopped for 10 s over a lease of 4 s: lost {count - said['channels']}, "
            f"twice {said['twice']}, look-ups {said.get('look-ups', 0)}"
        )


async def middle(count: int = 2_000) -> None:
    for act in ("edit", "cancel"):
        with stage("postgresql") as at:
            news, _ = await announced(at, slack_channels(count))
            with running(at.deliverer("none")):
                await until(lambda at=at: at.stats()["channels"] >= count * 2 // 5, 0.05)  # type: ignore[misc]  # defaults bind the loop's values
                await changed(at, news, act)
                await until(lambda at=at: at.states().keys() <= {"shown", "dropped"})  # type: ignore[misc]  # defaults bind the loop's values
            print(f"{act} in the middle: states {at.states()}, what people see {at.stats()['texts']}")


async def changed(at: Stage, news: Announcement, act: str) -> None:
    from dataclasses import replace

    async with opened(at) as storage, storage.unit_of_work(writes=True) as uow:
        if act == "cancel":
            newer = await uow.announcements.save(news.cancelled())
            await uow.deliveries.drop_pending(Subject.ANNOUNCEMENT, news.id)
        else:
            newer = await uow.announcements.save(replace(news, title="Corrected", revision=news.revision + 1))
        cancelled = act == "cancel"
        await uow.deliveries.raise_wanted(
            Subject.ANNOUNCEMENT, news.id, newer.revision, utc_now(), is_cancelled=cancelled
        )


async def limits(kind: str) -> None:
    discord = [Target(f"discord:{at // 2}", f"discord:{100000 + at}") for at in range(3_000)]
    for name, targets in (("discord 3,000", discord), ("slack 2,000 in 200", slack_channels(2_000))):
        with stage(kind, speed="slow") as at:
            await announced(at, targets)
            with running(at.deliverer()) as process:
                await until(lambda at=at: at.states().keys() == {"shown"}, 0.5)  # type: ignore[misc]  # defaults bind the loop's values
                cpu = cpu_s(process.pid)
            said = at.stats()
            print(
                f"{kind}: {name}: {said['seconds']:.1f} s from the first to the last, "
                f"429: {said.get('discord 429', 0) + said.get('slack 429', 0)}, twice {said['twice']}, CPU {cpu:.1f} s"
            )


async def fairness() -> None:
    """Ten posts of one chapter on Discord, alone and behind 10,000 of another."""
    small = [Target("discord:7", f"discord:7{at:05}") for at in range(10)]
    large = [Target("discord:8", f"discord:8{at:05}") for at in range(10_000)]
    taken = []
    for crowd in ((), large):
        with stage("sqlite", speed="slow") as at:
            if crowd:
                await announced(at, crowd)
            await announced(at, small)
            with running(at.deliverer()):
                await until(lambda at=at: len(at.times("7")) == 10, 0.05)  # type: ignore[misc]  # defaults bind the loop's values
                times, first = at.times("7"), min([*at.times("8"), *at.times("7")])
                taken.append(times[-1] - first)
    print(f"ten posts alone {taken[0]:.2f} s, behind 10,000 {taken[1]:.2f} s: {taken[1] / taken[0]:.1f} times")


async def idle() -> None:
    for kind in ("sqlite", "postgresql"):
        with stage(kind) as at, running(at.deliverer()) as process:
            await asyncio.sleep(10)
            began = cpu_s(process.pid)
            await asyncio.sleep(20)
            print(f"{kind}: idle CPU {(cpu_s(process.pid) - began) / 20 * 100:.2f} %, {rss_mb(process.pid):.0f} MB")
        with stage(kind) as at:
            later = utc_now() + timedelta(days=1)
            async with opened(at) as storage, storage.unit_of_work(writes=True) as uow:
                for part in range(11):
                    some = tuple(slack_channels(5_000, f"P{part}"))
                    await uow.deliveries.want(Subject.ANNOUNCEMENT, part + 1, some, 1, later)
            with running(at.deliverer()) as process:
                await asyncio.sleep(15)
                print(f"{kind}: with 55,000 pending {rss_mb(process.pid):.0f} MB")


def cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def rss_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


PARTS: dict[str, Sequence[Callable[[], Awaitable[None]]]] = {
    "crash": (lambda: crash("sqlite"), lambda: crash("postgresql")),
    "paused": (paused,),
    "middle": (middle,),
    "limits": (lambda: limits("sqlite"), lambda: limits("postgresql")),
    "fairness": (fairness,),
    "idle": (idle,),
}


async def main(names: Sequence[str]) -> None:
    for name in names or PARTS:
        for part in PARTS[name]:
            await part()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
