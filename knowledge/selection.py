"""Some topics of an index, searched as if the others were not there; nothing of the index is copied."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

import numpy as np

from knowledge.index import Index
from knowledge.matching import Matcher
from knowledge.scoring import Phrase, Scores


def selected(index: Index, names: Mapping[str, str]) -> Index:
    """Return the index of the topics in `names` alone.

    How rare a word is still counts over all phrasings, so that every selection can share one calibration.

    Args:
        index: all topics.
        names: topic id in `index` to the id that hits carry.
    """
    left_out = [place for place, topic_id in enumerate(index.topic_ids) if topic_id not in names]
    topic_ids = tuple(names.get(topic_id, "") for topic_id in index.topic_ids)
    return replace(index, topic_ids=topic_ids, matcher=_Selection(index.matcher, left_out))


class _Selection(Matcher):
    """A matcher to which the phrasings of some topics never come near any question.

    Args:
        whole: the matcher of all topics, whose state is shared.
        left_out: the numbers of those topics.
    """

    def __init__(self, whole: Matcher, left_out: Collection[int]) -> None:
        vars(self).update(vars(whole))
        self._silent = np.isin(whole.owners, list(left_out))

    def scores(self, question: Phrase) -> Scores:
        """Return the score of each phrasing by each scorer: shape (scorers, texts)."""
        found = super().scores(question)
        found[:, self._silent] = 0.0
        return found
