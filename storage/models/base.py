"""What every row shares. What happened is aware UTC; what people plan is a wall clock beside the name of its zone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated

from sqlalchemy import (
    BigInteger,
    Integer,
    MetaData,
    text,
)
from sqlalchemy.orm import DeclarativeBase, mapped_column

from storage.models.sealed_rows import bind_to_key
from storage.sealing import AccountText, AddressHash, SealedText, SealedValues
from storage.types import PlainText, UtcDateTime

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
NUMBER = BigInteger().with_variant(Integer(), "sqlite")
NamedId = Annotated[int, mapped_column(NUMBER, primary_key=True, autoincrement=True)]
# What people are called, where they are, what they wrote: see docs/architecture.md, Encryption at rest.
Sealed = Annotated[str, mapped_column(SealedText)]
SealedMapping = Annotated[Mapping[str, str], mapped_column(SealedValues)]
AccountId = Annotated[str, mapped_column(AccountText)]  # who, or where in private: can be compared and joined
AddressIndex = Annotated[str, mapped_column(AddressHash)]  # an email address to look up by, never to read
NOTHING = text("''")  # the default of texts that older rows lack
NO_VALUES = text("'{}'")
NEVER_REUSED = {"sqlite_autoincrement": True}  # an id is part of a delivery's key


class Base(DeclarativeBase):
    """Base of every row; constraints are named, so that both databases can change them."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ix": "ix_%(table_name)s_%(column_0_name)s",
        }
    )
    type_annotation_map = {str: PlainText, datetime: UtcDateTime}  # noqa: RUF012 - SQLAlchemy's declaration


bind_to_key(Base)
