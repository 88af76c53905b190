"""What a kill or a stop in the middle of sending leaves behind: nothing lost, nothing seen twice."""

from __future__ import annotations

import asyncio
import signal

import pytest

from tests.loopback.slack_api import Fault

POST = "chat.postMessage"


async def send_while(bot, slack, fault):
    """Announce something to a channel; return when its request is on the way, where `fault` happens to it."""
    await slack.command("channel follow topics:announcements", user="U0ADMIN")
    await slack.seen(1)
    await slack.command('announce new title:"News" message:"Budget hearing"', user="U0ADMIN")
    preview = await slack.seen(2)
    slack.faults[POST] = [fault]
    await slack.press(preview, "Send", user="U0ADMIN")
    async with asyncio.timeout(15):
        while not slack.called(POST):  # the server tells when it answers, which is what must not have happened yet
            await asyncio.sleep(0.02)


def public(slack):
    return [one for one in slack.messages if not one.only_for]


async def test_sigterm_mid_send(bot, slack):
    """What is in flight arrives and is stored before the process ends, so that nothing is looked up afterwards."""
    await send_while(bot, slack, Fault(delay_s=1.5))
    assert await bot.stop(signal.SIGTERM) == 0
    assert len(public(slack)) == 1
    await bot.start()
    await asyncio.sleep(1)
    assert len(slack.called(POST)) == 1
    assert slack.called("conversations.history") == []


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_sigterm_mid_send_does_not_wait_for_a_platform_that_takes_its_time(bot, slack):
    """The post appears when the process is gone already; the next one looks for it once it must have landed."""
    bot.environment["HRC_DELIVERIES_SETTLE_S"] = "12"
    await send_while(bot, slack, Fault(delay_s=10))
    assert await bot.stop(signal.SIGTERM) == 0
    assert public(slack) == []
    await bot.start()
    await slack.until(lambda: bool(slack.called("conversations.history")))
    await asyncio.sleep(1)
    assert (len(public(slack)), len(slack.called(POST))) == (1, 1)


async def test_crash_after_send(bot, slack):
    """The post appears when the process is gone already, and before the next one looks for it."""
    await send_while(bot, slack, Fault(delay_s=2))
    await bot.stop(signal.SIGKILL)
    await bot.start()
    await slack.until(lambda: bool(slack.called("conversations.history")))
    await asyncio.sleep(1)
    assert (len(public(slack)), len(slack.called(POST))) == (1, 1)


async def test_crash_before_send(bot, slack):
    await send_while(bot, slack, Fault(delay_s=1, drop="before"))
    await bot.stop(signal.SIGKILL)
    await bot.start()
    await slack.until(lambda: bool(public(slack)))
    await asyncio.sleep(1)
    assert len(public(slack)) == 1
    assert len(slack.called("conversations.history")) == 1
