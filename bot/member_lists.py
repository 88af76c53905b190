"""Lists of members: of each the fields that the reader may see, and counts where they may see none."""

from __future__ import annotations

import json
from collections.abc import Sequence

from bot.domain.csv_files import csv_file
from bot.domain.members import Member
from bot.domain.records import OPERATOR, AuditEntry
from bot.domain.visibility import FIELDS, Viewer, visible
from bot.ports import OpenUnitOfWork, utc_now
from bot.settings import Settings

VIEWERS = {"committee": Viewer(is_steering=True), "members": Viewer(is_member=True)}


async def as_file(open_unit_of_work: OpenUnitOfWork, _settings: Settings, viewer: str, *, as_json: bool) -> bytes:
    """Return the members as CSV, or as JSON with their number; who shows nothing is counted alone. It is audited."""
    async with open_unit_of_work(writes=True) as uow:
        members = await uow.members.all()
        await uow.audit.add(AuditEntry(utc_now(), OPERATOR, "", "export members", viewer))
    rows = shown(members, VIEWERS[viewer])
    if as_json:
        named = [dict(zip(FIELDS, row, strict=True)) for row in rows]
        return json.dumps({"members": len(members), "shown": named}, ensure_ascii=False, indent=2).encode() + b"\n"
    return csv_file(FIELDS, rows)


def shown(members: Sequence[Member], viewer: Viewer) -> list[list[str]]:
    """Return a row for each member who lets `viewer` see something, hidden fields left empty."""
    rows = [[str(getattr(one, name)) if visible(one, name, viewer) else "" for name in FIELDS] for one in members]
    return sorted(row for row in rows if any(row))
