"""Whether answers helped: counts alone, nobody's name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Rating:
    """How often a topic's answer in one language was called helpful, and how often not."""

    topic_id: str
    lang: str
    helpful: int
    not_helpful: int


class FeedbackStore(Protocol):
    """Counts of Helpful and Not helpful by topic and language."""

    async def count(self, topic_id: str, lang: str, helpful: bool) -> None:
        """Add one to a count."""

    async def totals(self, topic_id: str, lang: str) -> tuple[int, int]:
        """Return (helpful, not helpful)."""

    async def worst(self, limit: int) -> tuple[Rating, ...]:
        """Return those called not helpful most often; none that nobody called so."""
