"""Seconds that passed, whatever the clock on the wall does."""

from __future__ import annotations

import time

_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # goes on while a laptop sleeps, as leases do


def elapsed_s() -> float:
    """Return seconds since some moment that stays the same for this process."""
    return time.clock_gettime(_CLOCK)
