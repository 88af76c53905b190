"""Sealed values as they stand in the tables, row by row: for rotation and checks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, column, func, or_, select, table, update

from storage.keys import HEAD_CHARS, Keys
from storage.models import Base, SecretRow
from storage.sealing import Sealable, about


@dataclass(frozen=True, slots=True)
class RawTable:
    """A table with sealed columns, nothing of it opened."""

    name: str
    keys: tuple[str, ...]
    columns: tuple[str, ...]

    def rows(
        self, connection: Connection, where: ColumnElement[bool] | None = None, *, locks: bool = False
    ) -> list[dict[str, Any]]:
        """Return the key and the sealed values of each row; with `locks` nobody else changes it meanwhile."""
        names = dict.fromkeys((*self.keys, *self.columns))
        wanted: Any = select(*(column(one) for one in names)).select_from(table(self.name))
        wanted = wanted if where is None else wanted.where(where)
        found = connection.execute(wanted.with_for_update() if locks else wanted)
        return [dict(row) for row in found.mappings()]

    def old_keys(self, connection: Connection, head: str) -> list[tuple[Any, ...]]:
        """Return the primary keys of rows that hold a value which the key with this `head` did not seal."""
        wanted: Any = select(*(column(one) for one in self.keys)).select_from(table(self.name))
        wanted = wanted.where(self.is_old(head))
        return [tuple(row) for row in connection.execute(wanted)]

    def is_old(self, head: str) -> ColumnElement[bool]:
        return or_(*(_is_old(column(one), head) for one in self.columns))

    def is_row(self, key: tuple[Any, ...]) -> ColumnElement[bool]:
        return and_(*(column(name) == value for name, value in zip(self.keys, key, strict=True)))

    def about(self, row: dict[str, Any], name: str) -> str:
        """Return what the value of the column `name` is bound to."""
        return about(self.name, name, [str(row[one]) for one in self.keys])

    def store(self, connection: Connection, key: tuple[Any, ...], values: dict[str, str]) -> None:
        connection.execute(update(table(self.name, *map(column, self.columns))).where(self.is_row(key)).values(values))

    def sealed_again(self, row: dict[str, Any], keys: Keys) -> dict[str, str]:
        """Return the values that an older key sealed, sealed with the newest one.

        Raises:
            Unsealable: none of the keys opens one of them in its row.
        """
        old = {name: row[name] for name in self.columns if row[name] and not row[name].startswith(keys.heads[0])}
        opened = {name: keys.open(value, self.about(row, name)) for name, value in old.items()}
        return {name: keys.seal(text, self.about(row, name)) for name, text in opened.items()}


def raw_tables() -> Iterator[RawTable]:
    """Yield the tables with sealed columns, the one of the installation's own keys last."""
    for one in sorted(Base.metadata.tables.values(), key=lambda one: (one.name == SecretRow.__tablename__, one.name)):
        columns = tuple(each.name for each in one.columns if isinstance(each.type, Sealable))
        if columns:
            yield RawTable(one.name, tuple(each.name for each in one.primary_key), columns)


def _is_old(one: Any, head: str) -> ColumnElement[bool]:
    is_old: ColumnElement[bool] = (one != "") & (func.substr(one, 1, HEAD_CHARS) != head)
    return is_old
