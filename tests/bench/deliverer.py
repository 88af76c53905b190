"""What delivers in benchmarks: the real adapters in a process of their own, on either database.

`python -m tests.bench.deliverer URL FOLDER GAP LEASE_S`: GAP "own" keeps the adapters' pace, "none" goes without.
"""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from bot.config import load_settings
from bot.deliver import deliver
from bot.domain.lanes import Paces
from bot.logs import configure
from bot.memory import share_arena
from bot.plugin import paces_of, plugins
from storage import open_storage


async def work(url: str, folder: str, gap: str, lease_s: str) -> None:
    installed = plugins()
    settings = load_settings(None, os.environ, [one.spec for one in installed if one.spec])
    configure(settings.log)
    share_arena()
    paces = paces_of(settings, installed)
    if gap == "none":
        quick = {name: replace(one, gap=timedelta(0), edit_gap=timedelta(0)) for name, one in paces.by_platform.items()}
        paces = Paces(quick)
    storage = await open_storage(url, Path(folder), paces=paces)
    try:
        chosen = [one for one in installed if one.is_configured(settings)]
        await deliver(settings, chosen, storage.unit_of_work, storage.wakeups, paces, timedelta(seconds=float(lease_s)))
    finally:
        await storage.close()


if __name__ == "__main__":
    asyncio.run(work(*sys.argv[1:]))
