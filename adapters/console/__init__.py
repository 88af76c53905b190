"""The terminal: the whole bot without a token. Nothing here imports a library of the terminal before it serves."""

from __future__ import annotations

from pathlib import Path

from adapters.console.settings import NAME, SPEC
from bot.plugin import Plugin

plugin = Plugin(
    NAME,
    "adapters.console.app:create",
    is_configured=lambda settings: False,  # noqa: ARG005 - it serves where nothing else is configured
    fallback=True,
    spec=SPEC,
    locale=Path(__file__).parent.parent / "locale",
)
