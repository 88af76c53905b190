"""Work that goes on as long as the process."""

from __future__ import annotations

import asyncio

import pytest

from bot import background


async def test_work_that_fails_begins_again():
    tries, done = [], asyncio.Event()

    async def work() -> None:
        tries.append(len(tries))
        if len(tries) < 3:
            raise RuntimeError("the disk went away")
        done.set()

    await asyncio.wait_for(background.kept_up("outbox", work, pause_s=0.0), 5)
    assert done.is_set() and tries == [0, 1, 2]


async def test_work_that_is_cancelled_stays_so():
    task = asyncio.create_task(background.kept_up("outbox", asyncio.Event().wait))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
