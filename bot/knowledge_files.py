"""Published topics written into a content folder, for the operator to look through and commit."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from pathlib import Path

from bot.errors import ConfigError

_ID = re.compile(r"^  - id: (\S+)$", re.MULTILINE)  # of a topic, as an export writes it


def write_files(files: Mapping[str, str], folder: Path) -> list[Path]:
    """Write texts by file name below `folder`, each whole or not at all, and return where they are.

    Raises:
        ConfigError: a file cannot be written.
    """
    return [_written(folder / name, text) for name, text in files.items()]


def remove_files(withdrawn: Collection[str], folder: Path, but: Collection[Path]) -> list[Path]:
    """Delete files of an earlier export that hold nothing but withdrawn topics, and return where they were.

    Args:
        withdrawn: ids of topics.
        but: files that were written just now.
    Raises:
        ConfigError: a file cannot be deleted.
    """
    earlier = [one for one in sorted((folder / "topics").glob("asked-*.yaml")) if one not in but]
    gone = [one for one in earlier if (ids := _ids_in(one)) and ids <= set(withdrawn)]
    for path in gone:
        _removed(path)
    return gone


def _ids_in(path: Path) -> set[str]:
    try:
        return set(_ID.findall(path.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return set()


def _removed(path: Path) -> None:
    try:
        path.unlink()
    except OSError as error:
        raise ConfigError(f"{path} cannot be deleted ({error.strerror}); delete it yourself") from None


def _written(path: Path, text: str) -> Path:
    beside = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        raise ConfigError(f"{path} cannot be written ({error.strerror}); name a folder of your own") from None
    return path
