"""What migrations use to seal columns that hold clear values; every later column is sealed from its first row on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, bindparam, column, exists, inspect, select, table, update

from storage.sealing import about
from storage.vault import Vault

_BATCH = 500
_NOTHING = ("", "{}")  # an empty text, an empty mapping: both are stored as ""


def holds_rows(connection: Connection, names: Iterable[str]) -> bool:
    """Say whether one of the tables has a row."""
    return any(connection.scalar(select(exists().select_from(table(one)))) for one in names)


def seal_columns(
    connection: Connection, vault: Vault, name: str, *, sealed: tuple[str, ...] = (), accounts: tuple[str, ...] = ()
) -> None:
    """Seal what the table's columns hold: `sealed` by row, `accounts` alike everywhere."""
    keys: list[str] = inspect(connection).get_pk_constraint(name)["constrained_columns"]
    names = list(dict.fromkeys([*keys, *sealed, *accounts]))
    rows = table(name, *(column(one) for one in names))
    changed = update(rows).where(*(rows.c[one] == bindparam(f"old_{one}") for one in keys))
    changed = changed.values({one: bindparam(f"new_{one}") for one in (*sealed, *accounts)})
    found = [row._asdict() for row in connection.execute(select(rows))]
    for start in range(0, len(found), _BATCH):
        new = [_sealed(row, vault, name, keys, sealed, accounts) for row in found[start : start + _BATCH]]
        old = found[start : start + _BATCH]
        given = [
            {f"old_{one}": before[one] for one in keys} | {f"new_{one}": after[one] for one in (*sealed, *accounts)}
            for before, after in zip(old, new, strict=True)
        ]
        connection.execute(changed, given)


def _sealed(
    row: dict[str, Any], vault: Vault, name: str, keys: list[str], sealed: tuple[str, ...], accounts: tuple[str, ...]
) -> dict[str, Any]:
    cipher = vault.cipher
    row = row | {one: cipher.account(row[one]) for one in accounts if row[one]}
    identity = [str(row[one]) for one in keys]
    texts = {one: row[one] for one in sealed if row[one] is not None}
    kept = {one: "" for one, text in texts.items() if text in _NOTHING}
    made = {
        one: cipher.keys.seal(text, about(name, one, identity)) for one, text in texts.items() if text not in _NOTHING
    }
    return row | kept | made
