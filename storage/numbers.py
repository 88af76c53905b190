"""Numbers for rows, known before they are stored."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Table, func, select, text


def next_number(connection: Connection, table: Table, key: Any) -> int:
    """Return a number that no row has and that none will be given.

    Source: SQLite, "Autoincrement": sqlite_sequence is an ordinary table that applications may change.
    """
    if connection.dialect.name == "postgresql":
        drawn: int = connection.scalars(select(func.nextval(func.pg_get_serial_sequence(table.name, key.name)))).one()
        return drawn
    name = {"name": table.name}
    last = connection.scalar(text("SELECT seq FROM sqlite_sequence WHERE name = :name"), name)
    number = max(last or 0, connection.scalar(select(func.max(key))) or 0) + 1
    change = "INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :number)"
    if last is not None:
        change = "UPDATE sqlite_sequence SET seq = :number WHERE name = :name"
    connection.execute(text(change), {**name, "number": number})
    return number
