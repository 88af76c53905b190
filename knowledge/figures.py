"""What an evaluation found and what a bank holds, as lines to print and as a picture."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from knowledge.bank import Bank
from knowledge.errors import KnowledgeError
from knowledge.evaluate import Asked, Evaluation
from knowledge.index import Index
from knowledge.normalize import LANGS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BINS: Final = 10
_HEADS: Final = ("asked", "right 1st", "in 3", "answered", "wrong", "facts", "no topic", "answered", "p50 ms", "p99 ms")


def table(parts: Mapping[str, Evaluation]) -> list[str]:
    """Return the figures as lines, one a part.

    Columns: questions asked; of those with a topic, the shares right first, right in three and answered; wrong among
    all answers; answers that hold every fact asked for; questions without a topic, and the share of them answered all
    the same; milliseconds of a search.
    """
    width = max(map(len, parts))
    head = " ".join([" " * width, *(name.rjust(9) for name in _HEADS)])
    return [head, *(" ".join([name.ljust(width), *_cells(found)]) for name, found in parts.items())]


def _cells(found: Evaluation) -> Iterator[str]:
    yield f"{found.questions}".rjust(9)
    for share in (found.right_first, found.right_in_three, found.answered, found.wrong, found.facts):
        yield _per_cent(share).rjust(9)
    yield f"{found.questions - found.covered}".rjust(9)
    yield _per_cent(found.uncovered_answered).rjust(9)
    yield from (f"{ms:.2f}".rjust(9) for ms in (found.p50_ms, found.p99_ms))


def _per_cent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f} %"


def misses(asked: Iterable[Asked]) -> Iterator[str]:
    """Yield a line for each question that was not answered rightly, or answered though it has no topic."""
    for one in asked:
        question, result = one.question, one.result
        found = result.hits[0].topic_id if result.hits else "nothing"
        if result.outcome == "answer" and not one.right:
            yield f"wrong answer: {question.id} {question.text!r}: {found}, not {_wanted(one)}"
        elif question.gold and not one.right:
            yield f"not first ({result.outcome}): {question.id} {question.text!r}: {found}, not {_wanted(one)}"
        elif question.gold and result.outcome != "answer":
            yield f"right but {result.outcome}: {question.id} {question.text!r}: {found}"


def _wanted(one: Asked) -> str:
    return " or ".join(sorted(one.question.gold)) or "any topic"


def stats(bank: Bank, index: Index) -> list[str]:
    """Return how much a bank holds, how old its reviews are, and when its index answers."""
    topics = bank.topics.values()
    asked = {lang: sum(len(topic.texts[lang].questions) for topic in topics) for lang in LANGS}
    limits = index.calibration
    return [
        f"topics: {len(topics)}; questions: {', '.join(f'{count} {lang}' for lang, count in asked.items())}",
        *(f"  {theme}: {count}" for theme, count in sorted(Counter(topic.theme for topic in topics).items())),
        f"criteria: {len(bank.criteria)}; articles: {len(bank.articles)}; cities: {len(bank.cities)}",
        f"glossary: {len(bank.terms)}; sources: {len(bank.sources)}",
        f"reviewed: from {min(topic.reviewed for topic in topics)} to {max(topic.reviewed for topic in topics)}",
        f"engine: {index.engine}" + (f" ({index.missing})" if index.missing else ""),
        f"answers from a confidence of {limits.answer_from:.3f}, asks back from a score of {limits.unsure_from:.3f}",
        "weights: "
        + ", ".join(f"{name} {weight:+.2f}" for name, weight in zip(limits.names, limits.weights, strict=False)),
    ]


def draw_reliability(path: Path, asked: Sequence[Asked], answer_from: float) -> None:
    """Draw, as a PNG file, how far confidence can be trusted, and what precision costs in answers.

    Left: share of right first topics in each tenth of the questions, ordered by confidence, over their mean
    confidence. Right: precision over the share of questions answered, from the strictest limit to none at all.

    Raises:
        KnowledgeError: the file cannot be written.
    """
    from matplotlib.figure import Figure

    confidence = np.array([one.result.confidence for one in asked])
    right = np.array([one.right for one in asked], dtype=np.float64)
    order = np.argsort(-confidence, kind="stable")
    figure = Figure(figsize=(11, 5), layout="constrained")
    left, side = figure.subplots(1, 2)
    _draw_bins(left, confidence[order], right[order], answer_from)
    _draw_precision(side, confidence[order], right[order], answer_from)
    try:
        figure.savefig(path, format="png", dpi=120)
    except OSError as error:
        raise KnowledgeError(f"cannot be written ({error.strerror}); name another file", str(path)) from error


def _draw_bins(axes: Axes, confidence: NDArray[np.float64], right: NDArray[np.float64], answer_from: float) -> None:
    tenths = [part for part in np.array_split(np.arange(len(right)), BINS) if len(part)]
    axes.plot([0, 1], [0, 1], linestyle=":", color="grey", label="as confident as right")
    means = [float(confidence[part].mean()) for part in tenths]
    axes.plot(means, [float(right[part].mean()) for part in tenths], marker="o", label="a tenth of the questions")
    axes.axvline(answer_from, linestyle="--", color="black", label=f"answers from {answer_from:.3f}")
    axes.set(xlabel="confidence", ylabel="share of right first topics", title=f"Reliability ({len(right)} questions)")
    axes.set(xlim=(0, 1.02), ylim=(0, 1.02))
    axes.legend()


def _draw_precision(
    axes: Axes, confidence: NDArray[np.float64], right: NDArray[np.float64], answer_from: float
) -> None:
    share = np.arange(1, len(right) + 1) / len(right)
    axes.plot(share, np.cumsum(right) / np.arange(1, len(right) + 1), label="limit lowered from left to right")
    answered = float((confidence >= answer_from).mean())
    axes.axvline(answered, linestyle="--", color="black", label=f"answered now: {100 * answered:.0f} %")
    axes.set(xlabel="share of questions answered", ylabel="right among answers", title="Precision against coverage")
    axes.set(xlim=(0, 1.02), ylim=(0, 1.02))
    axes.legend()
