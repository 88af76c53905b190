"""Timings over the wires of the loopback platforms, ours beside bare bots of the same libraries.

Blocks alternate between ours and the bare one, so that a busy moment of the machine meets both.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.bench.processes import Running, environment, running
from tests.loopback.discord_accounts import ANA
from tests.loopback.discord_people import Person
from tests.loopback.discord_server import DiscordServer
from tests.loopback.slack_server import SlackServer

BLOCKS, IN_BLOCK = 6, 50
WARM_UP = 20

Once = Callable[[], Awaitable[float]]


def _spread(taken: list[float]) -> tuple[float, float]:
    """Return median and 99th percentile in milliseconds."""
    return statistics.median(taken) * 1000, statistics.quantiles(taken, n=100)[98] * 1000


async def _alternate(ours: Once, bare: Once) -> tuple[list[float], list[float]]:
    """Return the seconds of every turn of each."""
    for _ in range(WARM_UP):
        await ours()
        await bare()
    taken: tuple[list[float], list[float]] = ([], [])
    for _ in range(BLOCKS):
        for one, into in zip((ours, bare), taken, strict=True):
            into += [await one() for _ in range(IN_BLOCK)]
    return taken


def _compare(what: str, taken: tuple[list[float], list[float]]) -> None:
    (half, high), (bare_half, bare_high) = _spread(taken[0]), _spread(taken[1])
    print(
        f"{what}: p50 {half:.1f} ms, {half / bare_half:.2f} times the bare bot's {bare_half:.1f} ms; "
        f"p99 {high:.1f} ms, {high / bare_high:.2f} times {bare_high:.1f} ms"
    )


def _acknowledged(server: SlackServer, *, answers_later: bool) -> Once:
    async def once() -> float:
        answers = len(server.messages)
        began = time.perf_counter()
        await server.ack(await server.command("about"))
        taken = time.perf_counter() - began
        await server.until(lambda: len(server.messages) >= answers + answers_later)
        return taken

    return once


def _answered(server: DiscordServer, *, answers_later: bool) -> Once:
    ana = Person(server, ANA)

    async def once() -> float:
        began = time.monotonic()
        exchange = await ana.command_only("about")
        await server.until(lambda: exchange.answered_s and (exchange.shown or not answers_later))
        return exchange.answered_s - began

    return once


async def slack(folder: Path) -> None:
    """Print how long acknowledging a slash command takes over Socket Mode."""
    async with (
        SlackServer() as ours,
        SlackServer() as bare,
        running(["bot", "run"], folder, environment(folder, ours, None)),
        running(["tests.bench.bare_slack"], folder, environment(folder, bare, None)),
    ):
        pair = _acknowledged(ours, answers_later=True), _acknowledged(bare, answers_later=False)
        _compare("Socket Mode acknowledgement", await _alternate(*pair))


async def discord(folder: Path) -> None:
    """Print how long the first answer to a command takes over the gateway."""
    async with (
        DiscordServer() as ours,
        DiscordServer() as bare,
        running(["bot", "run"], folder, environment(folder, None, ours)),
        running(["tests.bench.bare_discord"], folder, environment(folder, None, bare)),
    ):
        pair = _answered(ours, answers_later=True), _answered(bare, answers_later=False)
        _compare("gateway acknowledgement", await _alternate(*pair))


async def _asks(server: SlackServer) -> float:
    """Return the seconds from a question to the answer that a person sees."""
    before = len(server.messages)
    began = time.perf_counter()
    await server.command("ask what is a human rights city?")
    await server.seen(before + 1)
    return time.perf_counter() - began


async def _card(server: DiscordServer) -> tuple[Person, dict[str, object]]:
    """Return a member, and a convening's message with its buttons."""
    admin = Person(server, ANA + 3, "Ada", is_admin=True)
    soon = (datetime.now(UTC) + timedelta(days=30)).strftime("%Y-%m-%d 18:30")
    preview = await admin.command("convening add", title="Potluck", starts=soon, zone="America/Chicago", place="Hall")
    await admin.press(preview.shown[0], "Save")
    shown = await admin.command("convening show", convening="1")
    return Person(server, ANA), shown.shown[0]


async def _answers(ana: Person, card: dict[str, object], label: str) -> float:
    began = time.perf_counter()
    await ana.press(card, label)
    return time.perf_counter() - began


async def _whole(folder: Path) -> Running:
    """Print what people wait for, with both platforms connected; return the process after its work."""
    async with SlackServer() as slack_server, DiscordServer() as discord_server:
        env = environment(folder, slack_server, discord_server)
        async with running(["bot", "run"], folder, env) as bot:
            print(f"memory, both connected: {await bot.resident_mb():.0f} MB")
            asked = [await _asks(slack_server) for _ in range(100)]
            print("ask, end to end: p50 {:.1f} ms, p99 {:.1f} ms".format(*_spread(asked)))
            ana, card = await _card(discord_server)
            rsvp = [await _answers(ana, card, ("Yes", "Maybe", "No")[turn % 3]) for turn in range(100)]
            print("RSVP, end to end: p50 {:.1f} ms, p99 {:.1f} ms".format(*_spread(rsvp)))
            print(f"memory after 100 questions and 100 answers: {await bot.resident_mb():.0f} MB")
            return bot


async def starts(folder: Path) -> None:
    """Print the time from start to connected on both platforms: first start, and later ones."""
    taken = []
    for _ in range(6):
        async with SlackServer() as slack_server, DiscordServer() as discord_server:
            env = environment(folder, slack_server, discord_server)
            async with running(["bot", "run"], folder, env) as bot:
                taken.append(bot.started_s)
    print(f"start to connected: first {taken[0]:.2f} s, then {statistics.median(taken[1:]):.2f} s")


async def _main() -> None:
    for work in (slack, discord, _whole, starts):
        with tempfile.TemporaryDirectory() as name:
            await work(Path(name))


def main() -> None:
    """Run every timing over the wire."""
    asyncio.run(_main())


if __name__ == "__main__":
    main()
