"""The loader: every fault names file and line, and sound content becomes topics."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from knowledge.errors import KnowledgeError
from knowledge.loader import check, load_bank
from tests.knowledge.content import write_content


def faults(folder: Path, **changed: tuple[str, str]) -> list[str]:
    return [str(error) for error in check(write_content(folder, **changed))]


def test_the_packaged_content_has_no_fault() -> None:
    assert [str(error) for error in check()] == []


def test_sound_content_becomes_topics_of_every_kind(tmp_path: Path) -> None:
    bank = load_bank(write_content(tmp_path))
    assert {topic.id: (topic.kind, topic.theme) for topic in bank.topics.values()} == {
        "what-is-hrc": ("topic", "basics"),
        "bread": ("topic", "basics"),
        "criteria-c1": ("criterion", "criteria"),
        "udhr-article-25": ("article", "udhr"),
        "us-city-boston": ("city", "cities-us"),
        "term-rights-holder": ("term", "glossary"),
    }
    topic = bank.topics["what-is-hrc"]
    assert topic.reviewed == date(2026, 11, 23)
    assert topic.live == "joining"
    assert topic.sources[0].part == "definition"
    assert topic.text("es-MX").title == "¿Qué es una ciudad de derechos humanos?"
    assert topic.text("fr").title == "What is a human rights city?"


def test_criteria_articles_and_cities_read_as_topics(tmp_path: Path) -> None:
    bank = load_bank(write_content(tmp_path))
    assert bank.topics["criteria-c1"].text("es").title == "Criterio 1: Compromiso público"
    article = bank.topics["udhr-article-25"].text("en")
    assert article.title == "Article 25 of the Universal Declaration"
    assert article.short == "Enough to live."
    assert article.long == "Food and a home.\n\n**What cities do:** They build."
    city = bank.topics["us-city-boston"].text("en")
    assert city.title == "Boston, Massachusetts"
    assert city.short == "Boston, Massachusetts (United States). **When:** April 2011. **How:** Resolution."


TOPICS = "content/topics/basics.yaml"


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        (("live: joining", "lives: joining"), f"{TOPICS}:7: topics[0].lives is not a known key; did you mean 'live'?"),
        (("      short: A city guided by human rights.\n", ""), f"{TOPICS}:8: topics[0].en.short is missing; add it"),
        (("short: A city guided by human rights.", "short: 5"), f"{TOPICS}:11: topics[0].en.short is a whole number"),
        (("short: A city guided by human rights.", "short: ''"), f"{TOPICS}:11: topics[0].en.short is empty"),
        (("    es:\n      title", "    fr:\n      title"), f"{TOPICS}:3: topics[0].es is missing; add it"),
        (('"2026-11-23"', '"2026-02-30"'), f"{TOPICS}:4: topics[0].reviewed is '2026-02-30'; write a date"),
        (("sources: [{id: seed, part: definition}]", "sources: []"), f"{TOPICS}:5: topics[0].sources has 0 items"),
        (
            ("id: seed, part", "id: sed, part"),
            f"{TOPICS}:5: topics[0].sources[0].id names 'sed', which is not a source",
        ),
        (("[criteria-c1]", "[criteria-c9]"), f"{TOPICS}:6: topics[0].related[0] names 'criteria-c9', which is not a"),
        (("live: joining", "live: parties"), f"{TOPICS}:7: topics[0].live is 'parties'; use one of convenings"),
        (("theme: basics", "theme: basis"), f"{TOPICS}:1: theme names 'basis', which is not a theme"),
        (("id: bread", "id: what-is-hrc"), f"{TOPICS}:18: topics[1].id 'what-is-hrc' is taken already ({TOPICS}:3)"),
        (("id: bread", "id: Bread!"), f"{TOPICS}:18: topics[1].id is 'Bread!'; use lower-case letters"),
        (("A city guided", "word " * 61), f"{TOPICS}:11: topics[0].en.short has 64 words; at most 60 are allowed"),
        (("It refers to", "word " * 221), f"{TOPICS}:12: topics[0].en.long has 223 words; at most 220 are allowed"),
        (("https://example.org/udhr", "http://example.org"), f"{TOPICS}:12: topics[0].en.long links to 'http://ex"),
        (("https://example.org/udhr", "javascript:x"), f"{TOPICS}:12: topics[0].en.long links to 'javascript:x'"),
        (("[bread recipe,", "[define human rights CITY?,"), f"{TOPICS}:22: topics[1].en.questions[0] 'define human"),
        (("[bread recipe, baking a loaf]", "bread"), f"{TOPICS}:22: topics[1].en.questions is text; write a list"),
        (("theme: basics\n", ""), f"{TOPICS}:1: theme is missing; add it"),
    ],
)
def test_a_fault_in_a_topic_names_file_line_and_key(tmp_path: Path, changed: tuple[str, str], fault: str) -> None:
    assert any(said.startswith(fault) for said in faults(tmp_path, topics_basics=changed)), faults(
        tmp_path, topics_basics=changed
    )


@pytest.mark.parametrize(
    ("file", "changed", "fault"),
    [
        ("sources", ("year: 2018", "year: soon"), "content/sources.yaml:5: sources[0].year is text; write a whole"),
        ("sources", ("https://example.org", "ftp://x.org"), "content/sources.yaml:6: sources[0].url is not a web add"),
        ("sources", ("id: project", "id: seed"), "content/sources.yaml:10: sources[1].id 'seed' is taken already"),
        ("criteria", ("number: 1", "number: 13"), "content/criteria.yaml:2: criteria[0].number is 13; it must be"),
        ("articles", ("group: social", "group: x"), "content/articles.yaml:4: articles[0].group is 'x'; use one of"),
        ("articles", ("number: 25", "number: true"), "content/articles.yaml:2: articles[0].number is true or false;"),
        ("cities", ("region: us", "region: moon"), "content/cities.yaml:4: cities[0].region is 'moon'; use one of"),
        ("cities", ("es: Estados Unidos", "es: no"), ""),
        ("cities", ('year: "2011"', "year: 2011"), "content/cities.yaml:6: cities[0].year is a whole number; write t"),
        ("glossary", ("also: [RH]", "also: RH"), "content/glossary.yaml:11: terms[0].en.also is text; write a list"),
        ("glossary", ("also: [RH]", "also: []"), "content/glossary.yaml:11: terms[0].en.also has 0 items; give at"),
        ("glossary", ("part: people", "parts: x"), "content/glossary.yaml:4: terms[0].sources[0].parts is not a known"),
        ("glossary", ("{id: seed, part", "{id: sed, part"), "content/glossary.yaml:4: terms[0].sources[0].id names 's"),
        ("glossary", ("[what-is-hrc]", "[what-is]"), "content/glossary.yaml:5: terms[0].related[0] names 'what-is', "),
        (
            "glossary",
            ("[what-is-hrc]", "[term-human-rights-city]"),
            "content/glossary.yaml:5: terms[0].related[0] names",
        ),
        (
            "glossary",
            ("      title: What is a rights-holder?\n", ""),
            "content/glossary.yaml:6: terms[0].en.title is mi",
        ),
        (
            "glossary",
            ("en: {term: crumb", "en: {title: x, term: crumb"),
            "content/glossary.yaml:21: terms[2].en.title i",
        ),
        ("glossary", ("[who are rights-holders]", "[bread recipe]"), "content/glossary.yaml:12: terms[0].en.questions"),
        (
            "glossary",
            ('reviewed: "2026-11-23"\n    sources: [{id: seed, part', "sources: [{id: seed, part"),
            "content/glossary.yaml:2: terms[0].reviewed is missing",
        ),
        ("glossary", ("terms:", "term:"), "content/glossary.yaml:1: term is not a known key; did you mean 'terms'?"),
        ("themes", ("en: Basics", "en: &x Basics"), "content/themes.yaml:2: uses an anchor (&)"),
    ],
)
def test_a_fault_in_another_file_names_it(tmp_path: Path, file: str, changed: tuple[str, str], fault: str) -> None:
    found = faults(tmp_path, **{file: changed})
    assert any(said.startswith(fault) for said in found) if fault else found == []


def test_several_faults_are_all_told_and_the_first_is_raised(tmp_path: Path) -> None:
    folder = write_content(
        tmp_path, topics_basics=("live: joining", "life: joining"), cities=("region: us", "region: moon")
    )
    assert [error.file for error in check(folder)] == ["content/cities.yaml", "content/topics/basics.yaml"]
    with pytest.raises(
        KnowledgeError, match=r"^content/cities\.yaml:4: .* \(and 1 more: run `hrc-bot knowledge check`"
    ):
        load_bank(folder)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    folder = write_content(tmp_path)
    (folder / "criteria.yaml").unlink()
    assert "content/criteria.yaml: cannot be read" in str(check(folder)[0])


def test_a_folder_without_topic_files_is_refused(tmp_path: Path) -> None:
    folder = write_content(tmp_path)
    (folder / "topics" / "basics.yaml").unlink()
    assert any("content/topics: holds no topic file" in str(error) for error in check(folder))


def test_the_digest_changes_with_any_content(tmp_path: Path) -> None:
    first = load_bank(write_content(tmp_path / "a")).digest
    assert first == load_bank(write_content(tmp_path / "b")).digest
    assert first != load_bank(write_content(tmp_path / "c", glossary=("Who has", "Whoever has"))).digest
