"""The rows that belong to a person, found, erased and moved as `bot.domain.holdings` describes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.holdings import PERSONAL, Goes, Holding
from bot.domain.records import PERSON
from bot.domain.subscriptions import subscription_id
from bot.errors import Conflict
from storage.models import AuditPersonRow, Base
from storage.rows import run

ANOTHER = "somebody else"
WITHHELD = "not told"
People = tuple[str, ...]  # a member's id, the ids of the accounts, references to them


@cache
def row_of(table: str) -> type[Base]:
    """Return the class of the table's rows.

    Raises:
        LookupError: there is no such table.
    """
    for mapper in Base.registry.mappers:
        if mapper.local_table.name == table:  # type: ignore[attr-defined]  # ours are mapped to tables
            return mapper.class_
    raise LookupError(table)


async def people_of(session: AsyncSession, member_id: str, users: tuple[str, ...]) -> People:
    """Return every id under which rows about the person may stand.

    Args:
        member_id: "" for somebody who has not joined.
        users: the accounts, and the ids under which the person gets mail.
    """
    refs = await session.scalars(select(AuditPersonRow.ref).where(AuditPersonRow.user_id.in_(users)))
    acts = [name for ref in refs for name in (ref, PERSON + ref)]
    subscriptions = [one for one in map(subscription_id, users) if one]
    return (*((member_id,) if member_id else ()), *users, *acts, *subscriptions)


def belongs_to(holding: Holding, people: People, apart: tuple[str, ...] = ()) -> ColumnElement[bool]:
    """Return the condition of rows that name one of `people`, in any column but those `apart`."""
    row = row_of(holding.table)
    return or_(*(getattr(row, name).in_(people) for name in holding.names if name not in apart))


async def counted(session: AsyncSession, people: People) -> dict[str, int]:
    """Return table to how many rows belong to the person, without those that have none."""
    counts = {}
    for one in PERSONAL:
        wanted = select(func.count()).select_from(row_of(one.table)).where(belongs_to(one, people))
        counts[one.table] = await session.scalar(wanted) or 0
    return {table: count for table, count in counts.items() if count}


async def rows_of(session: AsyncSession, people: People) -> dict[str, tuple[dict[str, Any], ...]]:
    """Return table to the person's rows, each as column to value, in the order of their keys."""
    found = {}
    for one in PERSONAL:
        row = row_of(one.table)
        names = [column.key for column in row.__mapper__.column_attrs]
        wanted = select(row).where(belongs_to(one, people)).order_by(*row.__mapper__.primary_key)
        rows = await session.scalars(wanted.execution_options(populate_existing=True))
        found[one.table] = tuple(
            {name: _told(one, name, getattr(each, name), people) for name in names} for each in rows
        )
    return found


def _told(holding: Holding, name: str, value: Any, people: People) -> Any:
    """Return the value; nothing of a secret, ANOTHER in place of an id that is not the person's to have."""
    if name in holding.withheld:
        return WITHHELD
    names_another = name in (*holding.names, *holding.moves) and value and value not in people
    return ANOTHER if names_another and holding.meaning(name) else value


async def erase(session: AsyncSession, people: People) -> None:
    """Delete the person's rows, or take the person out of those that stay."""
    for one in PERSONAL:
        row = row_of(one.table)
        if one.goes is Goes.ROWS:
            await run(session, delete(row).where(belongs_to(one, people, one.emptied)))
        for name in one.names if one.goes is Goes.NAME else one.emptied:
            await run(session, update(row).where(getattr(row, name).in_(people)).values({name: ""}))


async def move(session: AsyncSession, old: People, member_id: str) -> None:
    """Give the member what stood under `old`; where the member has such a row already, that of the member stays."""
    for one, name in _moving():
        row = row_of(one.table)
        for person in old:
            rows = (await session.scalars(select(row).where(getattr(row, name) == person))).all()
            for each in rows:
                await _move(session, each, name, member_id)


def _moving() -> Iterator[tuple[Holding, str]]:
    return ((one, name) for one in PERSONAL for name in one.moves)


async def _move(session: AsyncSession, row: Base, name: str, member_id: str) -> None:
    try:
        async with session.begin_nested():
            setattr(row, name, member_id)
            await session.flush()
    except Conflict:
        await session.refresh(row)
        await session.delete(row)
        await session.flush()


Rows = Mapping[str, tuple[Mapping[str, Any], ...]]
