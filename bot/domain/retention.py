"""What becomes a count when it is old."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from bot.domain.convenings import Headcount


class RetentionStore(Protocol):
    """Rows that are counted and deleted; the counts name nobody and stay."""

    async def answers(self, over_before: datetime) -> int:
        """Turn answers to convenings that were over before then into headcounts; return how many."""

    async def deliveries(self, before: datetime) -> int:
        """Turn deliveries that are done, and did not change since then, into counts; return how many.

        Those of a convening that is still ahead stay, since its cards may change.
        """

    async def past_headcount(self, convening_id: int) -> Headcount | None:
        """Return the headcount of a convening whose answers are deleted."""
