"""The web server. It serves beside the chat platforms; nothing here imports the framework before it is asked for."""

from __future__ import annotations

from bot.plugin import Plugin

NAME = "web"

plugin = Plugin(NAME, "adapters.web.app:create", is_configured=lambda settings: settings.web.is_on, accompanies=True)
