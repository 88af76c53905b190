"""What must not be cut in the middle: a connection that is lost while it is made or given back is lost for good."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def to_its_end(work: Coroutine[Any, Any, T]) -> T:
    """Do `work` to its end; a cancellation that comes meanwhile goes on afterwards, a second one cuts the work."""
    task = asyncio.create_task(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await _over(task)
        raise


async def _over(task: Awaitable[object]) -> None:
    """Wait for the work; how it ended tells nobody anything, since whoever asked has gone."""
    await asyncio.gather(task, return_exceptions=True)
