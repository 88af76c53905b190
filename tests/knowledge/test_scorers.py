"""The scorers: values in [0, 1], exact texts on top, foreign texts low, any mix of scorers as an engine."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.bm25 import Bm25Scorer
from knowledge.index import index_of
from knowledge.ngrams import NgramScorer
from knowledge.retrieval import search
from knowledge.scoring import Engine, Ids, Part, Phrase, Scores

TEXTS = [
    Phrase.of("how do I join the alliance", "en"),
    Phrase.of("joining costs", "en"),
    Phrase.of("cómo me uno a la alianza", "es"),
    Phrase.of("cities of the world", "en"),
]


@pytest.mark.parametrize("scorer", [NgramScorer(TEXTS), Bm25Scorer(TEXTS)])
def test_a_text_asked_word_for_word_scores_highest(scorer: NgramScorer | Bm25Scorer) -> None:
    for place, phrase in enumerate(TEXTS):
        assert int(np.argmax(scorer.scores(phrase))) == place


@pytest.mark.parametrize("scorer", [NgramScorer(TEXTS), Bm25Scorer(TEXTS)])
@given(text=st.text(max_size=80))
def test_scores_of_any_text_are_in_range(scorer: NgramScorer | Bm25Scorer, text: str) -> None:
    scores = scorer.scores(Phrase.of(text))
    assert scores.shape == (len(TEXTS),)
    assert bool(np.all((scores >= 0) & (scores <= 1)))


def test_the_cosine_of_a_text_with_itself_is_one() -> None:
    assert NgramScorer(TEXTS).scores(TEXTS[0])[0] == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize("scorer", [NgramScorer(TEXTS), Bm25Scorer(TEXTS)])
def test_texts_are_as_like_each_other_as_when_one_asks_for_the_other(scorer: NgramScorer | Bm25Scorer) -> None:
    some = np.array([2, 0, 1], dtype=np.int32)
    alike = scorer.alike(some)
    assert np.allclose(alike, alike.T)
    assert np.allclose(np.diag(alike), 1.0)
    asked = [[float(scorer.scores(TEXTS[one])[other]) for other in some] for one in some]
    both_ways = (np.array(asked) + np.array(asked).T) / 2
    away = ~np.eye(3, dtype=bool)
    assert np.allclose(alike[away], both_ways[away], atol=0.01)


def test_unknown_ngrams_lower_the_cosine() -> None:
    scorer = NgramScorer(TEXTS)
    plain, foreign = (scorer.scores(Phrase.of(text))[3] for text in ("cities", "cities xylophone quartz"))
    assert 0 < foreign < plain


def test_accents_and_case_do_not_matter_to_ngrams() -> None:
    scorer = NgramScorer(TEXTS)
    assert scorer.scores(Phrase.of("COMO ME UNO"))[2] == scorer.scores(Phrase.of("cómo me uno"))[2]


def test_stems_join_word_forms_in_each_language() -> None:
    scorer = Bm25Scorer(TEXTS)
    assert scorer.scores(Phrase.of("city"))[3] > 0
    assert scorer.scores(Phrase.of("alianzas"))[2] > 0


def test_unknown_words_lower_bm25() -> None:
    scorer = Bm25Scorer(TEXTS)
    assert scorer.scores(Phrase.of("join zzz qqq"))[0] < scorer.scores(Phrase.of("join"))[0]


class SameLength:
    """A third kind of scorer, as a later engine will bring: texts of the question's length fit."""

    def __init__(self, texts: Sequence[Phrase]) -> None:
        self._lengths = np.array([len(text.words) for text in texts])

    def scores(self, question: Phrase) -> Scores:
        return (self._lengths == len(question.words)).astype(np.float32)

    def alike(self, texts: Ids) -> Scores:
        lengths = self._lengths[texts]
        return (lengths[:, np.newaxis] == lengths).astype(np.float32)


def test_an_engine_mixes_any_scorers_by_their_shares() -> None:
    variants = {"short": [Phrase.of("two words", "en")], "long": [Phrase.of("rather more words than two", "en")]}
    mixed = Engine("mixed", (Part("ngrams", NgramScorer, 1.0), Part("length", SameLength, 9.0)))
    assert search(index_of(variants, mixed), "more words").hits[0].topic_id == "short"
    assert search(index_of(variants), "rather more words").hits[0].topic_id == "long"
    assert index_of(variants, mixed).engine == "mixed"
