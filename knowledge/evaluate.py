"""How well an index answers a file of questions: ranking, abstention, speed."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from knowledge.errors import KnowledgeError
from knowledge.index import Index
from knowledge.normalize import fold
from knowledge.retrieval import Result, search
from knowledge.schema import Topic

COVERAGE: Final = 0.9
Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Question:
    """A question, the topics that answer it (none: the bank has no answer), its language and theme where known.

    `facts` are what a right answer has to hold: of each fact one of its wordings, case and accents aside.
    """

    id: str
    text: str
    gold: frozenset[str]
    lang: str | None = None
    theme: str = ""
    facts: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, what was found for it, how many milliseconds that took, and what the first topic answers."""

    question: Question
    result: Result
    ms: float
    answer: str = ""

    @property
    def holds_facts(self) -> bool:
        """Whether the first topic's answer holds every fact that the question asks for."""
        told = fold(self.answer)
        return all(any(fold(wording) in told for wording in fact) for fact in self.question.facts)

    @property
    def right(self) -> bool:
        """Whether the first topic answers the question."""
        return self.right_within(1)

    def right_within(self, limit: int) -> bool:
        """Tell whether one of the first `limit` topics answers the question."""
        return any(hit.topic_id in self.question.gold for hit in self.result.hits[:limit])


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
        facts: share of answers that hold every fact asked for, of those to covered questions that name facts.
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
    facts: float | None
    p50_ms: float
    p99_ms: float


def read_questions(path: Path) -> tuple[Question, ...]:
    """Return the questions of a JSON Lines file, one object a line.

    `{"id", "text", "gold": [topic id], "lang"?, "theme"?, "facts"?: [[wording, ...], ...]}`

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


def ask_all(
    index: Index, questions: Sequence[Question], topics: Mapping[str, Topic] = MappingProxyType({})
) -> tuple[Asked, ...]:
    """Ask every question, one after the other.

    Args:
        index: what is asked.
        questions: at least one.
        topics: by id, to look for facts in their answers.
    Raises:
        KnowledgeError: there is none, or one expects a topic that the index does not have.
    """
    _check_gold(index, questions)
    return tuple(_asked(index, question, topics) for question in questions)


def evaluate(
    index: Index, questions: Sequence[Question], topics: Mapping[str, Topic] = MappingProxyType({})
) -> Evaluation:
    """Ask every question and count; see `ask_all`."""
    return evaluation_of(ask_all(index, questions, topics))


def evaluation_of(asked: Sequence[Asked]) -> Evaluation:
    """Count what was found for at least one question."""
    covered = np.array([bool(one.question.gold) for one in asked])
    right = np.array([one.right for one in asked])
    near = np.array([one.right_within(3) for one in asked])
    scores = np.array([one.result.hits[0].score if one.result.hits else 0.0 for one in asked])
    answered = np.array([one.result.outcome == "answer" for one in asked])
    unknown = np.array([one.result.outcome == "unknown" for one in asked])
    factual = np.array([bool(one.question.facts) for one in asked]) & covered & answered
    holding = np.array([one.holds_facts for one in asked])
    spent = [one.ms for one in asked]
    return Evaluation(
        questions=len(asked),
        covered=int(covered.sum()),
        right_first=_share(right[covered]),
        right_in_three=_share(near[covered]),
        auroc=auroc(scores[covered], scores[~covered]),
        uncovered_at_90=uncovered_at(COVERAGE, scores[covered], scores[~covered]),
        answered=_share(answered[covered]),
        unknown=_share(unknown[covered]),
        uncovered_answered=_share(answered[~covered]),
        wrong=_share(~right[answered]),
        facts=_share(holding[factual]),
        p50_ms=float(np.percentile(spent, 50)),
        p99_ms=float(np.percentile(spent, 99)),
    )


def parted(asked: Sequence[Asked], themes: Mapping[str, str]) -> dict[str, Evaluation]:
    """Return the figures of all questions, of each language, and of each theme, under their names.

    Args:
        asked: at least one.
        themes: theme by topic id, for questions that name none.
    """
    groups: dict[str, list[Asked]] = {"all": list(asked)}
    for one in sorted(asked, key=lambda one: one.question.lang or ""):
        groups.setdefault(f"language {one.question.lang or 'not given'}", []).append(one)
    for theme, one in sorted(((_theme(one.question, themes), one) for one in asked), key=lambda pair: pair[0]):
        groups.setdefault(f"theme {theme or 'not given'}", []).append(one)
    return {name: evaluation_of(some) for name, some in groups.items()}


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


def _question(line: str, file: str, number: int) -> Question:
    try:
        held: dict[str, Any] = json.loads(line)
        text, gold, lang, theme = held["text"], held["gold"], held.get("lang"), held.get("theme") or ""
        facts = tuple(tuple(str(wording) for wording in fact) for fact in held.get("facts", ()))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise KnowledgeError('is not {"id", "text", "gold": [topic ids]}; correct the line', file, number) from error
    if not isinstance(text, str) or not isinstance(gold, list) or not (lang is None or isinstance(lang, str)):
        raise KnowledgeError('needs text as a string and "gold" as a list; correct the line', file, number)
    return Question(str(held.get("id", number)), text, frozenset(map(str, gold)), lang, str(theme), facts)


def _check_gold(index: Index, questions: Sequence[Question]) -> None:
    if not questions:
        raise KnowledgeError("there is no question to ask")
    unknown = {topic for question in questions for topic in question.gold} - set(index.topic_ids)
    if unknown:
        raise KnowledgeError(f"the questions expect topics that do not exist: {', '.join(sorted(unknown))}")


def _asked(index: Index, question: Question, topics: Mapping[str, Topic]) -> Asked:
    start = time.perf_counter()
    result = search(index, question.text, question.lang)
    ms = 1000 * (time.perf_counter() - start)
    first = topics.get(result.hits[0].topic_id) if result.hits else None
    told = first.texts[result.lang] if first else None
    return Asked(question, result, ms, f"{told.title} {told.short} {told.long}" if told else "")


def _theme(question: Question, themes: Mapping[str, str]) -> str:
    return question.theme or next((themes[one] for one in sorted(question.gold) if one in themes), "")


def _share(flags: NDArray[np.bool_]) -> float | None:
    return float(flags.mean()) if len(flags) else None
