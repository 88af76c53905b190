"""Retrieval figures: `python -m tests.bench.bench_retrieval [--json]`. Printed, never asserted.

CLINC150 (Larson et al., 2019, CC BY 3.0) is read in place beside the checkout where it is there.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

from knowledge.evaluate import Evaluation, evaluate, lines, read_questions
from knowledge.index import Index, build_index, index_of
from knowledge.loader import load_bank
from knowledge.scoring import Phrase

T = TypeVar("T")
CHECKOUT = Path(__file__).parents[2]
CLINC150 = CHECKOUT.parent / "shared" / "eval" / "clinc150"
OWN = CHECKOUT / "tests" / "knowledge" / "questions.jsonl"


def own_bank() -> dict[str, Any]:
    """Start-up and answering on the packaged bank and our own questions."""
    figures: dict[str, Any] = {}
    bank, figures["load_ms"] = timed(load_bank)
    with tempfile.TemporaryDirectory() as folder:
        index, figures["index_ms"] = timed(lambda: build_index(bank, cache_folder=Path(folder)))
        _, figures["index_cached_ms"] = timed(lambda: build_index(bank, cache_folder=Path(folder)))
    figures["phrasings"] = len(index.matcher.phrases)
    figures["memory_mb"] = memory_mb(lambda: build_index(bank))
    questions = read_questions(OWN)
    for lang in ("en", "es"):
        figures[lang] = evaluate(index, [question for question in questions if question.lang == lang])
    return figures


def clinc150() -> dict[str, Any]:
    """Ranking and abstention on CLINC150: development and test questions; empty where it is absent."""
    if not CLINC150.is_dir():
        return {}
    index = clinc_index(CLINC150)
    return {name: evaluate(index, read_questions(CLINC150 / f"{name}.jsonl")) for name in ("dev", "queries")}


def clinc_index(folder: Path) -> Index:
    """Return the index of CLINC150's 150 intents."""
    rows = [json.loads(line) for line in (folder / "bank.jsonl").read_text(encoding="utf-8").splitlines()]
    return index_of({row["id"]: [Phrase.of(text, "en") for text in row["variants"]] for row in rows})


def timed(make: Callable[[], T]) -> tuple[T, float]:
    """Return what `make` made and the milliseconds it took."""
    start = time.perf_counter()
    made = make()
    return made, 1000 * (time.perf_counter() - start)


def memory_mb(make: Callable[[], object]) -> float:
    """Return what is held after `make`, in MB."""
    tracemalloc.start()
    kept = make()
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    del kept
    return held / 1e6


def main(arguments: list[str]) -> None:
    """Print the figures."""
    figures = {"own bank": own_bank(), "clinc150": clinc150()}
    if "--json" in arguments:
        print(json.dumps(figures, default=asdict, indent=2))
        return
    for name, part in figures.items():
        print(name if part else f"{name}: not beside this checkout, left out")
        for key, value in part.items():
            print_figure(key, value)


def print_figure(key: str, value: Evaluation | float) -> None:
    """Print one figure, or the lines of an evaluation."""
    if isinstance(value, Evaluation):
        print(f"  {key}")
        print("\n".join(f"    {line}" for line in lines(value)))
    else:
        print(f"  {key}: {value:.1f}")


if __name__ == "__main__":
    main(sys.argv[1:])
