"""Published topics written into a content folder, for the operator to look through and commit."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bot.errors import ConfigError


def write_files(files: Mapping[str, str], folder: Path) -> list[Path]:
    """Write texts by file name below `folder`, each whole or not at all, and return where they are.

    Raises:
        ConfigError: a file cannot be written.
    """
    return [_written(folder / name, text) for name, text in files.items()]


def _written(path: Path, text: str) -> Path:
    beside = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        raise ConfigError(f"{path} cannot be written ({error.strerror}); name a folder of your own") from None
    return path
