"""Search: what a question finds, when it is answered, and that no text at all can break it."""

from __future__ import annotations

import pytest

from knowledge.errors import KnowledgeError
from knowledge.index import Index, index_of
from knowledge.loader import load_bank
from knowledge.retrieval import search
from knowledge.scoring import Phrase
from tests.knowledge.content import lexical_index


@pytest.fixture(scope="module")
def index() -> Index:
    return lexical_index()


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("what is a human rights city?", "what-is-hrc"),
        ("What is a Human Rights City", "what-is-hrc"),
        ("how do i join", "join-alliance"),
        ("When is the next convening?", "next-convening"),
        ("¿Qué es una ciudad de derechos humanos?", "what-is-hrc"),
        ("que es una ciudad de derechos humanos", "what-is-hrc"),
    ],
)
def test_the_newcomer_questions_are_answered(index: Index, question: str, topic: str) -> None:
    found = search(index, question)
    assert (found.outcome, found.hits[0].topic_id) == ("answer", topic)


def test_every_title_that_is_one_topics_own_is_answered_with_its_topic(index: Index) -> None:
    missed = [
        (lang, topic.id)
        for topic in load_bank().topics.values()
        for lang, text in topic.texts.items()
        if (found := search(index, text.title)).outcome != "answer" or found.hits[0].topic_id != topic.id
    ]
    assert missed == []


@pytest.mark.parametrize(
    "question",
    [
        "best pizza in town",
        "how do I bake sourdough",
        "cual es la capital de francia",
        "lorem ipsum dolor sit amet",
        "SELECT * FROM users; DROP TABLE member;--",
        "<script>alert('x')</script>",
        "```**bold** ||spoiler||```",
        "{{7*7}} ${jndi:ldap://x}",
        "مرحبا كيف حالك",
        "שלום עולם",
        "今日は天気がいいですね",
        "\u202egnitirw sdrawkcab\u202c",
    ],
)
def test_text_of_another_world_is_never_answered(index: Index, question: str) -> None:
    assert search(index, question).outcome != "answer"


@pytest.mark.parametrize("question", ["", "   ", "\n", "👩🏽‍⚖️🎉", "?!...", "\u200b\u200b", "\0", "—", "_ _"])
def test_text_without_words_is_unknown_and_finds_nothing(index: Index, question: str) -> None:
    found = search(index, question)
    assert (found.outcome, found.hits, found.confidence) == ("unknown", (), 0.0)


@pytest.mark.parametrize(
    "question",
    ["a" * 10_000, "what is a human rights city? " * 400, "\ud800\udfff" * 5000, "e" + "\u0301" * 9_999, "🎉" * 10_000],
)
def test_ten_thousand_characters_are_never_answered(index: Index, question: str) -> None:
    assert search(index, question).outcome in ("unsure", "unknown")


def test_padding_does_not_turn_a_question_into_a_long_text_but_noise_does(index: Index) -> None:
    assert search(index, "what is a human rights city?" + " " * 9_000).outcome == "answer"
    assert search(index, "what is a human rights city?" + "?" * 9_000).outcome == "unsure"


def test_a_lone_surrogate_does_not_raise(index: Index) -> None:
    assert search(index, "human rights city \ud83d").hits[0].topic_id == "what-is-hrc"


def test_typing_slips_and_missing_accents_still_find_the_topic(index: Index) -> None:
    assert search(index, "waht is a humna rights ctiy").hits[0].topic_id == "what-is-hrc"
    assert search(index, "santuary citys vs human right citys").hits[0].topic_id == "difference-from-sanctuary-city"


def test_the_language_is_the_readers_else_the_questions(index: Index) -> None:
    assert search(index, "what is a human rights city?").lang == "en"
    assert search(index, "¿qué es una ciudad de derechos humanos?").lang == "es"
    assert search(index, "what is a human rights city?", lang="es-419").lang == "es"
    assert search(index, "what is a human rights city?", lang="fr").lang == "en"


def test_the_readers_language_does_not_change_what_is_found(index: Index) -> None:
    found = search(index, "what is a human rights city?", lang="es")
    assert found.hits == search(index, "what is a human rights city?", lang="en").hits
    assert found.hits[0].lang == "en"


def test_hits_come_best_first_within_the_limit_and_in_range(index: Index) -> None:
    for limit in (1, 3, 10, 50):
        hits = search(index, "steering committee", limit=limit).hits
        scores = [hit.score for hit in hits]
        assert scores == sorted(scores, reverse=True)
        assert all(0.0 <= score <= 1.0 for score in scores)
        assert len(hits) <= min(limit, 10)
        assert len({hit.topic_id for hit in hits}) == len(hits)


def test_the_same_question_gives_the_same_result(index: Index) -> None:
    again = lexical_index()
    questions = ["right to housing", "who runs this", "boston", "qué es el EPU"]
    assert [search(index, text) for text in questions] == [search(again, text) for text in questions]


def small(**variants: list[str]) -> Index:
    return index_of({topic: [Phrase.of(text, "en") for text in texts] for topic, texts in variants.items()})


def test_of_equal_topics_the_earlier_comes_first() -> None:
    found = search(small(first=["red apple"], second=["red apple"]), "red apple")
    assert [hit.topic_id for hit in found.hits] == ["first", "second"]


def test_a_bank_of_one_topic_works() -> None:
    assert search(small(only=["red apple", "green apple"]), "red apple").outcome == "answer"
    assert search(small(only=["red apple"]), "zzz").outcome == "unknown"


def test_question_words_tell_topics_apart() -> None:
    index = small(when=["when is the market", "when does it open"], where=["where is the market", "where do i find it"])
    assert search(index, "where is it").hits[0].topic_id == "where"
    assert search(index, "when is it").hits[0].topic_id == "when"


def test_a_topic_without_phrasing_is_left_out_and_an_empty_bank_is_refused() -> None:
    assert small(empty=[], full=["red apple"]).topic_ids == ("full",)
    with pytest.raises(KnowledgeError, match="no question"):
        small(empty=[])
