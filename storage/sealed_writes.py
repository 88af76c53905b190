"""Seals what INSERT and UPDATE write, from the ORM and from Core, just before the statement runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from operator import eq
from typing import Any

from sqlalchemy import BinaryExpression, BindParameter, Connection, Engine, Insert, Table, Update, event

from storage.numbers import next_number
from storage.sealing import Ciphertext, Sealable, about, cipher_of


def seal_what_is_written(engine: Engine) -> None:
    """Seal the values of every INSERT and UPDATE that `engine` runs."""
    event.listen(engine, "before_execute", _seal, retval=True)


def _seal(
    connection: Connection, statement: Any, many: Any, one: Any, _options: Any
) -> tuple[Any, list[Any], dict[str, Any]]:
    if not isinstance(statement, Insert | Update) or not isinstance(statement.table, Table):
        return statement, many, one
    if any(isinstance(column.type, Sealable) for column in statement.table.columns):
        rows = _Rows(connection, statement.table, is_new=isinstance(statement, Insert))
        if statement._values:
            statement = _with_sealed_values(statement, rows)
        many, one = [rows.sealed(given) for given in many], rows.sealed(one)
    return statement, many, one


def _with_sealed_values(statement: Any, rows: _Rows) -> Any:
    """Return the statement with sealed values in place of those that its `values()` was given."""
    given = {getattr(key, "key", key): one for key, one in statement._values.items()}
    if isinstance(statement, Update):
        rows.refuse_new_key(given)
    plain = {str(key): one.value for key, one in given.items() if isinstance(one, BindParameter)}
    known = {**dict(_compared(statement)), **plain} if isinstance(statement, Update) else plain
    sealed = rows.sealed(known)
    changed = {name: one for name, one in sealed.items() if isinstance(one, Ciphertext) or name not in known}
    return statement.values(changed) if changed else statement


def _compared(statement: Update) -> Iterator[tuple[str, Any]]:
    """Yield the columns that the WHERE clause compares with one value, and that value."""
    for one in statement._where_criteria:
        is_equal = isinstance(one, BinaryExpression) and one.operator is eq and isinstance(one.right, BindParameter)
        if is_equal and one.right.value is not None:
            yield getattr(one.left, "key", ""), one.right.value


class _Rows:
    """The rows of one statement.

    Args:
        is_new: they are inserted, so that those without a number get one.
    """

    def __init__(self, connection: Connection, table: Table, *, is_new: bool) -> None:
        self._connection, self._table = connection, table
        self._columns: list[Any] = [column for column in table.columns if isinstance(column.type, Sealable)]
        self._counted = table.autoincrement_column if is_new else None
        self._key = [(column, column.key, str(column._label)) for column in table.primary_key]

    def sealed(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return `given` with sealed values in place of plain ones.

        Raises:
            TypeError: the row that they belong to cannot be known, or gets another primary key.
        """
        changed = dict(given)
        if any(given[new] != given[old] for _, new, old in self._key if new in given and old in given):
            self.refuse_new_key(given)
        plain = [one for one in self._columns if given.get(one.key) and not isinstance(given[one.key], Ciphertext)]
        if plain and self._counted is not None and changed.get(self._counted.key) is None:
            changed[self._counted.key] = next_number(self._connection, self._table, self._counted)
        for column in plain:
            place = about(self._table.name, column.name, [self._stored(changed, *one) for one in self._key])
            sealed = cipher_of(self._connection.dialect).keys.seal(column.type.plain(given[column.key]), place)
            changed[column.key] = Ciphertext(sealed)
        return changed

    def refuse_new_key(self, given: Mapping[Any, Any]) -> None:
        """Raise TypeError where a row would keep sealed values under another primary key, so that they never open."""
        if any(name in given for _, name, _ in self._key) and any(one.key not in given for one in self._columns):
            raise TypeError(f"{self._table.name}: insert the row under its new key and delete the old one instead")

    def _stored(self, given: Mapping[str, Any], column: Any, name: str, label: str) -> str:
        value = given.get(name, given.get(label))
        if value is None:
            raise TypeError(f"{self._table.name}: a sealed value needs the primary key of its row beside it")
        dialect = self._connection.dialect
        bind = column.type.dialect_impl(dialect).bind_processor(dialect)
        return str(bind(value) if bind else value)
