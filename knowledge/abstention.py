"""When to answer, when to say so with doubt, and when to say that nothing fits.

A logistic on the match's evidence, fitted from the bank itself: each phrasing is asked with itself hidden (its topic
may be found or not) and with its whole topic hidden (whatever is found is wrong). The limits belong to one engine and one
bank; the confidence orders questions, it is no probability to show to people.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from knowledge.matching import EVIDENCE_NAMES, Evidence, Matcher

Outcome = Literal["answer", "unsure", "unknown"]

MAX_ASKED: Final = 700  # phrasings asked while fitting: more did not move the limits
KEPT_UNSURE: Final = 0.95  # share of the right ones whose score stays above the lower limit
TOP: Final = EVIDENCE_NAMES.index("top")
_RIDGE: Final = 1.0
_STEPS: Final = 25

Rows = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Calibration:
    """A fitted logistic and its two limits.

    Attributes:
        means: of each piece of evidence; `scales` are its deviations; shape (evidence,).
        weights: of the standardised evidence, the intercept last; shape (evidence + 1,).
        answer_from: the confidence from which to answer.
        unsure_from: the score from which the question counts as one of ours, so that near topics are offered.
    """

    means: tuple[float, ...]
    scales: tuple[float, ...]
    weights: tuple[float, ...]
    answer_from: float
    unsure_from: float

    def confidence(self, evidence: Evidence) -> float:
        """Return the confidence in the first topic, in [0, 1]."""
        return float(_logistic(_design(evidence[np.newaxis], self.means, self.scales) @ np.array(self.weights))[0])

    def outcome(self, confidence: float, score: float) -> Outcome:
        """Return what to do with a first topic of this confidence and mixed score."""
        if score < self.unsure_from:
            return "unknown"
        return "answer" if confidence >= self.answer_from else "unsure"


def calibrate(matcher: Matcher, precision: float) -> Calibration:
    """Fit the confidence from the matcher's own phrasings, and set the limits for the wanted precision.

    Args:
        matcher: the phrasings and scorers.
        precision: wanted share of right answers among those given, half of the questions having no topic.
    """
    rows, right = _self_asked(matcher)
    means, scales = rows.mean(axis=0), np.maximum(rows.std(axis=0), 1e-6)
    weights = _fit(_design(rows, means, scales), right)
    confidence = _logistic(_design(rows, means, scales) @ weights)
    answer_from = _limit(confidence, right, precision)
    unsure_from = float(np.quantile(confidence[right > 0], 1 - KEPT_UNSURE)) if right.any() else answer_from
    return Calibration(
        tuple(means.tolist()),
        tuple(scales.tolist()),
        tuple(weights.tolist()),
        answer_from,
        min(unsure_from, answer_from),
    )


def _self_asked(matcher: Matcher) -> tuple[Rows, Rows]:
    """Return the evidence of phrasings asked twice, shape (2 x asked, evidence), and 1 where the topic was right."""
    n_texts = len(matcher.phrases)
    chosen = np.unique(np.linspace(0, n_texts - 1, min(n_texts, MAX_ASKED)).astype(int)).tolist()
    rows, right = [], []
    for text in chosen:
        question, owner = matcher.phrases[text], int(matcher.owners[text])
        scores = matcher.scores(question)
        for hidden in (slice(text, text + 1), matcher.texts_of(owner)):
            match = matcher.match(scores, hidden)
            rows.append(matcher.evidence(question, match, hidden))
            right.append(float(match.best(1)[0] == owner and match.topics[owner] > 0))
    return np.array(rows), np.array(right)


def _design(rows: Rows, means: Rows | tuple[float, ...], scales: Rows | tuple[float, ...]) -> Rows:
    standard = (rows - np.asarray(means)) / np.asarray(scales)
    return np.column_stack((standard, np.ones(len(rows))))


def _fit(design: Rows, right: Rows) -> Rows:
    """Return the weights of a ridge logistic regression, by Newton's method (the intercept is not penalised)."""
    ridge = np.full(design.shape[1], _RIDGE)
    ridge[-1] = 1e-3
    weights = np.zeros(design.shape[1])
    for _ in range(_STEPS):
        chance = _logistic(design @ weights)
        gradient = design.T @ (right - chance) - ridge * weights
        curvature = (design * (chance * (1 - chance))[:, np.newaxis]).T @ design + np.diag(ridge)
        weights = weights + np.linalg.solve(curvature, gradient)
    return weights


def _limit(confidence: Rows, right: Rows, precision: float) -> float:
    """Return the lowest confidence above which the share of right ones is at least `precision`."""
    order = np.argsort(-confidence, kind="stable")
    shares = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero(shares >= precision)
    return float(confidence[order[enough[-1]]]) if len(enough) else 1.0


def _logistic(values: Rows) -> Rows:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(values, -30.0, 30.0))))
