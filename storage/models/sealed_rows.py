"""What the ORM does with rows whose sealed columns are bound to their primary key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Table, event, inspect
from sqlalchemy.orm import Mapper
from sqlalchemy.orm.attributes import flag_modified

from storage.numbers import next_number
from storage.sealing import Sealable


def bind_to_key(base: type[Any]) -> None:
    """Number new rows of `base`'s classes before they are stored, and seal a row anew when its key changes."""
    event.listen(base, "before_insert", _number, propagate=True)
    event.listen(base, "before_update", _seal_again, propagate=True)


def _number(mapper: Mapper[Any], connection: Connection, row: Any) -> None:
    table = mapper.local_table
    if isinstance(table, Table) and any(_sealed(mapper)):
        key = table.autoincrement_column
        if key is not None and getattr(row, key.key) is None:
            setattr(row, key.key, next_number(connection, table, key))


def _seal_again(mapper: Mapper[Any], _connection: Connection, row: Any) -> None:
    attributes = inspect(row).attrs
    if any(attributes[mapper.get_property_by_column(one).key].history.has_changes() for one in mapper.primary_key):
        for name in _sealed(mapper):
            getattr(row, name)  # what is not loaded cannot be written again
            flag_modified(row, name)


def _sealed(mapper: Mapper[Any]) -> Iterator[str]:
    """Yield the names of the attributes that are sealed."""
    return (one.key for one in mapper.column_attrs if isinstance(one.columns[0].type, Sealable))
