"""Glossary terms as topics: who asks for a meaning gets it, and no question has two answers."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from knowledge.bank import Bank
from knowledge.index import Index
from knowledge.loader import load_bank
from knowledge.normalize import words
from knowledge.retrieval import search
from tests.knowledge.content import lexical_index, write_content


@pytest.fixture(scope="module")
def bank() -> Bank:
    return load_bank()


@pytest.fixture(scope="module")
def index(bank: Bank) -> Index:
    return lexical_index(bank)


def test_a_term_reads_as_a_topic_with_its_meaning_other_names_and_other_language(tmp_path: Path) -> None:
    topic = load_bank(write_content(tmp_path)).topics["term-rights-holder"]
    english, spanish = topic.text("en"), topic.text("es")
    assert (english.title, english.short) == ("What is a rights-holder?", "Rights-holder: Who has rights.")
    assert english.long == "**Also:** RH.\n\n**In Spanish:** titular de derechos."
    assert spanish.short == "Titular de derechos: Quien tiene derechos."
    assert spanish.long == "**En inglés:** rights-holder."
    assert topic.sources[0].part == "people"
    assert topic.related == ("what-is-hrc",)


def test_a_term_is_asked_for_by_its_name_its_plural_and_its_other_names(tmp_path: Path) -> None:
    topic = load_bank(write_content(tmp_path)).topics["term-rights-holder"]
    assert topic.text("en").questions == (
        "what is rights-holder",
        "what does rights-holder mean",
        "rights-holder meaning",
        "define rights-holder",
        "rights-holder",
        "what are rights-holders",
        "rights-holders",
        "what does RH mean",
        "who are rights-holders",
    )
    assert "qué significa titular de derechos" in topic.text("es").questions


def test_a_term_whose_main_question_a_topic_answers_is_no_topic_and_stays_in_the_glossary(tmp_path: Path) -> None:
    bank = load_bank(write_content(tmp_path))
    assert "term-human-rights-city" not in bank.topics
    assert bank.find_term("human rights city") is not None


def test_a_term_without_sources_is_no_topic_and_stays_in_the_glossary(tmp_path: Path) -> None:
    bank = load_bank(write_content(tmp_path))
    assert "term-crumb" not in bank.topics
    found = bank.find_term("crumb")
    assert found is not None
    assert found.sources == ()


def test_a_generated_phrasing_that_a_topic_has_is_left_to_it(tmp_path: Path) -> None:
    folder = write_content(tmp_path, topics_basics=("bread recipe", "what does the rights-holder mean"))
    topics = load_bank(folder).topics
    assert "what does rights-holder mean" not in topics["term-rights-holder"].text("en").questions
    assert "define rights-holder" in topics["term-rights-holder"].text("en").questions


def test_of_two_terms_with_one_name_the_first_keeps_the_phrasing(tmp_path: Path) -> None:
    second = "miga, meaning: Un poco de pan.}"
    other = """
  - id: bearer
    reviewed: "2026-11-23"
    sources: [{id: seed}]
    en: {title: Who is a bearer?, term: bearer, meaning: Who bears., also: [RH]}
    es: {title: ¿Quién es portador?, term: portador, meaning: Quien porta.}"""
    topics = load_bank(write_content(tmp_path, glossary=(second, second + other))).topics
    assert "what does RH mean" in topics["term-rights-holder"].text("en").questions
    assert "what does RH mean" not in topics["term-bearer"].text("en").questions


def test_every_term_topic_has_at_least_eight_questions_in_both_languages(bank: Bank) -> None:
    terms = [topic for topic in bank.topics.values() if topic.kind == "term"]
    assert len(terms) >= 20
    few = {topic.id for topic in terms for text in topic.texts.values() if len(text.questions) < 8}
    assert few == set()


def test_no_two_topics_share_a_phrasing(bank: Bank) -> None:
    owners = {(words(v), topic.id) for topic in bank.topics.values() for x in topic.texts.values() for v in x.variants}
    shared = [phrasing for phrasing, count in Counter(phrasing for phrasing, _ in owners).items() if count > 1]
    assert shared == []


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("what are duty bearers?", "term-duty-bearer"),
        ("who are rights holders", "term-rights-holder"),
        ("que es un titular de derechos", "term-rights-holder"),
        ("define accountability", "term-accountability"),
        ("que es rendicion de cuentas", "term-accountability"),
        ("what does UPR mean", "upr"),
        ("qué significan las siglas EPU", "upr"),
        ("what is a resolution", "resolution-ordinance"),
        ("what is a human rights city", "what-is-hrc"),
        ("what is the alliance", "alliance-what"),
        ("what is PCHR", "pchr-definition"),
        ("who is on the steering committee", "steering-committee"),
    ],
)
def test_who_asks_for_a_meaning_gets_the_topic_that_gives_it(index: Index, question: str, topic: str) -> None:
    found = search(index, question)
    assert (found.outcome, found.hits[0].topic_id) == ("answer", topic)


@pytest.mark.parametrize(
    "question",
    ["what is a charter school", "what is the treaty of versailles", "home remedies for flu", "qué es una hipoteca"],
)
def test_a_like_sounding_question_of_another_field_is_not_answered(index: Index, question: str) -> None:
    assert search(index, question).outcome != "answer"


@pytest.mark.parametrize("name", ["human rights defender", "scholar-practitioner", "self-determination"])
def test_a_meaning_that_no_source_supports_is_not_given_as_an_answer(bank: Bank, index: Index, name: str) -> None:
    term = bank.find_term(name)
    assert term is not None
    assert term.topic_id not in bank.topics
    assert search(index, f"what is {name}").outcome != "answer"


def test_our_own_meaning_of_human_rights_education_is_given_as_guidance_of_this_project(
    bank: Bank, index: Index
) -> None:
    found = search(index, "what is human rights education")
    assert (found.outcome, found.hits[0].topic_id) == ("answer", "human-rights-learning")
    assert "project" in {ref.id for ref in bank.topics["human-rights-learning"].sources}
