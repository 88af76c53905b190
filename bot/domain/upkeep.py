"""The database as its operator looks after it: where it is, what a check found, what a rotation of keys did."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from bot.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Place:
    """Where a database and its keys are.

    `url` is as DATABASE_URL holds it, `data_dir` the folder of what else is kept, `secret_keys` the keys of field
    encryption as HRC_SECRET_KEYS holds them, "" for the file in `data_dir`.
    """

    url: str
    data_dir: Path
    secret_keys: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Found:
    """What one check found; `said` holds the fix where it is not well."""

    subject: str
    is_well: bool
    said: str


@dataclass(frozen=True, slots=True)
class Rotated:
    """What was done: rows sealed anew, and values that none of the keys opens, as table and column."""

    rows: int
    unopened: tuple[str, ...]


def make_private_folder(folder: Path) -> None:
    """Make the folder and those above it that are missing, for this account alone.

    Raises:
        ConfigError: one of them cannot be made.
    """
    missing = [one for one in (folder.resolve(), *folder.resolve().parents) if not one.exists()]
    try:
        for one in reversed(missing):
            one.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise ConfigError(
            f"data_dir: {folder} cannot be made: {error.strerror}; name a folder that this account may write"
        ) from error
