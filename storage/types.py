"""Column types that keep two databases alike: times with and without zone, text, words of an enumeration."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Generic, TypeVar

from sqlalchemy import DateTime, Dialect, Text
from sqlalchemy.types import TypeDecorator

from bot.errors import UserInputError
from bot.i18n import N_

E = TypeVar("E", bound=StrEnum)

UNSTORABLE = N_("The text holds a character that cannot be stored.")
TYPE_IT = N_("Please type it again instead of pasting it.")


class UtcDateTime(TypeDecorator[datetime]):
    """When something happened: aware in Python, UTC in the database. Naive values are refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value.isoformat()} has no time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


class WallClock(TypeDecorator[datetime]):
    """What the clock on the wall shows; its zone is another column. Aware values are refused."""

    impl = DateTime(timezone=False)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is not None:
            raise ValueError(f"{value.isoformat()} has a time zone")
        return value


class PlainText(TypeDecorator[str]):
    """Text that every database can hold: no NUL, no half of a surrogate pair.

    Source: PostgreSQL 18, section 8.3: the character with code zero cannot be stored; SQLite would take it.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        return None if value is None else checked_text(value)


class Word(TypeDecorator[E], Generic[E]):
    """A member of an enumeration, stored as its value."""

    impl = Text
    cache_ok = True

    def __init__(self, kind: type[E]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: E | None, _dialect: Dialect) -> str | None:
        return None if value is None else self.kind(value).value

    def process_result_value(self, value: str | None, _dialect: Dialect) -> E | None:
        return None if value is None else self.kind(value)


class Names(TypeDecorator[tuple[str, ...]]):
    """Several ids in one column, in order; none of them holds a space."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, _dialect: Dialect) -> str | None:
        return None if value is None else " ".join(value)

    def process_result_value(self, value: str | None, _dialect: Dialect) -> tuple[str, ...] | None:
        return None if value is None else tuple(value.split())


class Days(TypeDecorator[tuple[date, ...]]):
    """Several days in one column, in order."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[date, ...] | None, _dialect: Dialect) -> str | None:
        return None if value is None else " ".join(one.isoformat() for one in value)

    def process_result_value(self, value: str | None, _dialect: Dialect) -> tuple[date, ...] | None:
        return None if value is None else tuple(date.fromisoformat(one) for one in value.split())


class Values(TypeDecorator[Mapping[str, str]]):
    """What somebody typed, by input name, as JSON in ASCII: characters that text columns refuse are escaped."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Mapping[str, str] | None, _dialect: Dialect) -> str | None:
        return None if value is None else json.dumps(dict(value))

    def process_result_value(self, value: str | None, _dialect: Dialect) -> Mapping[str, str] | None:
        return None if value is None else dict(json.loads(value))


class Words(TypeDecorator[Sequence[str]]):
    """A list of words as JSON in ASCII."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Sequence[str] | None, _dialect: Dialect) -> str | None:
        return None if value is None else json.dumps(list(value))

    def process_result_value(self, value: str | None, _dialect: Dialect) -> Sequence[str] | None:
        return None if value is None else list(json.loads(value))


def checked_text(value: str) -> str:
    """Return the text as a plain `str`: drivers pick the encoding by exact type.

    Raises:
        UserInputError: it holds what cannot be stored.
    """
    text = str(value)
    if "\0" in text or not _encodes(text):
        raise UserInputError(UNSTORABLE, TYPE_IT)
    return text


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
