"""Announcements and the texts of their revisions."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.announcements import Announcement, Audience, Only, State
from bot.errors import Conflict, NotFound
from storage.failures import CHANGED, LOOK_AGAIN, REMOVED
from storage.models import AnnouncementRevRow, AnnouncementRow
from storage.rows import entity_of, update_row, values_of, wall_time

_TEXTS = ("title", "message", "message_es")


class Announcements:
    """
    Args:
        locks: rows that are read are kept from change until the unit of work ends.
    """

    def __init__(self, session: AsyncSession, *, locks: bool) -> None:
        self._session = session
        self._locks = locks

    async def add(self, announcement: Announcement) -> Announcement:
        row = AnnouncementRow(**_columns(announcement))
        self._session.add(row)
        await self._session.flush()
        stored = replace(announcement, id=row.id)
        await self._add_texts(stored)
        return stored

    async def save(self, announcement: Announcement) -> Announcement:
        """Store a changed one; a text that differs needs the next revision, since stored texts never change.

        Raises:
            NotFound: there is none with that id.
            Conflict: somebody else changed it since it was read.
        """
        found = await self._stored(announcement.id)
        if found is None:
            raise NotFound(REMOVED)
        row, texts = found
        step = announcement.revision - row.revision
        if step not in {0, 1} or (step == 0 and _texts(texts) != _texts(announcement)):
            raise Conflict(CHANGED, LOOK_AGAIN)
        update_row(row, _columns(announcement))
        await self._session.flush()
        if step:
            await self._add_texts(announcement)
        return announcement

    async def get(self, announcement_id: int) -> Announcement | None:
        found = await self._stored(announcement_id)
        return _announcement(*found) if found else None

    async def recent(self, workspace_id: str = "", limit: int = 10) -> tuple[Announcement, ...]:
        wanted = _current().order_by(AnnouncementRow.id.desc()).limit(limit)
        if workspace_id:
            wanted = wanted.where(AnnouncementRow.workspace_id == workspace_id)
        return tuple(_announcement(row, texts) for row, texts in await self._session.execute(wanted))

    async def same_text_since(self, announcement: Announcement, since: datetime) -> Announcement | None:
        wanted = _current().where(
            AnnouncementRow.id != announcement.id,
            AnnouncementRow.state == State.SENT,
            AnnouncementRow.sent_at >= since,
            AnnouncementRow.audience == announcement.audience,
        )
        if announcement.audience is Audience.CHAPTER:
            wanted = wanted.where(AnnouncementRow.workspace_id == announcement.workspace_id)
        newest = await self._session.execute(wanted.order_by(AnnouncementRow.id.desc()))
        alike = (_announcement(row, texts) for row, texts in newest if _texts(texts) == _texts(announcement))
        return next(alike, None)

    async def with_an_end(self) -> tuple[Announcement, ...]:
        ends = (AnnouncementRow.state == State.SENT, AnnouncementRow.until_local.is_not(None))
        found = await self._session.execute(_current().where(*ends).order_by(AnnouncementRow.id))
        return tuple(_announcement(row, texts) for row, texts in found)

    async def _stored(self, announcement_id: int) -> tuple[AnnouncementRow, AnnouncementRevRow] | None:
        wanted = _current().where(AnnouncementRow.id == announcement_id)
        if self._locks:
            wanted = wanted.with_for_update(of=AnnouncementRow).execution_options(populate_existing=True)
        found = (await self._session.execute(wanted)).first()
        return (found[0], found[1]) if found else None

    async def _add_texts(self, announcement: Announcement) -> None:
        texts = dict(zip(_TEXTS, _texts(announcement), strict=True))
        self._session.add(AnnouncementRevRow(announcement_id=announcement.id, revision=announcement.revision, **texts))
        await self._session.flush()


def _current() -> Select[AnnouncementRow, AnnouncementRevRow]:
    """Return the query of announcements beside the texts of their current revisions."""
    texts = AnnouncementRevRow
    same = and_(texts.announcement_id == AnnouncementRow.id, texts.revision == AnnouncementRow.revision)
    return select(AnnouncementRow, texts).join(texts, same)


def _texts(one: Announcement | AnnouncementRevRow) -> tuple[str, ...]:
    return tuple(getattr(one, name) for name in _TEXTS)


def _columns(announcement: Announcement) -> dict[str, Any]:
    columns = values_of(announcement, apart=("id", "when", "until", "only", *_TEXTS))
    for name in ("when", "until"):
        time = getattr(announcement, name)
        columns |= {f"{name}_local": time.local if time else None, f"{name}_zone": time.zone if time else None}
    return columns | {f"only_{name}": value for name, value in values_of(announcement.only).items()}


def _announcement(row: AnnouncementRow, texts: AnnouncementRevRow) -> Announcement:
    words = dict(zip(_TEXTS, _texts(texts), strict=True))
    only = Only(**{one.name: getattr(row, f"only_{one.name}") for one in fields(Only)})
    times = {name: wall_time(getattr(row, f"{name}_local"), getattr(row, f"{name}_zone")) for name in ("when", "until")}
    return entity_of(Announcement, row, only=only, **times, **words)
