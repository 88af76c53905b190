"""Slack. Nothing here imports the SDK, so that it loads only where Slack is configured."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from adapters.slack.settings import NAME, SPEC, is_configured
from bot.domain.lanes import Pace
from bot.plugin import Plugin

# Source: docs.slack.dev, apis/web-api/rate-limits: about one message a second, 50 edits a minute and workspace.
PACE = Pace(gap=timedelta(seconds=1.05), edit_gap=timedelta(minutes=1) / 45)

plugin = Plugin(
    NAME,
    "adapters.slack.app:create",
    is_configured=is_configured,
    spec=SPEC,
    doctor="adapters.slack.doctor:examined",
    manifest="adapters.slack.manifest:manifest",
    sender="adapters.slack.sender:create",
    pace=lambda _: PACE,
    locale=Path(__file__).parent.parent / "locale",
)
