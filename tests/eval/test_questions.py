"""The questions we measure with: enough of them, a third without an answer, and none of them in the bank."""

from __future__ import annotations

import json
from pathlib import Path

from knowledge.evaluate import read_questions
from knowledge.loader import load_bank
from knowledge.normalize import words

FILE = Path(__file__).parent / "questions.jsonl"
FACTS = Path(__file__).parent / "facts.jsonl"


def test_there_are_enough_in_both_languages_and_a_third_has_no_answer() -> None:
    questions = read_questions(FILE)
    assert len(questions) >= 300
    assert len({one.id for one in questions}) == len({words(one.text) for one in questions}) == len(questions)
    for lang in ("en", "es"):
        some = [one for one in questions if one.lang == lang]
        assert len(some) >= 60
        assert 0.3 <= sum(not one.gold for one in some) / len(some) <= 0.4


def test_they_ask_for_many_topics_that_exist() -> None:
    topics, bank = {gold for one in read_questions(FILE) for gold in one.gold}, load_bank()
    assert topics <= bank.topics.keys()
    assert len(topics) >= 110


def test_none_of_them_is_a_phrasing_of_the_bank() -> None:
    known = {
        words(variant)
        for topic in load_bank().topics.values()
        for text in topic.texts.values()
        for variant in text.variants
    }
    assert [one.id for file in (FILE, FACTS) for one in read_questions(file) if words(one.text) in known] == []


def test_the_questions_from_the_facts_name_topics_that_exist_and_what_an_answer_has_to_hold() -> None:
    questions, bank = read_questions(FACTS), load_bank()
    assert {topic for one in questions for topic in one.gold} <= bank.topics.keys()
    assert sum(bool(one.facts) for one in questions) >= 250
    assert all(all(fact) for one in questions for fact in one.facts)


def test_no_question_to_measure_with_teaches_the_search_when_to_keep_silent() -> None:
    uncovered = {words(text) for texts in load_bank().uncovered.values() for text in texts}
    assert [one.id for file in (FILE, FACTS) for one in read_questions(file) if words(one.text) in uncovered] == []


def test_every_line_names_its_theme_or_comes_from_the_first_ones() -> None:
    rows = [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]
    themes = {theme.id for theme in load_bank().themes}
    assert [row["id"] for row in rows if row.get("theme", "") not in themes | {""}] == []
    assert all(row["id"].startswith(("apart-", "first-")) for row in rows)
