"""Column types whose values the database cannot read, and how an engine gets the keys for them.

- `Sealed`, `SealedValues`: AES-GCM under a random nonce, bound to table, column and row. A SELECT brings the row's
  identity along with the value, an INSERT or UPDATE is sealed just before it runs. Nothing to search by.
- `AccountId`: AES-SIV, alike for the same account everywhere, so `==`, joins and unique constraints go on working.
- `AddressIndex`: a keyed hash of an email address, to look it up by; it cannot be read back.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import unicodedata
from abc import abstractmethod
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Generic, TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from sqlalchemy import (
    ColumnElement,
    Dialect,
    Engine,
    Table,
    Text,
    cast,
    literal_column,
    type_coerce,
)
from sqlalchemy.types import TypeDecorator

from storage.keys import Keys, Unsealable, derived
from storage.types import checked_text

V = TypeVar("V")

_CIPHER = "hrc_cipher"
_SIV_BYTES = 64  # Source: RFC 5297: AES-256 in SIV mode takes two keys of 32 bytes
_MARK = "@"  # no id of ours begins so
_KEPT = 4096  # accounts are few and asked for again and again


class Cipher:
    """Seals and opens for one database.

    Args:
        keys: for what is sealed; rotation replaces them.
        index_key: random bytes of this database, for ids and look-ups; it outlives every rotation.
    """

    def __init__(self, keys: Keys, index_key: bytes) -> None:
        self.keys = keys
        self._siv = AESSIV(derived(index_key, "account", _SIV_BYTES))
        self._addresses = derived(index_key, "address")
        self.account = lru_cache(_KEPT)(self._account)
        self.account_of = lru_cache(_KEPT)(self._account_of)

    def address(self, text: str) -> str:
        """Return the keyed hash of an email address, alike for every way to write the same one."""
        normal = unicodedata.normalize("NFKC", text).strip().casefold()
        return hmac.new(self._addresses, normal.encode(), hashlib.sha256).hexdigest() if normal else ""

    def _account(self, text: str) -> str:
        """Return the stored form of an id that has a platform in front; ids of ours have none and stay."""
        if ":" not in text:
            return text
        return _MARK + base64.urlsafe_b64encode(self._siv.encrypt(text.encode(), None)).rstrip(b"=").decode()

    def _account_of(self, stored: str) -> str:
        if not stored.startswith(_MARK):
            return stored
        try:
            raw = base64.urlsafe_b64decode(stored[1:] + "=" * (-(len(stored) - 1) % 4))
            return self._siv.decrypt(raw, None).decode()
        except (InvalidTag, ValueError) as error:
            raise Unsealable("an account's id cannot be opened with the key of this database") from error


def give_cipher(engine: Engine, cipher: Cipher) -> None:
    """Let every connection of `engine` seal and open with `cipher`."""
    setattr(engine.dialect, _CIPHER, cipher)


def cipher_of(dialect: Dialect) -> Cipher:
    found = getattr(dialect, _CIPHER, None)
    if not isinstance(found, Cipher):
        raise TypeError("this engine was given no keys, so it reads and writes no sealed column")
    return found


class Sealable(TypeDecorator[V], Generic[V]):
    """What `Sealed` and `SealedValues` share. What is empty stays empty, so that one can ask for `!= ""`."""

    impl = Text
    cache_ok = True

    @abstractmethod
    def plain(self, value: Any) -> str:
        """Return the value as the text that is sealed."""

    @abstractmethod
    def value(self, text: str) -> V:
        """Return the value that `plain` made text of."""

    def process_bind_param(self, value: Any, _dialect: Dialect) -> str | None:
        if value is None or isinstance(value, Ciphertext) or not value:
            return None if value is None else str(value or "")
        raise TypeError(
            "a sealed column is written by the ORM, by insert(), or by update() where the primary key == one value; it "
            "is compared with nothing but ''; see docs/architecture.md, Encryption at rest"
        )

    def process_result_value(self, value: str | None, dialect: Dialect) -> V | None:
        if value is None:
            return None
        about, _, sealed = value.rpartition("|")
        return self.value(cipher_of(dialect).keys.open(sealed, about) if sealed else "")

    def column_expression(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """Return "table|column|row|value" in place of the column."""
        (base, *_) = column.base_columns
        found = [getattr(column, "table", None), getattr(base, "table", None)]
        if not isinstance(found[1], Table):
            raise TypeError("a sealed column is selected as it stands, not inside of another expression")
        names = [one.key for one in found[1].primary_key]
        whole: ColumnElement[Any] = literal_column(f"'{found[1].name}|{getattr(base, 'name', '')}|'")
        for name in names:
            key = found[0].c[name]  # type: ignore[union-attr]  # a sealed column stands in a table or its alias
            whole = whole.op("||")(cast(key, Text)).op("||")(literal_column("'|'"))
        return type_coerce(whole.op("||")(type_coerce(column, Text)), self)


class SealedText(Sealable[str]):
    """A text that only whoever has the keys can read."""

    cache_ok = True

    def plain(self, value: Any) -> str:
        return checked_text(value)

    def value(self, text: str) -> str:
        return text


class SealedValues(Sealable[Mapping[str, str]]):
    """Texts by name that only whoever has the keys can read."""

    cache_ok = True

    def plain(self, value: Any) -> str:
        return json.dumps(dict(value))

    def value(self, text: str) -> Mapping[str, str]:
        return dict(json.loads(text)) if text else {}


class AccountText(TypeDecorator[str]):
    """An id with a platform in front, of a person or of a place; ids without one are ours, random, and stay clear."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else cipher_of(dialect).account(checked_text(value)) if value else ""

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else cipher_of(dialect).account_of(value) if value else ""


class AddressHash(TypeDecorator[str]):
    """An email address to look up by: written and compared as the address, stored as its keyed hash."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else cipher_of(dialect).address(checked_text(value)) if value else ""


class Ciphertext(str):
    """A value that is sealed already."""

    __slots__ = ()


def about(table: str, column: str, identity: list[str]) -> str:
    """Return what a value is bound to; `identity` is the row's primary key as it is stored."""
    return "|".join((table, column, *identity))
