"""Look-ups: what people type finds the thing they mean, or nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.bank import Bank
from knowledge.loader import load_bank
from tests.knowledge.content import write_content


@pytest.fixture(scope="module")
def bank() -> Bank:
    return load_bank()


@pytest.mark.parametrize("key", [1, "1", "c1", "C 1", "criterion 1", "Criterio 1", "criteria-c1", "compromiso publico"])
def test_a_criterion_is_found_by_number_code_and_name(key: int | str, tmp_path: Path) -> None:
    found = load_bank(write_content(tmp_path)).criterion(key)
    assert found is not None
    assert found.number == 1


@pytest.mark.parametrize("key", [0, 13, "13", "c13", "nothing like it", ""])
def test_a_criterion_that_is_not_there_is_none(bank: Bank, key: int | str) -> None:
    assert bank.criterion(key) is None


def test_there_are_twelve_criteria_and_thirty_articles_in_order(bank: Bank) -> None:
    assert [criterion.number for criterion in bank.criteria] == list(range(1, 13))
    assert [article.number for article in bank.articles] == list(range(1, 31))
    assert bank.article(31) is None
    article = bank.article(25)
    assert article is not None
    assert article.id == "udhr-article-25"


@pytest.mark.parametrize(
    "name", ["boston", "Bostn", "BOSTON, Massachusetts", " boston massachusetts ", "us-city-boston"]
)
def test_a_city_is_found_by_what_people_type(bank: Bank, name: str) -> None:
    found = bank.find_city(name)
    assert found is not None
    assert found.id == "us-city-boston"


def test_a_city_is_found_without_its_accents_and_by_its_beginning(bank: Bank) -> None:
    assert [city and city.id for city in map(bank.find_city, ("montréal", "montreal", "graz"))] == [
        "world-city-montreal",
        "world-city-montreal",
        "world-city-graz",
    ]


@pytest.mark.parametrize("name", ["", "   ", "?", "Atlantis", "x" * 5000])
def test_a_city_that_is_not_there_is_none(bank: Bank, name: str) -> None:
    assert bank.find_city(name) is None


def test_near_names_are_offered_once_each(bank: Bank) -> None:
    near = bank.nearest_cities("bosto", 3)
    assert near[0].id == "us-city-boston"
    assert len(near) == len({city.id for city in near}) <= 3
    assert bank.nearest_cities("") == ()


@pytest.mark.parametrize(
    "text", ["UDHR", "dudh", "universal declaration of human rights", "declaracion universal de los derechos humanos"]
)
def test_a_term_is_found_in_both_languages_and_by_its_initials(bank: Bank, text: str) -> None:
    found = bank.find_term(text)
    assert found is not None
    assert "Universal Declaration" in found.text("en").term


def test_a_term_forgives_a_slip_of_the_keyboard(bank: Bank) -> None:
    found = bank.find_term("rigths holders")
    assert found is not None
    assert found.text("es").term == "titular de derechos"
    assert bank.find_term("photosynthesis") is None
    assert found in bank.nearest_terms("holder of rights")


def test_near_criteria_are_offered(tmp_path: Path) -> None:
    assert [criterion.number for criterion in load_bank(write_content(tmp_path)).nearest_criteria("commitment")] == [1]


def test_themes_hold_every_topic_once(bank: Bank) -> None:
    held = [topic.id for theme in bank.themes for topic in bank.topics_of(theme.id)]
    assert sorted(held) == sorted(bank.topics)
    theme = bank.find_theme("criteria and self-assessment")
    assert theme is not None
    assert theme.id == "criteria"
    assert theme.name("es") == "Criterios y autoevaluación"


def test_related_topics_and_regions_resolve(bank: Bank) -> None:
    topic = bank.topic("what-is-hrc")
    assert topic is not None
    assert [related.id for related in bank.related(topic)] == list(topic.related)
    assert all(city.region == "us" for city in bank.cities_of("us"))
    assert bank.topic("no-such-topic") is None
