"""What people thought of a convening: counts and lines that belong to nobody."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

SHOWN_FROM = 3  # voices, below which a line would tell whose it is


class Rating(StrEnum):
    """One of three buttons."""

    GOOD = "good"
    MIXED = "mixed"
    POOR = "poor"


@dataclass(frozen=True, slots=True)
class Impressions:
    """Counts by rating, and lines in no order."""

    good: int = 0
    mixed: int = 0
    poor: int = 0
    remarks: tuple[str, ...] = ()

    @property
    def voices(self) -> int:
        return self.good + self.mixed + self.poor


class ImpressionStore(Protocol):
    """Ratings and lines of convenings. Who has spoken is kept as a keyed hash, apart from what they said."""

    async def rate(self, convening_id: int, person_id: str, rating: Rating) -> bool:
        """Count the rating; False when the person has rated the convening already."""

    async def has_rated(self, convening_id: int, person_id: str) -> bool:
        """Say whether the person has rated the convening."""

    async def remark(self, convening_id: int, person_id: str, words: str) -> bool:
        """Keep the line; False when the person has rated nothing, or left a line already."""

    async def of(self, convening_id: int) -> Impressions:
        """Return what was said of the convening."""
