"""Connections to Discord: every client and session of this adapter gets its connector here."""

from __future__ import annotations

import aiohttp
from discord.http import Route

from adapters.discord.settings import DiscordSettings
from bot.outgoing import guarded

USUAL = str(DiscordSettings.model_fields["api_url"].default)


def connector() -> aiohttp.TCPConnector:
    """Return a connector for calls below `Route.BASE`, and for the gateway that Discord names; needs a running loop."""
    return aiohttp.TCPConnector(limit=0, socket_factory=guarded(Route.BASE, USUAL))
