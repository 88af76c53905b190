"""From likeness to a topic: the nearest phrasings vote, each as far as the others do not say the same already.

Kernel ridge regression, fitted anew for each question on its nearest phrasings alone. It knows what a mere nearest
neighbour does not: that ten near copies are one opinion, and that a phrasing of one topic speaks against the others.
Source: Saunders, Gammerman and Vovk, 1998, "Ridge Regression Learning Algorithm in Dual Variables"; fitted locally as
in Bottou and Vapnik, 1992, "Local Learning Algorithms".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from knowledge.scoring import Ids, Scores

NEAREST: Final = 200  # with 400 nothing more is right first, with 100 a point less
SHARPNESS: Final = 3.0  # flat from 1.5 to 3
RIDGE: Final = 0.2  # flat from 0.1 to 0.3

Votes = NDArray[np.float64]
Alike = Callable[[Ids], Scores]
NO_VOTE: Final = -1.0  # of a topic without a near phrasing: below any vote


def nearest(likeness: Scores, limit: int = NEAREST) -> Ids:
    """Return the numbers of the `limit` texts most like the question, of those above 0; in no order."""
    above = np.flatnonzero(likeness > 0)
    if len(above) > limit:
        above = above[np.argpartition(-likeness[above], limit)[:limit]]
    return above.astype(np.int32)


def votes(near: Ids, likeness: Scores, alike: Scores, owners: Ids, n_topics: int) -> Votes:
    """Return each topic's share of the question: about 1 for the only one that fits, about 0 for one that does not.

    Args:
        near: the texts that vote, shape (near,).
        likeness: of the question and each text, shape (texts,).
        alike: of those texts to each other, shape (near, near), 1 on the diagonal.
        owners: topic number of each text, shape (texts,).
        n_topics: how many topics there are.
    Returns:
        Shape (topics,); NO_VOTE for topics that no near text belongs to.
    """
    found = np.full(n_topics, NO_VOTE)
    if not len(near):
        return found
    topics, place = np.unique(owners[near], return_inverse=True)
    wanted = np.full((len(near), len(topics)), -1.0 / len(topics))
    wanted[np.arange(len(near)), place] = 1.0
    kernel = np.exp(SHARPNESS * (alike.astype(np.float64) - 1.0))
    kernel[np.diag_indices(len(near))] += RIDGE
    asked = np.exp(SHARPNESS * (likeness[near].astype(np.float64) - 1.0))
    found[topics] = np.linalg.solve(kernel, asked) @ wanted
    return found
