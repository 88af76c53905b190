"""What programs that watch over the bot ask; no place to talk. Nothing here imports the framework before it is used."""

from __future__ import annotations

from bot.plugin import Plugin

NAME = "operations"

plugin = Plugin(
    NAME,
    "adapters.operations.app:create",
    is_configured=lambda settings: bool(settings.operations.port),
    accompanies=True,
    sender="adapters.operations.app:create_for_sender",
)
