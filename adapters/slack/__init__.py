"""Slack. Nothing here imports the SDK, so that it loads only where Slack is configured."""

from __future__ import annotations

from pathlib import Path

from adapters.slack.settings import NAME, SPEC, is_configured
from bot.plugin import Plugin

plugin = Plugin(
    NAME,
    "adapters.slack.app:create",
    is_configured=is_configured,
    spec=SPEC,
    doctor="adapters.slack.doctor:examined",
    manifest="adapters.slack.manifest:manifest",
    locale=Path(__file__).parent.parent / "locale",
)
