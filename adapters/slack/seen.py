"""What was seen already: deliveries that Slack repeats."""

from __future__ import annotations

import time
from collections import OrderedDict

KEPT_S = 600.0  # Slack repeats an event for about six minutes
KEPT = 20_000


class Seen:
    """Remembers keys for ten minutes, in memory; what must outlive a restart is the core's inbox."""

    def __init__(self) -> None:
        self._until: OrderedDict[str, float] = OrderedDict()

    def repeated(self, key: str) -> bool:
        """Remember `key`; say whether it was there already. An empty key is never a repetition."""
        if not key:
            return False
        now = time.monotonic()
        while self._until and (len(self._until) >= KEPT or next(iter(self._until.values())) < now):
            self._until.popitem(last=False)
        if key in self._until:
            return True
        self._until[key] = now + KEPT_S
        return False
