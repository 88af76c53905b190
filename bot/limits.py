"""How much one person, and one chapter, may ask in a while: token buckets in memory."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

REMEMBERED = 20_000


@dataclass(slots=True)
class _Bucket:
    left: float
    at_s: float
    is_told: bool = False


class Buckets:
    """A bucket for each key: `at_once` tokens that fill up again at `per_minute`; 0 a minute is no limit.

    Args:
        now_s: a clock that never goes back, in seconds.
    """

    def __init__(self, per_minute: float, at_once: float, now_s: Callable[[], float] = time.monotonic) -> None:
        self._per_s = per_minute / 60
        self._at_once = at_once
        self._now_s = now_s
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def wait_s(self, key: str, cost: float = 1.0) -> float:
        """Take `cost` tokens and return 0.0; where too few are left, take none and return the seconds to wait."""
        if not self._per_s or not key:
            return 0.0
        bucket = self._filled(key)
        if bucket.left >= cost:
            bucket.left -= cost
            bucket.is_told = False
            return 0.0
        return (cost - bucket.left) / self._per_s

    def is_first_refusal(self, key: str) -> bool:
        """Say whether nobody was told yet that this bucket is empty; once a bucket gives again, it is told anew."""
        bucket = self._filled(key)
        is_first, bucket.is_told = not bucket.is_told, True
        return is_first

    def _filled(self, key: str) -> _Bucket:
        now_s = self._now_s()
        bucket = self._buckets.setdefault(key, _Bucket(self._at_once, now_s))
        self._buckets.move_to_end(key)
        while len(self._buckets) > REMEMBERED:
            self._buckets.popitem(last=False)
        bucket.left = min(self._at_once, bucket.left + (now_s - bucket.at_s) * self._per_s)
        bucket.at_s = now_s
        return bucket
