"""When to answer, when to say so with doubt, and when to say that nothing fits.

A logistic on the match's evidence, fitted from the bank itself: each phrasing is asked with itself hidden (its topic
may be found or not) and with its whole topic hidden (whatever is found is wrong), and so are questions that the bank is
known not to answer. The limits belong to one engine and one bank; the confidence orders questions, it is no
probability to show to people.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from knowledge.evidence import Evidence
from knowledge.matching import EVIDENCE, Matcher

Outcome = Literal["answer", "unsure", "unknown"]
Kind = Literal["itself", "topic", "uncovered"]  # what a question of the fit is asked without, or that nothing covers it

MAX_ASKED: Final = 600  # phrasings asked while fitting: with 2,000 the share answered moved by 2 points
UNCOVERED: Final = 0.25  # questions without a topic for each with one: one question in five
FEW: Final = 50  # known uncovered questions from which they are trusted more than hidden topics
KEPT_UNSURE: Final = 0.95  # share of the right ones whose score stays above the lower limit
# Which way evidence may speak: 0 either way, all others for the topic.
SIGNS: Final = {"against": -1, "unknown": -1, "missing": -1, "length": 0}
# What the questions of a kind count together, beside the phrasings asked with themselves hidden: for the fit, then for
# the limit. Real uncovered questions hold words that no topic has, while a hidden topic leaves its words known
# elsewhere; so where there are enough real ones, they alone set the limit.
HIDDEN: Final[tuple[Mapping[Kind, float], ...]] = (
    {"itself": 1.0, "topic": 1.0, "uncovered": 0.0},
    {"itself": 1.0, "topic": UNCOVERED, "uncovered": 0.0},
)
KNOWN: Final[tuple[Mapping[Kind, float], ...]] = (
    {"itself": 1.0, "topic": 0.3, "uncovered": 1.0},
    {"itself": 1.0, "topic": 0.0, "uncovered": UNCOVERED},
)
_RIDGE: Final = 1.0
_STEPS: Final = 25

Rows = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Calibration:
    """A fitted logistic and its two limits.

    Attributes:
        names: of the evidence, in order.
        means: of each piece of evidence; `scales` are its deviations; shape (evidence,).
        weights: of the standardised evidence, the intercept last; shape (evidence + 1,).
        answer_from: the confidence from which to answer.
        unsure_from: the likeness from which the question counts as one of ours, so that near topics are offered.
    """

    names: tuple[str, ...]
    means: tuple[float, ...]
    scales: tuple[float, ...]
    weights: tuple[float, ...]
    answer_from: float
    unsure_from: float

    def confidence(self, evidence: Evidence) -> float:
        """Return the confidence in the first topic, in [0, 1]."""
        return float(_logistic(_design(evidence[np.newaxis], self.means, self.scales) @ np.array(self.weights))[0])

    def outcome(self, confidence: float, likeness: float) -> Outcome:
        """Return what to do with a first topic of this confidence and likeness."""
        if likeness < self.unsure_from:
            return "unknown"
        return "answer" if confidence >= self.answer_from else "unsure"


def calibrate(matcher: Matcher, precision: float, kin: Collection[tuple[int, int]] = ()) -> Calibration:
    """Fit the confidence from the matcher's own questions, and set the limits for the wanted precision.

    Args:
        matcher: the phrasings, the questions without an answer, and the scorers.
        precision: wanted share of right answers among those given, one question in five having no topic.
        kin: pairs of topics that are related. What is found in one for a phrasing of the other mostly answers it too,
            so for the limit it is no mistake: of unseen questions 65 % are answered instead of 55 %, 0.9 % wrongly
            instead of 0.7 %.
    """
    asked = [*_self_asked(matcher, frozenset(kin)), *_uncovered(matcher)]
    rows, right = np.array([one.evidence for one in asked]), np.array([float(one.right) for one in asked])
    served = np.array([float(one.served) for one in asked])
    kinds = [one.kind for one in asked]
    enough = kinds.count("uncovered") >= FEW
    fitted_to, counts = (_worth(kinds, worth) for worth in (KNOWN if enough else HIDDEN))
    means, scales = rows.mean(axis=0), np.maximum(rows.std(axis=0), 1e-6)
    design = _design(rows, means, scales)
    fitted = _rescaled(_fit(design, right, fitted_to, _signs(EVIDENCE)), design, served, counts)
    answer_from = _limit(_logistic(design @ fitted), counts, precision)
    likeness = [one.likeness for one in asked if one.right]
    unsure_from = float(np.quantile(likeness, 1 - KEPT_UNSURE)) if likeness else 0.0
    centre, spread, slopes = (tuple(map(float, values)) for values in (means, scales, fitted))
    return Calibration(EVIDENCE, centre, spread, slopes, answer_from, unsure_from)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question of the fit: what was hidden from it, and the first topic found.

    Attributes:
        kind: what was hidden.
        evidence: for the first topic; `likeness` is that of the topic asked for.
        right: whether it is the topic asked for; `served` whether it is that one or related to it.
    """

    kind: Kind
    evidence: Evidence
    likeness: float
    right: bool
    served: bool


def _self_asked(matcher: Matcher, kin: frozenset[tuple[int, int]]) -> Iterator[_Asked]:
    """Ask phrasings twice: with themselves hidden, and with their whole topic hidden."""
    n_texts = len(matcher.phrases)
    chosen = np.unique(np.linspace(0, n_texts - 1, min(n_texts, MAX_ASKED)).astype(int)).tolist()
    for text in chosen:
        question, owner = matcher.phrases[text], int(matcher.owners[text])
        scores = matcher.scores(question)
        hidings: tuple[tuple[Kind, slice], ...] = (
            ("itself", slice(text, text + 1)),
            ("topic", matcher.texts_of(owner)),
        )
        for kind, hidden in hidings:
            match = matcher.match(scores, hidden)
            first, likeness = match.best(1)[0], float(match.likeness[owner])
            right = first == owner and likeness > 0
            served = right or (kind == "itself" and (first, owner) in kin)
            yield _Asked(kind, matcher.evidence(question, match, hidden), likeness, right, served)


def _uncovered(matcher: Matcher) -> Iterator[_Asked]:
    """Ask what no topic answers, with the question itself hidden: whatever is found is wrong."""
    for place, question in enumerate(matcher.uncovered, len(matcher.phrases)):
        hidden = slice(place, place + 1)
        match = matcher.match(matcher.scores(question), hidden)
        yield _Asked("uncovered", matcher.evidence(question, match, hidden), 0.0, right=False, served=False)


def _worth(kinds: Sequence[Kind], worth: Mapping[Kind, float]) -> Rows:
    """Return what each row counts, when those of a kind together count so much for each phrasing asked."""
    has = {kind: kinds.count(kind) for kind in worth}
    each = {kind: worth[kind] * has["itself"] / max(has[kind], 1) for kind in worth}
    return np.array([each[kind] for kind in kinds])


def _design(rows: Rows, means: Rows | tuple[float, ...], scales: Rows | tuple[float, ...]) -> Rows:
    standard = (rows - np.asarray(means)) / np.asarray(scales)
    return np.column_stack((standard, np.ones(len(rows))))


def _signs(names: tuple[str, ...]) -> Rows:
    """Return which way each weight may point: 1, -1, or 0 for either; the intercept, last, either."""
    return np.array([*(SIGNS.get(name, 1) for name in names), 0], dtype=np.float64)


def _fit(design: Rows, right: Rows, counts: Rows, signs: Rows) -> Rows:
    """Return logistic weights; evidence whose weight has the wrong sign is left out, the worst first.

    Without this a bank of similar phrasings teaches that a closer fit is worse, and an exact question goes unanswered.
    """
    used = np.ones(design.shape[1], dtype=np.bool_)
    while True:
        weights = np.zeros(design.shape[1])
        weights[used] = _newton(design[:, used], right, counts)
        wrong = weights * signs
        if wrong.min() >= 0:
            return weights
        used[int(np.argmin(wrong))] = False


def _rescaled(weights: Rows, design: Rows, right: Rows, counts: Rows) -> Rows:
    """Return the weights moved and stretched so that the confidence is the share of right ones, counted by `counts`.

    What orders questions best is no share; the limit needs the shares of the questions that will come.
    Source: Platt, 1999, scaling of scores to probabilities.
    """
    slope, shift = _newton(np.column_stack((design @ weights, np.ones(len(design)))), right, counts)
    moved = weights * max(float(slope), 0.0)
    moved[-1] += shift
    return moved


def _newton(design: Rows, right: Rows, counts: Rows) -> Rows:
    """Return the weights of a ridge logistic regression; the last column, the intercept, is hardly penalised."""
    ridge = np.full(design.shape[1], _RIDGE)
    ridge[-1] = 1e-3
    weights = np.zeros(design.shape[1])
    for _ in range(_STEPS):
        chance = _logistic(design @ weights)
        gradient = design.T @ (counts * (right - chance)) - ridge * weights
        curvature = (design * (counts * chance * (1 - chance))[:, np.newaxis]).T @ design + np.diag(ridge)
        weights = weights + np.linalg.solve(curvature, gradient)
    return weights


def _limit(confidence: Rows, counts: Rows, precision: float) -> float:
    """Return the lowest confidence above which the expected share of right ones is at least `precision`.

    The expected share and not the one counted: near the top a single wrong row would move the limit by far.
    """
    order = np.argsort(-confidence, kind="stable")
    shares = np.cumsum((counts * confidence)[order]) / np.cumsum(counts[order])
    enough = np.flatnonzero(shares >= precision)
    return float(confidence[order[enough[-1]]]) if len(enough) else 1.0


def _logistic(values: Rows) -> Rows:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(values, -30.0, 30.0))))
