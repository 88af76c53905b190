"""Wall time and zone, as people plan; typed values for the options that hold them.

Source: zones and their rules are those of the IANA time zone database. A time in a spring gap reads as RFC 5545
section 3.3.5 says: with the offset before the gap; a time that comes twice in autumn is the first one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from rapidfuzz import fuzz, process, utils

_FORMATS = (
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d %I:%M %p",
    "%Y-%m-%d %I %p",
    "%m/%d/%Y %H:%M",
    "%m/%d/%Y %I:%M %p",
    "%B %d %Y %H:%M",
    "%B %d %Y %I:%M %p",
)
_COMMON_NAMES = {
    "eastern": "America/New_York",
    "central": "America/Chicago",
    "mountain": "America/Denver",
    "pacific": "America/Los_Angeles",
    "arizona": "America/Phoenix",
    "alaska": "America/Anchorage",
    "hawaii": "Pacific/Honolulu",
    "utc": "UTC",
    "gmt": "UTC",
}


class Zone(str):
    """The IANA name of a time zone, for example "America/New_York"."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class WallTime:
    """A planned time: the clock on the wall, and the zone it hangs in. `local` is naive."""

    local: datetime
    zone: Zone

    @property
    def aware(self) -> datetime:
        """Return the aware time in the zone; in a gap the clock that people will see (02:30 reads as 03:30)."""
        return self.utc.astimezone(ZoneInfo(self.zone))

    @property
    def utc(self) -> datetime:
        return self.local.replace(tzinfo=ZoneInfo(self.zone), fold=0).astimezone(UTC)

    @property
    def shifted(self) -> bool:
        """Say whether the time does not exist on that day, so that `aware` differs from `local`."""
        return self.aware.replace(tzinfo=None) != self.local


@cache
def zone_names() -> tuple[str, ...]:
    """Return the names that the time zone database knows, sorted, without the legacy POSIX ones."""
    legacy = ("posix/", "right/", "Etc/", "SystemV/")
    return tuple(sorted(n for n in available_timezones() if not n.startswith(legacy) and ("/" in n or n == "UTC")))


def find_zone(text: str) -> Zone | None:
    """Return the zone that `text` names, whatever its case; common US names are understood."""
    wanted = text.strip().replace(" ", "_").casefold()
    if wanted in _COMMON_NAMES:
        return Zone(_COMMON_NAMES[wanted])
    return next((Zone(name) for name in zone_names() if name.casefold() == wanted), None)


def near_zones(text: str, limit: int = 3) -> tuple[str, ...]:
    """Return the zone names that come closest to `text`, best first."""
    words = re.sub(r"[_/]", " ", text)
    names = {name: re.sub(r"[_/]", " ", name) for name in zone_names()}
    found = process.extract(words, names, scorer=fuzz.WRatio, processor=utils.default_process, limit=limit)
    return tuple(key for _, _, key in found)


def parse_local(text: str) -> datetime | None:
    """Return the naive time that `text` writes ("2027-03-14 18:30", "3/14/2027 6:30 pm"), or None."""
    words = re.sub(r"\s+", " ", text.strip().replace(",", " "))
    words = re.sub(r"(?i)(\d)\s*([ap])\.?\s*m\.?$", r"\1 \2m", words)
    for form in _FORMATS:
        try:
            return datetime.strptime(words, form)  # noqa: DTZ007 - wall time is naive, its zone is told apart
        except ValueError:
            continue
    return None
