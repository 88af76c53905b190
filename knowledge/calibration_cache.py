"""Keeps fitted calibrations between starts, one small JSON file for each (bank, engine, precision).

Those of the packaged content come with the release (`make calibrate` writes them), so that a first start fits nothing.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from knowledge.abstention import Calibration
from knowledge.matching import EVIDENCE

SHIPPED: Final = Path(__file__).parent / "calibrations"
_PREFIX: Final = "calibration-"
_KEPT: Final = 4


def stored(folder: Path | None, key: str) -> Calibration | None:
    """Return the calibration stored under `key`; a file that is not what was written counts as absent."""
    found = _read(_path(folder, key)) if folder else None
    return found[1] if found else None


def shipped(engine: str, key: str | None = None) -> Calibration | None:
    """Return the calibration that comes with this release for an engine, with `key` only one for these questions."""
    found = _read(SHIPPED / f"{engine}.json")
    return found[1] if found and found[1].names == EVIDENCE and key in (None, found[0]) else None


def cached(folder: Path | None, key: str, make: Callable[[], Calibration]) -> Calibration:
    """Make a calibration and store it; a folder that cannot be written is no error: the next start fits again."""
    made = make()
    if folder:
        with contextlib.suppress(OSError):
            _write(_path(folder, key), key, made)
            _drop_oldest(folder)
    return made


def ship(engine: str, key: str, made: Calibration) -> Path:
    """Write what `shipped` reads, and return where."""
    path = SHIPPED / f"{engine}.json"
    _write(path, key, made)
    return path


def _path(folder: Path, key: str) -> Path:
    return folder / f"{_PREFIX}{key}.json"


def _read(path: Path) -> tuple[str, Calibration] | None:
    """Return the key that a calibration was written under, and the calibration."""
    try:
        held: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        means, scales, weights = (tuple(map(float, held[name])) for name in ("means", "scales", "weights"))
        names = tuple(map(str, held["names"]))
        if not len(names) == len(means) == len(scales) == len(weights) - 1:
            return None
        limits = float(held["answer_from"]), float(held["unsure_from"])
        return str(held["key"]), Calibration(names, means, scales, weights, *limits)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write(path: Path, key: str, calibration: Calibration) -> None:
    """Write whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}.tmp")
    draft.write_text(json.dumps({"key": key, **asdict(calibration)}), encoding="utf-8")
    draft.replace(path)


def _drop_oldest(folder: Path) -> None:
    files = sorted(folder.glob(f"{_PREFIX}*.json"), key=lambda file: file.stat().st_mtime, reverse=True)
    for old in files[_KEPT:]:
        old.unlink(missing_ok=True)
