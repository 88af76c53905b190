"""Calls again and again while Slack is away."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import structlog

from adapters.slack.web import Refused
from bot.errors import ConfigError, DeliveryDelayed, DeliveryError

log = structlog.get_logger("adapters.slack")

LONGEST_PAUSE_S = 30.0


async def insisting(call: Callable[[], Awaitable[Any]], setting: str) -> Any:
    """Call until Slack answers.

    Raises:
        ConfigError: Slack refuses the token of `setting`.
    """
    wait_s = 1.0
    while True:
        try:
            return await call()
        except Refused as error:
            raise ConfigError(
                f"{setting}: Slack refuses this token ({error.said}); copy it again from your app"
            ) from None
        except DeliveryDelayed as error:
            wait_s = max(error.retry_after_s, 1.0)
        except DeliveryError as error:
            log.warning("Slack cannot be reached, trying again", error=error.code, seconds=wait_s)
        await asyncio.sleep(wait_s)
        wait_s = min(wait_s * 2, LONGEST_PAUSE_S)
