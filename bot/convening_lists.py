"""Lists of convenings for other programs: what cards say, and counts; nothing of persons, no hidden place."""

from __future__ import annotations

import json

from bot.domain.convenings import Convening, Headcount
from bot.domain.csv_files import csv_file
from bot.domain.records import OPERATOR, AuditEntry
from bot.features.convening_answers import counted
from bot.ports import OpenUnitOfWork, UnitOfWork, utc_now
from bot.typed_times import LONG_AGO

WRITTEN = "%Y-%m-%d %H:%M"
_PLAIN = ("id", "title", "city", "host", "languages", "access", "repeat", "capacity", "attended", "recording")

COLUMNS = (
    *_PLAIN,
    *("starts", "zone", "ends", "skipped", "place", "link", "themes", "audience", "chapter"),
    *("yes", "maybe", "waiting", "cancelled"),
)


async def as_file(open_unit_of_work: OpenUnitOfWork, *, as_json: bool) -> bytes:
    """Return every convening as CSV or JSON, oldest first. It is audited."""
    async with open_unit_of_work(writes=True) as uow:
        rows = [await _row(uow, one) for one in await uow.convenings.calendar(LONG_AGO, None)]
        await uow.audit.add(AuditEntry(utc_now(), OPERATOR, "", "export convenings"))
    if as_json:
        return json.dumps(rows, ensure_ascii=False, indent=2).encode() + b"\n"
    return csv_file(COLUMNS, ([one[name] for name in COLUMNS] for one in rows))


async def _row(uow: UnitOfWork, convening: Convening) -> dict[str, str | int]:
    return _told(convening, await counted(uow, convening))


def _told(convening: Convening, count: Headcount) -> dict[str, str | int]:
    """Return the columns of one convening by name; times by the clock of `zone`."""
    plain = {name: getattr(convening, name) for name in _PLAIN}
    return {
        **{name: "" if value is None else value for name, value in plain.items()},
        "starts": convening.starts.local.strftime(WRITTEN),
        "zone": str(convening.starts.zone),
        "ends": convening.ends.local.strftime(WRITTEN) if convening.ends else "",
        "skipped": " ".join(one.isoformat() for one in convening.skipped),
        "place": convening.public_place,
        "link": convening.public_link,
        "themes": " ".join(convening.themes),
        "audience": convening.audience.value,
        "chapter": convening.workspace_id,
        "yes": count.yes,
        "maybe": count.maybe,
        "waiting": count.waiting,
        "cancelled": convening.cancelled_at.isoformat() if convening.cancelled_at else "",
    }
