"""Writes the calibrations that come with a release: `make calibrate`, after the content or the search has changed."""

from __future__ import annotations

import tempfile
from pathlib import Path

from knowledge.calibration_cache import ship
from knowledge.engines import engine_of
from knowledge.index import build_index, calibration_key
from knowledge.loader import load_bank


def main() -> None:
    """Fit every engine to the packaged content, as a first start without these files would."""
    bank = load_bank()
    with tempfile.TemporaryDirectory() as folder:
        for name in ("lexical", "hybrid"):
            engine = engine_of(name, cache_folder=Path(folder))
            index = build_index(bank, engine, cache_folder=Path(folder))
            print(ship(name, calibration_key(bank, engine), index.calibration).name)


if __name__ == "__main__":
    main()
