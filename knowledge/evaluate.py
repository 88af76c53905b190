"""How well an index answers a file of questions: ranking, abstention, speed."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from knowledge.errors import KnowledgeError
from knowledge.index import Index
from knowledge.retrieval import Result, search

COVERAGE: Final = 0.9
Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Question:
    """A question, the topics that answer it (none: it has no answer in the bank), and its language where known."""

    id: str
    text: str
    gold: frozenset[str]
    lang: str | None = None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Figures of one run; shares are in [0, 1] and None where there was nothing to count.

    Attributes:
        questions: asked in all; `covered` of them have a topic.
        right_first: share of covered questions whose first topic is right; `right_in_three` among the first three.
        auroc: how well the first score tells covered from uncovered questions.
        uncovered_at_90: share of uncovered questions answered when the score lets 90 % of the covered ones through.
        answered: share of covered questions answered; `unknown` of them called unknown.
        uncovered_answered: share of uncovered questions answered.
        wrong: share of wrong answers among those given.
        p50_ms: milliseconds of one search, median; `p99_ms` the 99th percentile.
    """

    questions: int
    covered: int
    right_first: float | None
    right_in_three: float | None
    auroc: float | None
    uncovered_at_90: float | None
    answered: float | None
    unknown: float | None
    uncovered_answered: float | None
    wrong: float | None
    p50_ms: float
    p99_ms: float


def read_questions(path: Path) -> tuple[Question, ...]:
    """Return the questions of a JSON Lines file: `{"id", "text", "gold": [topic id], "lang"?}` a line.

    Raises:
        KnowledgeError: not readable, or a line is not of this form; names the line.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise KnowledgeError("cannot be read; give a UTF-8 JSON Lines file", str(path)) from error
    found = tuple(_question(line, str(path), number) for number, line in enumerate(lines, 1) if line.strip())
    if not found:
        raise KnowledgeError("holds no question", str(path))
    return found


def evaluate(index: Index, questions: Sequence[Question]) -> Evaluation:
    """Ask every question and count.

    Raises:
        KnowledgeError: a question expects a topic that the index does not have.
    """
    _check_gold(index, questions)
    results, spent = zip(*(_timed(index, question) for question in questions), strict=True)
    covered = np.array([bool(question.gold) for question in questions])
    right = np.array([_right_within(1, asked, found) for asked, found in zip(questions, results, strict=True)])
    near = np.array([_right_within(3, asked, found) for asked, found in zip(questions, results, strict=True)])
    scores = np.array([found.hits[0].score if found.hits else 0.0 for found in results])
    answered = np.array([found.outcome == "answer" for found in results])
    unknown = np.array([found.outcome == "unknown" for found in results])
    return Evaluation(
        questions=len(questions),
        covered=int(covered.sum()),
        right_first=_share(right[covered]),
        right_in_three=_share(near[covered]),
        auroc=auroc(scores[covered], scores[~covered]),
        uncovered_at_90=uncovered_at(COVERAGE, scores[covered], scores[~covered]),
        answered=_share(answered[covered]),
        unknown=_share(unknown[covered]),
        uncovered_answered=_share(answered[~covered]),
        wrong=_share(~right[answered]),
        p50_ms=float(np.percentile(spent, 50)),
        p99_ms=float(np.percentile(spent, 99)),
    )


def auroc(covered: Numbers, uncovered: Numbers) -> float | None:
    """Return the chance that a covered question scores above an uncovered one, ties counting half.

    Source: Mann and Whitney, 1947.
    """
    if not len(covered) or not len(uncovered):
        return None
    ordered = np.sort(uncovered)
    below = np.searchsorted(ordered, covered, side="left")
    upto = np.searchsorted(ordered, covered, side="right")
    return float(np.mean(below + upto) / 2 / len(ordered))


def uncovered_at(coverage: float, covered: Numbers, uncovered: Numbers) -> float | None:
    """Return the share of uncovered questions at or above the score that `coverage` of the covered ones reach."""
    if not len(covered) or not len(uncovered):
        return None
    return float(np.mean(uncovered >= np.quantile(covered, 1 - coverage)))


def lines(evaluation: Evaluation) -> list[str]:
    """Return the figures as lines to print."""
    shares = {
        "right topic first": evaluation.right_first,
        "right topic in the first three": evaluation.right_in_three,
        "AUROC, covered against uncovered": evaluation.auroc,
        "uncovered let through at 90 % coverage": evaluation.uncovered_at_90,
        "covered questions answered": evaluation.answered,
        "covered questions called unknown": evaluation.unknown,
        "uncovered questions answered": evaluation.uncovered_answered,
        "wrong among answers given": evaluation.wrong,
    }
    shown = [f"{name}: {'-' if share is None else f'{100 * share:.1f} %'}" for name, share in shares.items()]
    counts = f"questions: {evaluation.questions}, of which {evaluation.covered} have a topic"
    return [counts, *shown, f"one search: {evaluation.p50_ms:.2f} ms median, {evaluation.p99_ms:.2f} ms p99"]


def _question(line: str, file: str, number: int) -> Question:
    try:
        held: dict[str, Any] = json.loads(line)
        text, gold, lang = held["text"], held["gold"], held.get("lang")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise KnowledgeError('is not {"id", "text", "gold": [topic ids]}; correct the line', file, number) from error
    if not isinstance(text, str) or not isinstance(gold, list) or not (lang is None or isinstance(lang, str)):
        raise KnowledgeError('needs text as a string and "gold" as a list; correct the line', file, number)
    return Question(str(held.get("id", number)), text, frozenset(map(str, gold)), lang)


def _check_gold(index: Index, questions: Sequence[Question]) -> None:
    if not questions:
        raise KnowledgeError("there is no question to ask")
    unknown = {topic for question in questions for topic in question.gold} - set(index.topic_ids)
    if unknown:
        raise KnowledgeError(f"the questions expect topics that do not exist: {', '.join(sorted(unknown))}")


def _timed(index: Index, question: Question) -> tuple[Result, float]:
    start = time.perf_counter()
    result = search(index, question.text, question.lang)
    return result, 1000 * (time.perf_counter() - start)


def _right_within(limit: int, question: Question, result: Result) -> bool:
    return any(hit.topic_id in question.gold for hit in result.hits[:limit])


def _share(flags: NDArray[np.bool_]) -> float | None:
    return float(flags.mean()) if len(flags) else None
