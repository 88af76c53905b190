"""One process answers, others deliver: the work of a PostgreSQL shared over processes."""

from __future__ import annotations

import asyncio
import signal
import sys
from contextlib import asynccontextmanager

import pytest

from tests.loopback.discord_accounts import CHANNEL

pytestmark = pytest.mark.parametrize("database_kind", ["postgresql"])


@asynccontextmanager
async def deliverer(bot):
    """Start a process that only delivers; kill it afterwards unless it ended."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "run", "--role", "deliver"),
        cwd=bot.folder,
        env=bot.environment,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout
    async for line in process.stdout:
        if b'"connected"' in line:
            break
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def test_who_answers_stores_and_who_delivers_sends(bot, slack, discord, admin):
    """Nobody sends while only the answering process runs; one that delivers does, and ends cleanly when told to."""
    await bot.stop()
    bot.words = ("run", "--role", "adapters")
    await bot.start()
    await admin.command("channel follow", topics="announcements")
    await slack.command("channel follow topics:announcements", user="U0ADMIN")
    await slack.seen(1)
    await slack.command('announce new title:"News" message:"Budget hearing"', user="U0ADMIN")
    await slack.press(await slack.seen(2), "Send", user="U0ADMIN")
    written = await admin.command("announce new", title="News", message="Budget hearing")
    await admin.press(written.shown[0], "Send")
    await slack.until(lambda: "is on its way" in str(slack.called("response_url")))
    assert discord.messages.get(CHANNEL, []) == []
    async with deliverer(bot) as first:
        await discord.until(lambda: discord.messages.get(CHANNEL), "the announcement")
        await slack.until(lambda: bool(public(slack)))
        first.send_signal(signal.SIGTERM)
        assert await first.wait() == 0
    assert discord.identified == 2  # by the processes that answer alone
    assert (len(discord.messages[CHANNEL]), len(public(slack))) == (1, 1)


def public(slack):
    return [one for one in slack.messages if not one.only_for]
