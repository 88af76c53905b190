"""Registers the commands with Discord: one request, and none where nothing changed since the last one."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import aiohttp
import discord
import structlog
from discord.http import Route

from adapters.discord.connections import connector
from adapters.discord.settings import section_of, token_line
from adapters.discord.tree import payloads
from bot.errors import BotError, ConfigError
from bot.plugin import Host

log = structlog.get_logger("discord")

SYNCED = "discord-commands.sha256"


def fingerprint(commands: list[dict[str, Any]], *where: object) -> str:
    """Return what changes whenever the list, the application or the base address does."""
    return hashlib.sha256(json.dumps([commands, *map(str, where)], sort_keys=True).encode()).hexdigest()


async def register(client: discord.Client, host: Host) -> None:
    """Register the commands if they changed; a failure is logged, since the old ones work meanwhile."""
    try:
        await _put(client, host, is_known=_is_known(client, host))
    except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
        log.error("commands not registered", error=type(error).__name__, code=getattr(error, "code", 0))


async def synced(host: Host) -> str:
    """Do the operator's `commands sync discord`; return what changed.

    Raises:
        ConfigError: there is no token, or Discord refuses it.
        BotError: Discord cannot be reached, or refuses the commands.
    """
    section = section_of(host.settings)
    if not section.token.get_secret_value().strip():
        raise ConfigError("discord.token (the variable DISCORD_BOT_TOKEN) is missing; hrc-bot setup asks for it")
    Route.BASE = section.api_url
    client = discord.Client(intents=discord.Intents.none(), connector=connector())
    try:
        await client.login(section.token.get_secret_value())
        is_known = _is_known(client, host) and await _names_there(client) == {one["name"] for one in _commands(host)}
        count = await _put(client, host, is_known=is_known)
    except discord.LoginFailure:
        raise ConfigError(token_line()) from None
    except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
        code = getattr(error, "code", 0) or type(error).__name__
        raise BotError(f"Discord did not take the commands ({code}); try again in a minute") from None
    finally:
        await client.close()
    return f"Discord: {count} commands sent." if count else "Discord: the commands are there already, nothing changed."


async def _put(client: discord.Client, host: Host, *, is_known: bool) -> int:
    """Send the commands unless they are known; return how many were sent."""
    if is_known:
        return 0
    commands = _commands(host)
    route = Route("PUT", "/applications/{application_id}/commands", application_id=client.application_id)
    await client.http.request(route, json=commands)
    stored = _stored(host)
    stored.parent.mkdir(parents=True, exist_ok=True)
    stored.write_text(_mark(client, host) + "\n")
    log.info("commands registered", count=len(commands))
    return len(commands)


async def _names_there(client: discord.Client) -> set[str]:
    """Return the names that Discord has: somebody may have removed commands there."""
    route = Route("GET", "/applications/{application_id}/commands", application_id=client.application_id)
    return {one["name"] for one in await client.http.request(route)}


def _commands(host: Host) -> list[dict[str, Any]]:
    return payloads(host.dispatcher.registry, host.translators)


def _mark(client: discord.Client, host: Host) -> str:
    return fingerprint(_commands(host), client.application_id, Route.BASE)


def _is_known(client: discord.Client, host: Host) -> bool:
    stored = _stored(host)
    return stored.exists() and stored.read_text().strip() == _mark(client, host)


def _stored(host: Host) -> Path:
    return Path(host.settings.data_dir) / SYNCED
