"""Which questions ask for the same: character n-grams of their texts, without a model, the same groups every time."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from bot.domain.questions import AskedQuestion
from knowledge.ngrams import NgramScorer
from knowledge.scoring import Phrase

ALIKE = 0.55  # cosine; rather two groups for one question than an answer to somebody who asked for something else

Group = tuple[AskedQuestion, ...]


def grouped(questions: Sequence[AskedQuestion]) -> tuple[Group, ...]:
    """Return the questions in groups, most asked first; of equals the one that waits longest comes first.

    Each question joins the group whose first question it is most like, if it is like enough.
    """
    if not questions:
        return ()
    phrases = [Phrase.of(one.text) for one in questions]
    scorer = NgramScorer(phrases)
    groups: dict[int, list[AskedQuestion]] = {}
    for place, one in enumerate(questions):
        scores = scorer.scores(phrases[place])
        nearest = max(groups, key=lambda first: float(scores[first]), default=-1)
        joined = nearest if nearest >= 0 and scores[nearest] >= ALIKE else place
        groups.setdefault(joined, []).append(one)
    return tuple(tuple(some) for some in sorted(groups.values(), key=lambda some: -len(some)))


async def group_of(question_id: int, questions: Sequence[AskedQuestion]) -> Group:
    """Return the group that holds the question; empty when it is not among the questions."""
    groups = await asyncio.to_thread(grouped, questions)
    return next((some for some in groups if any(one.id == question_id for one in some)), ())
