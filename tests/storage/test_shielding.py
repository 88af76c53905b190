"""Work that is cancelled while it connects gives its connection back."""

from __future__ import annotations

import asyncio
import gc
import warnings
from collections.abc import Awaitable, Callable

import pytest

from storage.presence import Presence

INSTANTS = [0.0004 * step for step in range(20)]  # a connection to a server on this machine takes 2 to 6 ms


async def _opened(storage, *, writes: bool) -> None:
    async with storage.unit_of_work(writes=writes) as uow:
        await uow.convenings.get(1)


async def _alive(storage) -> None:
    presence = Presence(storage.engine)
    try:
        await presence.ensure()
    finally:
        await presence.end()


WORKS = {
    "reading": lambda storage: _opened(storage, writes=False),
    "writing": lambda storage: _opened(storage, writes=True),
    "proof of life": _alive,
    "wake-ups": lambda storage: storage.wakeups.listen(lambda: None),
}


@pytest.mark.parametrize("work", WORKS.values(), ids=list(WORKS))
async def test_whoever_is_cancelled_at_any_instant_loses_no_connection(storage, work: Callable[..., Awaitable[None]]):
    with warnings.catch_warnings(record=True) as lost:
        warnings.simplefilter("always")
        for instant in INSTANTS:
            await storage.engine.dispose()  # so that each time a new connection is made
            task = asyncio.create_task(work(storage))
            await asyncio.sleep(instant)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await storage.unit_of_work.left(5)
            del task
            gc.collect()
    assert [str(one.message) for one in lost] == []
    assert storage.engine.pool.checkedout() == 0
