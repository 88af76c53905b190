"""Scheduled events of the loopback Discord, with the limits and rights of the real one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from tests.loopback.discord_accounts import BOT, GUILD
from tests.loopback.discord_limits import units

MAX_EVENTS = 100
SCHEDULED, ACTIVE, COMPLETED, CANCELLED = 1, 2, 3, 4
NEXT = {SCHEDULED: (ACTIVE, CANCELLED), ACTIVE: (COMPLETED,)}


class ScheduledEvents:
    """The events of the one server. `may_create` is the right; `now` is moved by tests."""

    def __init__(self) -> None:
        self.by_id: dict[str, dict[str, Any]] = {}
        self.may_create = True
        self.violations: list[str] = []
        self.now = datetime.now(UTC)

    @property
    def open(self) -> list[dict[str, Any]]:
        return [one for one in self.by_id.values() if one["status"] in (SCHEDULED, ACTIVE)]

    def listed(self, guild: str) -> tuple[int, Any]:
        return (200, self.open) if guild == str(GUILD) else (404, {"code": 10004, "message": "Unknown Guild"})

    def create(self, guild: str, body: dict[str, Any], number: int) -> tuple[int, Any]:
        if guild != str(GUILD):
            return 404, {"code": 10004, "message": "Unknown Guild"}
        if not self.may_create:
            return 403, {"code": 50013, "message": "Missing Permissions"}
        if len(self.open) >= MAX_EVENTS:
            return 400, {"code": 30038, "message": "Maximum number of guild scheduled events reached (100)"}
        problems = [*_problems(body, self.now), *_missing(body)]
        if problems:
            return self._invalid(problems)
        made = {"id": str(number), "guild_id": guild, "creator_id": str(BOT), "status": SCHEDULED, "channel_id": None}
        self.by_id[str(number)] = made | body
        return 200, self.by_id[str(number)]

    def edit(self, guild: str, number: str, body: dict[str, Any]) -> tuple[int, Any]:
        event = self.by_id.get(number) if guild == str(GUILD) else None
        if event is None:
            return 404, {"code": 10070, "message": "Unknown Guild Scheduled Event"}
        if event["status"] in (COMPLETED, CANCELLED):
            return 400, {"code": 180000, "message": "Cannot update a finished event"}
        if "status" in body and body["status"] not in NEXT[event["status"]]:
            return self._invalid([f"status from {event['status']} to {body['status']}"])
        problems = list(_problems(body, self.now))
        if problems:
            return self._invalid(problems)
        event.update(body)
        return 200, event

    def _invalid(self, problems: list[str]) -> tuple[int, Any]:
        self.violations += problems
        return 400, {"code": 50035, "message": "Invalid Form Body"}


def _problems(body: dict[str, Any], now: datetime) -> Iterator[str]:
    for name, limit in (("name", 100), ("description", 1000)):
        if units(str(body.get(name) or "")) > limit:
            yield f"an event's {name} is too long"
    place = (body.get("entity_metadata") or {}).get("location")
    if "entity_metadata" in body and not 1 <= units(str(place or "")) <= 100:
        yield f"an event's location has {units(str(place or ''))} of 1 to 100 characters"
    starts, ends = (body.get(f"scheduled_{name}_time") for name in ("start", "end"))
    if starts and datetime.fromisoformat(starts) <= now:
        yield "an event that starts in the past"
    if starts and ends and datetime.fromisoformat(ends) <= datetime.fromisoformat(starts):
        yield "an event that ends before it starts"


def _missing(body: dict[str, Any]) -> Iterator[str]:
    if body.get("entity_type") != 3 or body.get("privacy_level") != 2:
        yield "not an external event for the server alone"
    if not body.get("name") or not body.get("scheduled_end_time") or not body.get("entity_metadata"):
        yield "an external event needs a name, an end and a location"
