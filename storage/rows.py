"""From row to entity and back, and what both databases say differently."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import CursorResult, Executable, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.times import WallTime, Zone
from storage.models import Base

T = TypeVar("T")


def values_of(entity: Any, apart: Collection[str] = ()) -> dict[str, Any]:
    """Return the entity's fields by name, without those that are stored `apart`."""
    return {one.name: getattr(entity, one.name) for one in fields(entity) if one.name not in apart}


def entity_of(kind: type[T], row: Any, **apart: Any) -> T:
    """Return an entity whose fields are the row's columns of the same name, but for those given `apart`."""
    names = [one.name for one in fields(kind) if one.name not in apart]  # type: ignore[arg-type]  # entities are dataclasses
    return kind(**{name: getattr(row, name) for name in names}, **apart)


def update_row(row: Base, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, value)


def wall_time(local: datetime | None, zone: str | None) -> WallTime | None:
    return None if local is None or zone is None else WallTime(local, Zone(zone))


def is_postgres(session: AsyncSession) -> bool:
    return session.get_bind().dialect.name == "postgresql"


def insert_into(session: AsyncSession, row: type[Base]) -> sqlite.Insert | postgresql.Insert:
    """Return an INSERT that knows `on_conflict_do_nothing` and `on_conflict_do_update`."""
    table = row.__table__
    if not isinstance(table, Table):
        raise TypeError(f"{row.__name__} is no table")
    return postgresql.insert(table) if is_postgres(session) else sqlite.insert(table)


async def run(session: AsyncSession, statement: Executable) -> int:
    """Run an UPDATE or DELETE and return how many rows it touched."""
    result = await session.execute(statement.execution_options(preserve_rowcount=True))
    return result.rowcount if isinstance(result, CursorResult) else 0
