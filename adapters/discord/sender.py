"""Discord in a process that only delivers: REST, and no gateway."""

from __future__ import annotations

import asyncio

import aiohttp
import discord
import structlog
from discord.http import Route

from adapters.discord.messenger import DiscordMessenger
from adapters.discord.rest import Line
from adapters.discord.settings import section_of, token_line
from bot.errors import ConfigError
from bot.settings import Settings

log = structlog.get_logger("discord")

MAX_PAUSE_S = 60.0


class DiscordSender:
    """See `bot.plugin.Sender`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = section_of(settings)
        self._line = Line(self._settings.token.get_secret_value())
        self.messenger = DiscordMessenger(self._line)

    async def start(self) -> None:
        """Sign in; try again for as long as Discord cannot be reached.

        Raises:
            ConfigError: Discord refuses the token.
        """
        Route.BASE = self._settings.api_url
        pause_s = 1.0
        while True:
            try:
                await self._line.ready()
                return
            except discord.LoginFailure:
                raise ConfigError(token_line()) from None
            except (discord.HTTPException, discord.RateLimited, aiohttp.ClientError, OSError) as error:
                log.warning("Discord cannot be reached", error=type(error).__name__, retry_s=pause_s)
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, MAX_PAUSE_S)

    async def close(self) -> None:
        """Close the connections."""
        await self._line.close()


def create(settings: Settings, *_: object) -> DiscordSender:
    """Return the sender; nothing is connected yet."""
    return DiscordSender(settings)
