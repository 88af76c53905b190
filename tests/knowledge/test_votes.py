"""Votes: near copies are one opinion, other topics speak against, and what is unlike everything hears nobody."""

from __future__ import annotations

import numpy as np

from knowledge.votes import NO_VOTE, nearest, votes


def said(likeness: list[float], alike: list[list[float]], owners: list[int]) -> list[float]:
    near = np.arange(len(owners), dtype=np.int32)
    found = votes(near, np.array(likeness, np.float32), np.array(alike, np.float32), np.array(owners, np.int32), 3)
    return [float(vote) for vote in found]


def test_the_topic_of_the_likest_phrasing_wins() -> None:
    found = said([0.9, 0.3], [[1, 0.2], [0.2, 1]], [0, 1])
    assert found[0] > found[1]
    assert found[2] == NO_VOTE


def test_ten_near_copies_are_one_opinion() -> None:
    size = 11
    copies = np.full((size, size), 0.98)
    np.fill_diagonal(copies, 1.0)
    copies[0, 1:] = copies[1:, 0] = 0.3
    found = said([0.75, *[0.7] * 10], copies.tolist(), [0, *[1] * 10])
    summed = 0.7 * 10 / 0.75
    assert found[1] / found[0] < summed / 4


def test_a_question_unlike_everything_hears_no_vote() -> None:
    assert said([0.0, 0.0], [[1, 0.1], [0.1, 1]], [0, 1])[0] < 0.1
    assert len(nearest(np.zeros(5, np.float32))) == 0


def test_without_voters_no_topic_has_a_vote() -> None:
    nobody = np.zeros(0, np.int32)
    found = votes(nobody, np.zeros(2, np.float32), np.zeros((0, 0), np.float32), np.array([0, 1], np.int32), 2)
    assert found.tolist() == [NO_VOTE, NO_VOTE]


def test_only_the_likest_are_asked() -> None:
    likeness = np.array([0.1, 0.9, 0.0, 0.5], np.float32)
    assert sorted(nearest(likeness, 2).tolist()) == [1, 3]
