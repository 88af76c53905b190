"""What the loopback Discord remembers: calls, faults to come, interactions as people see them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

EPHEMERAL = 64


@dataclass
class Call:
    """One request that came in, and what it was answered."""

    method: str
    path: str
    body: Any
    files: dict[str, bytes]
    status: int = 0


@dataclass
class Fault:
    """What to answer instead, `times` times; `after` does the work first, `drop` cuts the connection."""

    method: str
    path: str
    status: int = 500
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    times: int = 1
    after: bool = False
    drop: bool = False


@dataclass
class Exchange:
    """One interaction as the person sees it."""

    id: int
    token: str
    kind: int
    pressed: dict[str, Any] | None = None
    answer: int = 0
    modal: dict[str, Any] | None = None
    choices: list[dict[str, Any]] | None = None
    flags: int = 0
    original: dict[str, Any] | None = None
    is_loading: bool = False
    follow_ups: list[dict[str, Any]] = field(default_factory=list)
    edited: int = 0
    answered_s: float = 0.0

    @property
    def shown(self) -> list[dict[str, Any]]:
        """Return every message that this interaction brought."""
        return [*([self.original] if self.original and not self.is_loading else []), *self.follow_ups]
