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
    "%m/%d/%Y %I %p",
    "%d/%m/%Y %H:%M",
    "%d/%m/%Y %I:%M %p",
    "%B %d %Y %H:%M",
    "%B %d %Y %I:%M %p",
)
# Names that people in the United States say all year, whatever their clocks do.
SPOKEN_NAMES = {
    "eastern": "America/New_York",
    "central": "America/Chicago",
    "mountain": "America/Denver",
    "pacific": "America/Los_Angeles",
    "arizona": "America/Phoenix",
    "alaska": "America/Anchorage",
    "hawaii": "Pacific/Honolulu",
    "et": "America/New_York",
    "ct": "America/Chicago",
    "mt": "America/Denver",
    "pt": "America/Los_Angeles",
    "utc": "UTC",
    "gmt": "UTC",
}
# Names of one half of the year: who writes EST in summer may mean either.
FIXED_NAMES = {
    "est": "America/New_York",
    "edt": "America/New_York",
    "cst": "America/Chicago",
    "cdt": "America/Chicago",
    "mdt": "America/Denver",
    "pst": "America/Los_Angeles",
    "pdt": "America/Los_Angeles",
    "akst": "America/Anchorage",
    "akdt": "America/Anchorage",
    "hst": "Pacific/Honolulu",
}
_TWO_ZONES = {"mst": ("America/Denver", "America/Phoenix")}  # Arizona keeps it in summer, its neighbours do not


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
    """Return the zone that `text` names, whatever its case; common US names are understood ("Eastern time", "EST")."""
    wanted = text.strip().replace(" ", "_").casefold()
    common = wanted.removesuffix("_time")
    if common in SPOKEN_NAMES or wanted in FIXED_NAMES:
        return Zone(SPOKEN_NAMES.get(common) or FIXED_NAMES[wanted])
    return next((Zone(name) for name in zone_names() if name.casefold() == wanted), None)


def near_zones(text: str, limit: int = 3) -> tuple[str, ...]:
    """Return the zone names that come closest to `text`, best first; a name of two zones gives both."""
    if text.strip().casefold() in _TWO_ZONES:
        return _TWO_ZONES[text.strip().casefold()]
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
