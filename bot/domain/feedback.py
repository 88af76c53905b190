"""Whether answers helped: counts alone, nobody's name."""

from __future__ import annotations

from typing import Protocol


class FeedbackStore(Protocol):
    """Counts of Helpful and Not helpful by topic and language."""

    async def count(self, topic_id: str, lang: str, helpful: bool) -> None:
        """Add one to a count."""

    async def totals(self, topic_id: str, lang: str) -> tuple[int, int]:
        """Return (helpful, not helpful)."""
