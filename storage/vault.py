"""The table `secret`: what proves that the keys fit, and the keys that rotation leaves as they are.

- `canary`: a known word. Keys that do not open it are not those of this database.
- `index_key`: makes ids of accounts and look-ups unreadable (`storage.sealing.Cipher`).
- `instance_key`: makes codes out of ids (`storage.codes`).

All are sealed like every other column, so the table says nothing without the keys, and rotation seals them anew without
changing them: what is derived from them stays findable.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, column, delete, exists, insert, select, table

from bot.errors import ConfigError
from storage.audit_chain import ANCHOR, Anchor
from storage.keys import KEY_BYTES, VARIABLE, KeyPlace, Keys, Unsealable
from storage.models import Base, SecretRow
from storage.sealing import Cipher, Sealable, about

CANARY, INDEX_KEY, INSTANCE_KEY = "canary", "index_key", "instance_key"
WORD = "It sings."
NEXT = "canary.next"  # sealed with the newest key while a rotation is under way
_META = table("meta", column("name"), column("value"))
_SECRETS = table(SecretRow.__tablename__, column("name"), column("value"))  # as stored, nothing opened


@dataclass(frozen=True, repr=False)
class Vault:
    """What one database's secrets open."""

    cipher: Cipher
    instance_key: bytes


def unlock(connection: Connection, place: KeyPlace) -> Vault:
    """Return the secrets; a database that holds nothing yet gets them, and a file with a key where none is given.

    Raises:
        ConfigError: the keys are missing or do not fit; nothing was written.
    """
    return opened(connection, place) or _founded(connection, place, {})


def opened(connection: Connection, place: KeyPlace) -> Vault | None:
    """Return the secrets, None where there are none yet; nothing is written.

    Raises:
        ConfigError: the keys are missing or do not fit.
    """
    sealed = _rows(connection)
    keys = place.read()
    if not sealed:
        _refuse_what_is_sealed(connection)
        return None
    if keys is None:
        raise ConfigError(
            f"{VARIABLE}: this database is encrypted and its keys are missing; set it, or put {place.file} back"
        )
    found = {name: _open(keys, name, value, place) for name, value in sealed.items()}
    return Vault(Cipher(keys, bytes.fromhex(found[INDEX_KEY])), bytes.fromhex(found[INSTANCE_KEY]))


def found_vault(connection: Connection, place: KeyPlace, instance_key: str = "") -> Vault:
    """Make the secrets of a database that has none, around an `instance_key` in hexadecimal that it has already."""
    return _founded(connection, place, {INSTANCE_KEY: instance_key} if instance_key else {})


def seal_secret(connection: Connection, keys: Keys, name: str, text: str) -> None:
    """Store one secret more."""
    row = {"name": name, "value": keys.seal(text, _about(name))}
    connection.execute(insert(_SECRETS).values(**row))


def drop_secret(connection: Connection, name: str) -> None:
    connection.execute(delete(_SECRETS).where(_SECRETS.c.name == name))


def _founded(connection: Connection, place: KeyPlace, known: Mapping[str, str]) -> Vault:
    keys = place.read() or place.make()
    made = {CANARY: WORD, INDEX_KEY: secrets.token_hex(KEY_BYTES), INSTANCE_KEY: secrets.token_hex(KEY_BYTES), **known}
    for name, text in made.items():
        seal_secret(connection, keys, name, text)
    _anchor(connection, bytes.fromhex(made[INSTANCE_KEY]))
    return Vault(Cipher(keys, bytes.fromhex(made[INDEX_KEY])), bytes.fromhex(made[INSTANCE_KEY]))


def _anchor(connection: Connection, instance_key: bytes) -> None:
    """Begin the chain of the audit where none has begun."""
    if connection.scalar(select(exists().where(_META.c.name == ANCHOR))):
        return
    connection.execute(insert(_META).values(name=ANCHOR, value=Anchor().sealed(instance_key)))


def _open(keys: Keys, name: str, value: str, place: KeyPlace) -> str:
    try:
        return keys.open(value, _about(name))
    except Unsealable as error:
        raise ConfigError(
            f"{VARIABLE}: the keys of {place.name} do not open this database; put back those that it was made or last "
            f"rotated with, there or into {VARIABLE if place.name != VARIABLE else place.file}"
        ) from error


def _refuse_what_is_sealed(connection: Connection) -> None:
    """Make no new secrets for a database that lost its own.

    Raises:
        ConfigError: it holds rows that were sealed.
    """
    for one in Base.metadata.sorted_tables:
        sealed = [column for column in one.columns if isinstance(column.type, Sealable)]
        if sealed and connection.scalar(select(exists().select_from(one))):
            raise ConfigError(
                f"DATABASE_URL: the table secret is empty, {one.name} is not, and nothing can be read; restore a backup"
            )


def _rows(connection: Connection) -> dict[str, str]:
    return {row.name: row.value for row in connection.execute(select(_SECRETS))}


def _about(name: str) -> str:
    return about(SecretRow.__tablename__, "value", [name])
