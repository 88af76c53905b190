"""Who sits at the terminal: rights, language and time zone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo
from zoneinfo import ZoneInfo

from babel.localtime import LOCALTZ

from adapters.console.messenger import CHANNEL, WORKSPACE
from adapters.console.settings import NAME, ConsoleSettings
from bot.request import Actor, Origin

HERE = Origin(WORKSPACE, CHANNEL)


def system_locale(environ: Mapping[str, str]) -> str:
    """Return the locale of messages, such as "es_MX"; "" when the system names none.

    Source: POSIX.1-2024, Base Definitions, section 8.2 (LC_ALL wins over LC_MESSAGES, that over LANG).
    """
    values = (environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    locale = next((value for value in values if value), "").partition(".")[0]
    return "" if locale in ("C", "POSIX") else locale


def local_zone(default: str) -> tzinfo:
    """Return this machine's time zone, or `default` (an IANA name) where the machine tells none."""
    if isinstance(LOCALTZ, ZoneInfo):
        return LOCALTZ
    return ZoneInfo(getattr(LOCALTZ, "zone", None) or default)  # where pytz is installed, Babel gives its kind of zone


def actor(settings: ConsoleSettings, environ: Mapping[str, str], zone: tzinfo) -> Actor:
    """Return the person: an account for each role, so that what one did another can see."""
    return Actor(
        f"{NAME}:{settings.role}",
        settings.role,
        settings.lang or system_locale(environ),
        zone.key if isinstance(zone, ZoneInfo) and zone.key else "",
        is_admin=settings.role == "organizer",
    )
