"""Discord: the running adapter, from login to a clean end."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import aiohttp
import discord
import structlog
from discord.http import Route

from adapters.discord.endpoint import Endpoint
from adapters.discord.gateway import Gateway
from adapters.discord.incoming import message_request, own
from adapters.discord.interactions import Interactions
from adapters.discord.messages import Messages
from adapters.discord.messenger import DiscordMessenger
from adapters.discord.registration import register
from adapters.discord.rest import Line
from adapters.discord.settings import APPS, section_of, token_line
from adapters.discord.wire import Wire
from bot import chapters
from bot.errors import Busy, ConfigError
from bot.plugin import Host
from bot.ports import Problem, utc_now

log = structlog.get_logger("discord")

FINISHES_WITHIN_S = 3.0
CLOSES_WITHIN_S = 0.7
SYNCS_WITHIN_S = 5.0
MAX_PAUSE_S = 60.0


class DiscordAdapter:
    """The running platform. Made from a host; see `bot.plugin.Adapter`."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._settings = section_of(host.settings)
        self._wire = Wire(self._settings.api_url)
        self._client: Gateway | None = None
        self._connection: asyncio.Task[None] | None = None
        self._endpoint: Endpoint | None = None
        self._in_hand: set[asyncio.Task[Any]] = set()
        self._line = Line(self._settings.token.get_secret_value())
        self.messenger = DiscordMessenger(self._line, self._connected)
        self.interactions = Interactions(host, self._wire)
        self.messages = Messages(host.dispatcher, self.messenger, self.interactions.forms)

    async def start(self) -> None:
        """Log in, connect, register the commands if they changed.

        Raises:
            ConfigError: Discord refuses the token or the intents.
        """
        Route.BASE = self._settings.api_url
        self._client = client = await self._logged_in()
        self._connection = asyncio.create_task(client.stay_connected(), name="discord gateway")
        connected = asyncio.create_task(client.connected.wait())
        await asyncio.wait({self._connection, connected}, return_when=asyncio.FIRST_COMPLETED)
        connected.cancel()
        if self._connection.done():
            _raise(self._connection)
        if self._settings.public_key:
            self._endpoint = Endpoint(self._settings, client.take)
            await self._endpoint.start()
        await self._registered(client)

    async def run(self) -> None:
        """Serve until cancelled; the library reconnects by itself."""
        if self._connection:
            await asyncio.wait({self._connection})
            _raise(self._connection)

    async def close(self) -> None:
        """Finish what is in hand within three seconds, then leave."""
        if self._endpoint:
            await self._endpoint.close()
        settled = asyncio.create_task(self.interactions.drafts.settle())
        await asyncio.wait({settled, *self._in_hand}, timeout=FINISHES_WITHIN_S)
        settled.cancel()
        if self._client:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._client.close(), CLOSES_WITHIN_S)
        if self._connection:
            self._connection.cancel()
            await asyncio.wait({self._connection})
        await self._wire.close()
        await self._line.close()

    async def working(self, work: Any) -> None:
        """Run `work` so that closing waits for it."""
        task = asyncio.ensure_future(work)
        self._in_hand.add(task)
        try:
            await task
        finally:
            self._in_hand.discard(task)

    async def _message(self, message: discord.Message, me: int) -> None:
        await self.messages.serve(message, message_request(message, me))

    async def _moved(self, guild: discord.Guild, is_in: bool) -> None:
        """Tell the owner of a server that let the bot in how to begin; stop everything for one that took it out."""
        try:
            async with self._host.unit_of_work(writes=True) as uow:
                if is_in:
                    lang = "es" if str(guild.preferred_locale).startswith("es") else "en"
                    owner = own(guild.owner_id) if guild.owner_id else ""
                    await chapters.joined(uow, own(guild.id), owner, utc_now(), lang)
                else:
                    await chapters.left(uow, own(guild.id), utc_now())
        except Busy:
            log.warning("a server's coming or going was not stored, storage is busy", joined=is_in)

    async def _lost(self, channel: discord.abc.GuildChannel) -> None:
        try:
            async with self._host.unit_of_work(writes=True) as uow:
                await chapters.channel_lost(uow, own(channel.id), Problem.CHANNEL_GONE, utc_now())
        except Busy:
            log.warning("a deleted channel was not noted, storage is busy")

    def _connected(self) -> discord.Client:
        if self._client is None:
            raise RuntimeError("not started")
        return self._client

    async def _logged_in(self) -> Gateway:
        """Return a client that is logged in; tries again for as long as Discord cannot be reached."""
        pause_s = 1.0
        while True:
            client = Gateway(self.interactions.serve, self._message, self._moved, self._lost, self.working)
            try:
                await client.login(self._settings.token.get_secret_value())
                return client
            except discord.LoginFailure:
                await client.close()
                raise ConfigError(token_line()) from None
            except (discord.HTTPException, discord.GatewayNotFound, aiohttp.ClientError, OSError) as error:
                await client.close()
                log.warning("Discord cannot be reached", error=type(error).__name__, retry_s=pause_s)
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, MAX_PAUSE_S)

    async def _registered(self, client: Gateway) -> None:
        """Register the commands; what takes long goes on behind, since the old ones work meanwhile."""
        task = asyncio.create_task(self.working(register(client, self._host)), name="discord commands")
        await asyncio.wait({task}, timeout=SYNCS_WITHIN_S)


def _raise(connection: asyncio.Task[None]) -> None:
    """Raise what ended the connection.

    Raises:
        ConfigError: Discord will not have us with this token or these intents.
    """
    try:
        connection.result()
    except discord.LoginFailure:
        raise ConfigError(token_line()) from None
    except discord.PrivilegedIntentsRequired:
        raise ConfigError(f"discord: the application lacks an intent; see Bot > Intents at {APPS}") from None
    except discord.ConnectionClosed as error:
        if error.code == 4004:
            raise ConfigError(token_line()) from None
        raise ConfigError(f"discord: the gateway refuses the connection with code {error.code}") from None


def create(host: Host) -> DiscordAdapter:
    """Return the adapter; nothing is connected yet."""
    return DiscordAdapter(host)
