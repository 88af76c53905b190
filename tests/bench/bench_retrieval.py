"""Retrieval figures of every engine: `python -m tests.bench.bench_retrieval [--json]`. Printed, never asserted.

CLINC150 (Larson et al., 2019, CC BY 3.0) is read in place beside the checkout where it is there. Each engine has a
process of its own, so that memory and imports are its own too.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

from bot.memory import give_back
from knowledge.engines import engine_of
from knowledge.evaluate import evaluate, read_questions
from knowledge.index import Index, build_index, index_of
from knowledge.loader import load_bank
from knowledge.scoring import Engine, Phrase

T = TypeVar("T")
ENGINES = ("lexical", "hybrid")
CHECKOUT = Path(__file__).parents[2]
CLINC150 = CHECKOUT.parent / "shared" / "eval" / "clinc150"
OWN = CHECKOUT / "tests" / "eval" / "questions.jsonl"
FACTS = CHECKOUT / "tests" / "eval" / "facts.jsonl"


def figures_of(wanted: Any) -> dict[str, Any]:
    """Return every figure of one engine; the part of CLINC150 is missing where the set is."""
    with tempfile.TemporaryDirectory() as folder:
        cache = Path(folder)
        found: dict[str, Any] = {"own bank": own_bank(wanted, cache)}
        if CLINC150.is_dir():
            engine = engine_of(wanted, cache_folder=cache)
            found |= {f"clinc150 {name}": clinc150(engine, name) for name in ("dev", "queries")}
            found["500 texts"] = five_hundred(engine)
    return found


def own_bank(wanted: Any, cache: Path) -> dict[str, Any]:
    """Start-up, memory and answering on the packaged bank and our own questions."""
    bank, before = load_bank(), resident_mb()  # the bot gives back what building took, so the figure does too
    figures: dict[str, Any] = {}
    index, figures["cold_start_s"] = timed(lambda: ready(bank, wanted, cache))
    give_back()
    figures["resident_mb"] = resident_mb() - before
    figures["phrasings"] = len(index.matcher.phrases)
    for name, file in (("questions", OWN), ("facts", FACTS)):
        questions = read_questions(file)
        for lang in ("en", "es"):
            some = [one for one in questions if one.lang == lang]
            figures[f"{name}, {lang}"] = asdict(evaluate(index, some, bank.topics))
    del index
    _, figures["warm_start_s"] = timed(lambda: ready(bank, wanted, cache))
    return figures


def ready(bank: Any, wanted: Any, cache: Path) -> Index:
    """Return an index that has answered its first question, which waits for weights still loading."""
    index = build_index(bank, engine_of(wanted, cache_folder=cache), cache_folder=cache)
    index.matcher.scores(Phrase.of("is everything loaded by now"))
    return index


def clinc150(engine: Engine, name: str) -> dict[str, Any]:
    """Ranking and abstention over CLINC150's 150 intents."""
    return asdict(evaluate(index_of(clinc_variants(), engine), read_questions(CLINC150 / f"{name}.jsonl")))


def five_hundred(engine: Engine) -> dict[str, float]:
    """Milliseconds of one search among 500 texts: the first 50 intents of CLINC150."""
    variants = dict(list(clinc_variants().items())[:50])
    asked = [one for one in read_questions(CLINC150 / "dev.jsonl") if one.gold <= variants.keys()]
    found = evaluate(index_of(variants, engine), asked)
    return {"p50_ms": found.p50_ms, "p99_ms": found.p99_ms}


def clinc_variants() -> dict[str, list[Phrase]]:
    """Return the utterances by intent."""
    rows = [json.loads(line) for line in (CLINC150 / "bank.jsonl").read_text(encoding="utf-8").splitlines()]
    return {row["id"]: [Phrase.of(text, "en") for text in row["variants"]] for row in rows}


def timed(make: Callable[[], T]) -> tuple[T, float]:
    """Return what `make` made and the seconds it took."""
    start = time.perf_counter()
    made = make()
    return made, time.perf_counter() - start


def resident_mb() -> float:
    """Return the memory this process holds, in MB; 0 where the system does not tell."""
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return sum(int(line.split()[1]) / 1000 for line in lines if line.startswith("VmRSS"))


def in_own_process(engine: str) -> dict[str, Any]:
    """Return the figures of an engine, measured in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.bench_retrieval", "--engine", engine]
    found: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True, cwd=CHECKOUT).stdout)
    return found


def main(arguments: list[str]) -> None:
    """Print the figures."""
    if arguments[:1] == ["--engine"]:
        print(json.dumps(figures_of(arguments[1])))
        return
    figures = {engine: in_own_process(engine) for engine in ENGINES}
    if "--json" in arguments:
        print(json.dumps(figures, indent=2))
        return
    if not CLINC150.is_dir():
        print("clinc150: not beside this checkout, left out")
    for engine, parts in figures.items():
        for part, values in parts.items():
            print(f"{engine}, {part}")
            print_values(values, "  ")


def print_values(values: dict[str, Any], margin: str) -> None:
    """Print figures one a line, groups of them further in."""
    for name, value in values.items():
        if isinstance(value, dict):
            print(f"{margin}{name}")
            print_values(value, margin + "  ")
        else:
            print(f"{margin}{name}: {'-' if value is None else f'{value:.3f}'}")


if __name__ == "__main__":
    main(sys.argv[1:])
