"""The evaluation: what it counts, what it refuses, and what the packaged bank reaches on questions of its own."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from knowledge.errors import KnowledgeError
from knowledge.evaluate import Question, ask_all, auroc, evaluate, parted, read_questions, uncovered_at
from knowledge.figures import misses, table
from knowledge.index import Index, index_of
from knowledge.loader import load_bank
from knowledge.scoring import Phrase
from tests.knowledge.content import lexical_index

QUESTIONS = Path(__file__).parents[1] / "eval" / "questions.jsonl"
CLINC150 = Path(__file__).parents[3] / "shared" / "eval" / "clinc150"


@pytest.fixture(scope="module")
def index() -> Index:
    return lexical_index()


def write(folder: Path, *rows: object) -> Path:
    path = folder / "questions.jsonl"
    path.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows), encoding="utf-8")
    return path


@pytest.mark.parametrize(("lang", "right_first"), [("en", 0.75), ("es", 0.80)])
def test_unseen_questions_find_their_topic_first(index: Index, lang: str, right_first: float) -> None:
    """A guard against decline, of the lexical engine; what is reached stands in the benchmark."""
    questions = [question for question in read_questions(QUESTIONS) if question.lang == lang]
    found = evaluate(index, questions)
    assert found.right_first is not None
    assert found.right_first >= right_first


def test_few_answers_are_wrong_and_few_near_misses_are_answered(index: Index) -> None:
    found = evaluate(index, read_questions(QUESTIONS))
    assert found.wrong is not None
    assert found.uncovered_answered is not None
    assert found.wrong <= 0.05
    assert found.uncovered_answered <= 0.15


def test_clinc150_is_ranked_and_told_from_foreign_questions(capsys: pytest.CaptureFixture[str]) -> None:
    """CLINC150 (Larson et al., 2019, CC BY 3.0), read in place; the marks are those without an embedding."""
    if not CLINC150.is_dir():
        print("CLINC150 is not beside this checkout: nothing was measured")
        assert "nothing was measured" in capsys.readouterr().out
        return
    rows = [json.loads(line) for line in (CLINC150 / "bank.jsonl").read_text(encoding="utf-8").splitlines()]
    index = index_of({row["id"]: [Phrase.of(text, "en") for text in row["variants"]] for row in rows})
    found = evaluate(index, read_questions(CLINC150 / "queries.jsonl")[::5])
    assert found.right_first is not None and found.right_first >= 0.72
    assert found.auroc is not None and found.auroc >= 0.89
    assert found.uncovered_at_90 is not None and found.uncovered_at_90 <= 0.33


def test_shares_are_counted_over_the_right_questions(tmp_path: Path) -> None:
    index = index_of({"apple": [Phrase.of("red apple", "en")], "pear": [Phrase.of("green pear", "en")]})
    path = write(
        tmp_path,
        {"id": "1", "text": "red apple", "gold": ["apple"]},
        {"id": "2", "text": "green pear", "gold": ["apple"]},
        {"id": "3", "text": "zzz", "gold": []},
        "",
    )
    found = evaluate(index, read_questions(path))
    assert (found.questions, found.covered) == (3, 2)
    assert (found.right_first, found.auroc, found.uncovered_at_90) == (0.5, 1.0, 0.0)
    assert (found.answered, found.uncovered_answered, found.wrong) == (1.0, 0.0, 0.5)
    assert table({"all": found})[1].split()[:6] == ["all", "3", "50.0", "%", "100.0", "%"]


def test_nothing_to_count_is_no_figure(tmp_path: Path) -> None:
    index = index_of({"apple": [Phrase.of("red apple", "en")]})
    found = evaluate(index, read_questions(write(tmp_path, {"id": "1", "text": "zzz", "gold": []})))
    assert (found.right_first, found.auroc, found.wrong) == (None, None, None)
    assert table({"all": found})[1].split()[1:6] == ["1", "-", "-", "-", "-"]


def test_facts_are_looked_for_in_the_answer_given_case_and_accents_aside() -> None:
    bank = load_bank()
    title = bank.topics["origins-rosario"].texts["es"].title
    facts = (("ROSÁRIO",), ("1996", "1997"))
    questions = [
        Question("1", title, frozenset({"origins-rosario"}), "es", facts=facts),
        Question("2", title, frozenset({"origins-rosario"}), "es", facts=(*facts, ("Lisboa",))),
        Question("3", title, frozenset({"origins-rosario"}), "es"),
    ]
    assert evaluate(lexical_index(), questions, bank.topics).facts == 0.5
    assert evaluate(lexical_index(), questions[2:], bank.topics).facts is None


def test_figures_are_parted_by_language_and_theme() -> None:
    index = index_of({"apple": [Phrase.of("red apple", "en")], "pear": [Phrase.of("pera verde", "es")]})
    questions = [
        Question("1", "red apple", frozenset({"apple"}), "en"),
        Question("2", "pera verde", frozenset({"pear"}), "es"),
        Question("3", "zzz", frozenset(), "es", "sweets"),
        Question("4", "pera verde", frozenset({"apple"})),
    ]
    asked = ask_all(index, questions)
    parts = parted(asked, {"apple": "fruit"})
    assert {name: (found.questions, found.right_first) for name, found in parts.items()} == {
        "all": (4, 2 / 3),
        "language not given": (1, 0.0),
        "language en": (1, 1.0),
        "language es": (2, 1.0),
        "theme fruit": (2, 0.5),
        "theme not given": (1, 1.0),
        "theme sweets": (1, None),
    }
    assert list(misses(asked)) == ["wrong answer: 4 'pera verde': pear, not apple"]


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("not json", ":2: is not"),
        ("[1]", ":2: is not"),
        ({"text": "no gold"}, ":2: is not"),
        ({"text": 5, "gold": []}, ":2: needs text"),
        ({"text": "x", "gold": "apple"}, ":2: needs text"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, row: object, fault: str) -> None:
    with pytest.raises(KnowledgeError, match=r"questions\.jsonl" + fault):
        read_questions(write(tmp_path, {"text": "ok", "gold": []}, row))


def test_a_file_without_questions_or_absent_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="holds no question"):
        read_questions(write(tmp_path, ""))
    with pytest.raises(KnowledgeError, match="cannot be read"):
        read_questions(tmp_path / "none.jsonl")


def test_a_question_that_expects_an_unknown_topic_is_refused(tmp_path: Path) -> None:
    index = index_of({"apple": [Phrase.of("red apple", "en")]})
    with pytest.raises(KnowledgeError, match="do not exist: peach"):
        evaluate(index, read_questions(write(tmp_path, {"text": "x", "gold": ["peach"]})))
    with pytest.raises(KnowledgeError, match="no question to ask"):
        evaluate(index, [])


def test_auroc_counts_ties_half() -> None:
    assert auroc(np.array([1.0, 0.5]), np.array([0.5, 0.0])) == 0.875
    assert uncovered_at(0.5, np.array([0.2, 0.8]), np.array([0.1, 0.6])) == 0.5
