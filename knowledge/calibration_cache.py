"""Keeps fitted calibrations between starts, one small JSON file for each (bank, engine, precision)."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from knowledge.abstention import Calibration

_PREFIX: Final = "calibration-"
_KEPT: Final = 4


def cached(folder: Path | None, key: str, make: Callable[[], Calibration]) -> Calibration:
    """Return the calibration stored under `key`, else make it and store it.

    A file that cannot be read, or is not what was written, counts as absent. A folder that cannot be written is
    no error: the next start fits again.
    """
    if folder is None:
        return make()
    path = folder / f"{_PREFIX}{key}.json"
    found = _read(path)
    if found is None:
        found = make()
        with contextlib.suppress(OSError):
            _write(path, found)
    return found


def _read(path: Path) -> Calibration | None:
    try:
        held: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        means, scales, weights = (tuple(map(float, held[name])) for name in ("means", "scales", "weights"))
        names = tuple(map(str, held["names"]))
        if not len(names) == len(means) == len(scales) == len(weights) - 1:
            return None
        return Calibration(names, means, scales, weights, float(held["answer_from"]), float(held["unsure_from"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write(path: Path, calibration: Calibration) -> None:
    """Write whole or not at all, and drop the oldest files of other banks."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}.tmp")
    draft.write_text(json.dumps(asdict(calibration)), encoding="utf-8")
    draft.replace(path)
    files = sorted(path.parent.glob(f"{_PREFIX}*.json"), key=lambda file: file.stat().st_mtime, reverse=True)
    for old in files[_KEPT:]:
        old.unlink(missing_ok=True)
