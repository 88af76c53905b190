"""The gateway connection: listens, comes back after every interruption, hands on what concerns the bot.

Source: Discord's documentation, events/gateway: commands, presses, mentions of the bot and direct messages need no
privileged intent; a resume goes to the address of READY, a new session to that of GET /gateway/bot; one new session
in five seconds.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import discord
import structlog
import yarl
from discord.gateway import DiscordWebSocket, ReconnectWebSocket

from adapters.discord.connections import connector
from adapters.discord.interactions import Interaction

log = structlog.get_logger("discord")

LONGEST_WAIT_S = 30.0  # of the client's own waits for a rate limit; longer ones go to the outbox
IDENTIFIES_EVERY_S = 5.0
MAX_PAUSE_S = 60.0
Working = Callable[[Awaitable[None]], Awaitable[None]]


class SessionOver(Exception):
    """The session cannot be resumed."""


class Gateway(discord.Client):
    """One connection; keeps as little in memory as the library allows.

    Args:
        interaction: serves an interaction.
        message: serves a message to the bot; takes the bot's own number too.
        moved: told of a server that let the bot in (True) or took it out, when that happens and not at each start.
        lost: told of a channel that was deleted.
        working: runs any of them so that closing waits for it.
    """

    def __init__(
        self,
        interaction: Callable[[Interaction], Awaitable[None]],
        message: Callable[[discord.Message, int], Awaitable[None]],
        moved: Callable[[discord.Guild, bool], Awaitable[None]],
        lost: Callable[[discord.abc.GuildChannel], Awaitable[None]],
        working: Working,
    ) -> None:
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
        super().__init__(
            connector=connector(),
            intents=discord.Intents(guilds=True, guild_messages=True, dm_messages=True),
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            max_ratelimit_timeout=LONGEST_WAIT_S,
        )
        self._interaction = interaction
        self._message = message
        self._moved, self._lost = moved, lost
        self._working = working
        self._identified_s = -IDENTIFIES_EVERY_S
        self.connected = asyncio.Event()

    async def setup_hook(self) -> None:
        """Take the gateway's address from the configured base."""
        await self._find_gateway()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:  # noqa: ARG002
        """Keep the pace that Discord asks of new sessions."""
        await asyncio.sleep(max(self._identified_s + IDENTIFIES_EVERY_S - time.monotonic(), 0.0))
        self._identified_s = time.monotonic()

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:
        """Hand on an event.

        Raises:
            SessionOver: the library would begin the new session where the old one was to be resumed.
        """
        super().dispatch(event, *args, **kwargs)
        reason = sys.exception()
        if event == "disconnect" and isinstance(reason, ReconnectWebSocket) and not reason.resume:
            raise SessionOver

    async def stay_connected(self) -> None:
        """Serve the gateway; an event that the library cannot read costs the session, not the process."""
        while not self.is_closed():
            try:
                await self.connect()
            except SessionOver:
                log.info("session over, beginning a new one")
            except (KeyError, TypeError, ValueError, AttributeError):
                log.exception("an event could not be read, connecting anew")
                await self.ws.close(code=1000)
            if not self.is_closed():
                await self._find_gateway_again()

    def take(self, interaction: Any) -> None:
        """Serve an interaction that came another way than through the gateway.

        Raises:
            KeyError, TypeError, ValueError, AttributeError: the library cannot read it.
        """
        self._connection.parse_interaction_create(interaction)

    async def _find_gateway(self) -> None:
        _, url, _ = await self.http.get_bot_gateway()
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(url)

    async def _find_gateway_again(self) -> None:
        """Ask for the address until Discord answers.

        Raises:
            LoginFailure: Discord does not take the token any more.
        """
        pause_s = 1.0
        while not self.is_closed():
            try:
                await self._find_gateway()
                return
            except (discord.HTTPException, discord.GatewayNotFound, aiohttp.ClientError, OSError) as error:
                if getattr(error.__cause__ or error, "status", 0) == 401:
                    raise discord.LoginFailure from None
                log.warning("Discord cannot be reached", error=type(error).__name__, retry_s=pause_s)
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, MAX_PAUSE_S)

    async def on_connect(self) -> None:
        self.connected.set()

    async def on_interaction(self, interaction: Interaction) -> None:
        await self._working(self._interaction(interaction))

    async def on_message(self, message: discord.Message) -> None:
        if self.user and _is_for(self.user, message):
            await self._working(self._message(message, self.user.id))

    async def on_guild_join(self, guild: discord.Guild) -> None:
        await self._working(self._moved(guild, True))

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        await self._working(self._moved(guild, False))

    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        await self._working(self._lost(channel))

    async def on_error(self, event_method: str, /, *_: Any, **__: Any) -> None:
        log.exception("event failed", gateway_event=event_method)


def _is_for(me: discord.ClientUser, message: discord.Message) -> bool:
    """Say whether a person wrote to the bot: directly, or by its name."""
    if message.author.bot or message.webhook_id or message.is_system():
        return False
    return message.guild is None or any(one.id == me.id for one in message.mentions)
