"""Advice on sound content: old reviews, few questions, questions that sound alike."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from knowledge.advice import advise, advise_chapter
from knowledge.loader import load_bank
from tests.knowledge.content import write_content


def advice(folder: Path, today: date, **changed: tuple[str, str]) -> list[str]:
    return [str(item) for item in advise(today, write_content(folder, **changed))]


def test_a_review_is_old_after_eighteen_months(tmp_path: Path) -> None:
    changed = ('"2026-11-23"', '"2025-01-01"')
    old = [said for said in advice(tmp_path, date(2026, 11, 23), topics_basics=changed) if "reviewed on" in said]
    assert old == [
        "content/topics/basics.yaml:3: what-is-hrc was last reviewed on 2025-01-01; read it again and set the date"
    ]


def test_few_questions_are_told_for_each_language(tmp_path: Path) -> None:
    said = advice(tmp_path, date(2026, 11, 24))
    assert "content/cities.yaml:2: us-city-boston has 1 questions in es; give at least 8" in said
    assert not any("reviewed on" in line for line in said)


def test_questions_of_a_term_that_a_topic_answers_are_told(tmp_path: Path) -> None:
    changed = ("term: human rights city,", "questions: [cities with rights], term: human rights city,")
    said = advice(tmp_path, date(2026, 11, 24), glossary=changed)
    assert [line for line in said if "not read" in line] == [
        "content/glossary.yaml:14: term-human-rights-city has questions that are not read, since a topic answers its "
        "title; move them there"
    ]


def test_questions_that_differ_by_an_everyday_word_alone_are_told(tmp_path: Path) -> None:
    said = advice(tmp_path, date(2026, 11, 24), topics_basics=("bread recipe", "what is human rights city"))
    assert [line for line in said if "is nearly" in line] == [
        "content/topics/basics.yaml:22: 'what is human rights city' is nearly 'What is a human rights city?' "
        "of what-is-hrc; word it differently"
    ]


def test_questions_that_differ_by_a_telling_word_are_left_alone(tmp_path: Path) -> None:
    said = advice(tmp_path, date(2026, 11, 24), topics_basics=("bread recipe", "define human rights cart"))
    assert not any("is nearly" in line for line in said)


CHAPTER = """theme: basics
topics:
  - id: our-hall
    reviewed: "2026-11-23"
    sources: [{id: project}]
    related: [bread]
    en:
      {title: Where is our hall?, questions: [what is human rights city], short: At number 5., long: Come in.}
    es: {title: ¿Dónde está nuestro salón?, questions: [el salón], short: En el 5., long: Pase.}
"""
HARD = "Municipalities institutionalizing participatory accountability mechanisms " + "continuously " * 40


def test_a_text_far_above_plain_language_is_told_with_its_line(tmp_path: Path) -> None:
    said = advice(tmp_path, date(2026, 11, 24), topics_basics=("A city guided by human rights.", HARD))
    hard = [line for line in said if "plain language" in line]
    assert len(hard) == 1
    assert hard[0].startswith("content/topics/basics.yaml:")
    assert "en.short reads far above plain language (LIX " in hard[0]


def test_our_own_content_gives_no_cause_for_advice() -> None:
    assert [str(one) for one in advise(load_bank().topics["alliance-what"].reviewed)] == []


def test_a_chapter_is_told_of_questions_that_everybody_has_nearly_so(tmp_path: Path) -> None:
    common = load_bank(write_content(tmp_path / "common"))
    own = tmp_path / "own"
    (own / "topics").mkdir(parents=True)
    (own / "topics" / "local.yaml").write_text(CHAPTER, encoding="utf-8")
    said = [str(one) for one in advise_chapter(date(2026, 11, 24), own, common)]
    assert [line for line in said if "is nearly" in line] == [
        f"{own}/topics/local.yaml:8: 'what is human rights city' is nearly 'What is a human rights city?' "
        "of what-is-hrc; word it differently"
    ]
    assert any("our-hall has 1 questions in es; give at least 8" in line for line in said)
