"""The email list: mail to its readers, and no place to talk. Nothing here imports a mail library before it is used."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from bot.domain.lanes import Pace
from bot.domain.subscriptions import PLATFORM
from bot.plugin import Plugin
from bot.settings import Settings

NAME = PLATFORM
PREPARED = 4  # mails on their way for each connection: while one travels, others are written


def _pace(settings: Settings) -> Pace:
    """Return the relay's pace: every mail goes through it, whoever reads it."""
    gap = timedelta(seconds=1 / settings.email.rate_per_s)
    return Pace(gap, at_once=PREPARED * settings.email.connections, is_shared=True)


plugin = Plugin(
    NAME,
    "adapters.email.app:create",
    is_configured=lambda settings: settings.email.is_on,
    accompanies=True,
    sender="adapters.email.sender:create",
    pace=_pace,
    doctor="adapters.email.doctor:examined",
    commands={"bounce": "adapters.email.shell:bounce", "signed": "adapters.email.shell:signed"},
    locale=Path(__file__).parent.parent / "locale",
)
