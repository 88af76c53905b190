"""What was answered last in a place, so that a follow-up question can be understood; forgotten after minutes."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class ConversationStore(Protocol):
    """The last topic by conversation. `key` names place and person; it is stored as a keyed hash alone."""

    async def remember(self, key: str, topic_id: str, lang: str, until: datetime) -> None:
        """Keep the topic until `until`, in place of an earlier one."""

    async def recall(self, key: str, now: datetime) -> tuple[str, str] | None:
        """Return topic id and language; None when there is nothing, or it is too old."""

    async def forget_expired(self, now: datetime) -> int:
        """Delete what is too old; return how many."""
