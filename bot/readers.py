"""What people chose for themselves, kept in memory for a minute, so that every answer is in their language and zone."""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass

LASTS_S = 60.0  # another process may have stored a new choice meanwhile
REMEMBERED = 20_000


@dataclass(frozen=True, slots=True)
class Reader:
    """A language and an IANA zone, each "" where the platform's counts."""

    lang: str = ""
    zone: str = ""


class Readers:
    """Choices by account; the account that was remembered first is forgotten first."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, tuple[Reader, float]] = OrderedDict()

    def of(self, user_id: str) -> Reader:
        """Return what is remembered, even when it is old: better than what nobody chose."""
        return self._known.get(user_id, (Reader(), 0.0))[0]

    def is_fresh(self, user_id: str) -> bool:
        return user_id in self._known and self._known[user_id][1] > time.monotonic()

    def remember(self, user_id: str, reader: Reader) -> None:
        self._known[user_id] = (reader, time.monotonic() + LASTS_S)
        self._known.move_to_end(user_id)
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)

    def forget(self, user_id: str) -> None:
        self._known.pop(user_id, None)
