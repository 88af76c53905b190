"""Discord. Nothing here imports the SDK, so that it loads only where Discord is configured."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from adapters.discord.settings import NAME, SPEC, is_configured
from bot.domain.lanes import Pace
from bot.plugin import Plugin

# Source: Discord's documentation, topics/rate-limits: 50 requests a second for one application, over all its servers.
# An even pace of 46 met no refusal in measurements, one of 48 did. Direct messages to many people are watched for spam.
PACE = Pace(gap=timedelta(seconds=1) / 46, direct_gap=timedelta(seconds=1) / 5, at_once=30, is_shared=True)

plugin = Plugin(
    NAME,
    "adapters.discord.app:create",
    is_configured=is_configured,
    spec=SPEC,
    doctor="adapters.discord.doctor:examined",
    sync="adapters.discord.registration:synced",
    sender="adapters.discord.sender:create",
    pace=lambda _: PACE,
    locale=Path(__file__).parent.parent / "locale",
)
