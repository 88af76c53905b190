"""A process that only sends stored posts to Slack: `python -m tests.process.worker URL FOLDER API_URL LEASE_S PAUSES`.

With PAUSES it stops itself (SIGSTOP) when its first post was accepted and nothing of that is stored yet.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from datetime import timedelta
from pathlib import Path

from adapters.slack.messenger import SlackMessenger
from adapters.slack.settings import SlackSettings
from adapters.slack.web import Web
from bot.domain.lanes import Pace, Paces
from bot.i18n import core_translators
from bot.logs import configure
from bot.outbox import Outbox, Post
from bot.ports import utc_now
from bot.registry import load
from bot.settings import Log
from bot.testing import settings_for_tests
from storage import open_storage
from tests.loopback.slack_server import BOT_TOKEN


class Pausing(SlackMessenger):
    async def post(self, *what):
        posted = await super().post(*what)
        os.kill(os.getpid(), signal.SIGSTOP)
        return posted


async def work(url: str, folder: str, api_url: str, lease_s: str, pauses: str) -> None:
    configure(Log(level="warning"))
    paces = Paces(other=Pace(gap=timedelta(0)))
    storage = await open_storage(url, Path(folder), paces=paces, settles=timedelta(seconds=1))
    web = Web(SlackSettings(api_url=api_url, bot_token=BOT_TOKEN))
    web.open()
    messenger = (Pausing if pauses else SlackMessenger)(web)
    post = Post(storage.unit_of_work, load(), {"slack": messenger}, core_translators(), settings_for_tests(), utc_now)
    await Outbox(post, timedelta(seconds=float(lease_s)), looks_s=0.3).run()


if __name__ == "__main__":
    asyncio.run(work(*sys.argv[1:]))
