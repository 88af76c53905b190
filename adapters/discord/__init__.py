"""Discord. Nothing here imports the SDK, so that it loads only where Discord is configured."""

from __future__ import annotations

from pathlib import Path

from adapters.discord.settings import NAME, SPEC, is_configured
from bot.plugin import Plugin

plugin = Plugin(
    NAME,
    "adapters.discord.app:create",
    is_configured=is_configured,
    spec=SPEC,
    doctor="adapters.discord.doctor:examined",
    sync="adapters.discord.registration:synced",
    locale=Path(__file__).parent.parent / "locale",
)
