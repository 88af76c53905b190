"""Long computing beside the event loop, in threads that never keep a stopping process waiting."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from threading import Thread
from typing import TypeVar

import structlog

log = structlog.get_logger("bot")

PAUSE_S = 5.0
T = TypeVar("T")


async def kept_up(name: str, work: Callable[[], Awaitable[None]], pause_s: float = PAUSE_S) -> None:
    """Do work that goes on as long as the process; a fault that nobody foresaw is logged, and it begins again."""
    while True:
        try:
            return await work()
        except Exception as error:
            log.exception("work stopped and begins again", work=name, error=type(error).__name__)
        await asyncio.sleep(pause_s)


def begun(work: Callable[[], T], name: str) -> Future[T]:
    """Run `work` in a thread of its own and return its result to come; a process that ends does not wait for it."""
    future: Future[T] = Future()
    future.set_running_or_notify_cancel()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # raised again by whoever asks for the result
            future.set_exception(error)

    Thread(target=run, name=name, daemon=True).start()
    return future


def done(result: T) -> Future[T]:
    """Return a result that is there already, where one to come is taken."""
    future: Future[T] = Future()
    future.set_result(result)
    return future


async def result_of(future: Future[T]) -> T:
    """Wait for a result; whoever is cancelled while waiting leaves the work alone.

    Raises:
        BaseException: whatever the work raised.
    """
    return await asyncio.shield(asyncio.wrap_future(future))
