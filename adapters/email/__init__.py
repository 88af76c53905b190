"""The email list: mail to its readers, and no place to talk. Nothing here imports a mail library before it is used."""

from __future__ import annotations

from pathlib import Path

from bot.domain.subscriptions import PLATFORM
from bot.plugin import Plugin

NAME = PLATFORM

plugin = Plugin(
    NAME,
    "adapters.email.app:create",
    is_configured=lambda settings: settings.email.is_on,
    doctor="adapters.email.doctor:examined",
    locale=Path(__file__).parent.parent / "locale",
)
