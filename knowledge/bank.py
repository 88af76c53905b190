"""The whole knowledge base, with the look-ups people's words need."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, TypeVar

from knowledge.naming import NameIndex
from knowledge.normalize import Lang
from knowledge.quoting import quotes_criteria, version_of
from knowledge.schema import Article, City, Criterion, Entry, Region, Source, Term, Theme, Topic

E = TypeVar("E", bound=Entry[Any])


@dataclass(frozen=True, slots=True)
class Bank:
    """Everything the bot knows. Criteria, articles and cities are also topics, under the same ids.

    `digest` identifies the content: it changes when any file does.
    """

    sources: Mapping[str, Source]
    themes: tuple[Theme, ...]
    topics: Mapping[str, Topic]
    criteria: tuple[Criterion, ...]
    articles: tuple[Article, ...]
    terms: tuple[Term, ...]
    cities: tuple[City, ...]
    digest: str
    uncovered: Mapping[Lang, tuple[str, ...]] = field(default_factory=dict)  # questions that it does not answer
    _criterion_names: NameIndex[Criterion] = field(init=False, repr=False, compare=False)
    _city_names: NameIndex[City] = field(init=False, repr=False, compare=False)
    _term_names: NameIndex[Term] = field(init=False, repr=False, compare=False)
    _theme_names: NameIndex[Theme] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index the names once; the fields are derived, so setting them keeps the value frozen."""
        object.__setattr__(self, "_criterion_names", NameIndex(_named_criteria(self.criteria)))
        object.__setattr__(self, "_city_names", NameIndex(_named_cities(self.cities)))
        object.__setattr__(self, "_term_names", NameIndex(_named_terms(self.terms)))
        object.__setattr__(self, "_theme_names", NameIndex(_named_themes(self.themes)))

    def joined(self, own: Bank) -> Bank:
        """Return this bank with the sources, themes and topics of `own`; where an id is in both, this one's stays."""
        held = {theme.id for theme in self.themes}
        return replace(
            self,
            sources={**own.sources, **self.sources},
            themes=(*self.themes, *(theme for theme in own.themes if theme.id not in held)),
            topics={**self.topics, **{key: one for key, one in own.topics.items() if key not in self.topics}},
            digest=f"{self.digest}+{own.digest}",
        )

    def with_topics(self, more: Iterable[Topic]) -> Bank:
        """Return this bank and `more`; a topic whose id or theme does not fit is left out.

        What a topic points to and is not here (a source, a relation) is taken off it.
        """
        themes = {theme.id for theme in self.themes}
        added = {one.id: one for one in more if one.id not in self.topics and one.theme in themes}
        topics = {**self.topics, **added}
        fitting = {key: self._without_dead_names(one, topics) for key, one in added.items()}
        return replace(self, topics={**self.topics, **fitting})

    def without(self, withdrawn: Collection[str]) -> Bank:
        """Return this bank without these topics, and without relations to them."""
        topics = {key: _apart_from(one, withdrawn) for key, one in self.topics.items() if key not in withdrawn}
        return replace(
            self,
            topics=topics,
            criteria=tuple(_apart_from(one, withdrawn) for one in self.criteria),
            articles=tuple(_apart_from(one, withdrawn) for one in self.articles),
            terms=tuple(_apart_from(one, withdrawn) for one in self.terms),
            cities=tuple(_apart_from(one, withdrawn) for one in self.cities),
        )

    def _without_dead_names(self, topic: Topic, topics: Mapping[str, Topic]) -> Topic:
        sources = tuple(ref for ref in topic.sources if ref.id in self.sources)
        return replace(topic, sources=sources, related=tuple(one for one in topic.related if one in topics))

    def topic(self, topic_id: str) -> Topic | None:
        """Return the topic with this id."""
        return self.topics.get(topic_id)

    def criteria_version(self, topic: Topic | None = None) -> date | None:
        """Return the version of the twelve criteria; None where `topic` does not quote them."""
        return version_of(self.criteria) if topic is None or quotes_criteria(topic) else None

    def topics_of(self, theme_id: str) -> tuple[Topic, ...]:
        """Return the topics of a theme in the order of the files."""
        return tuple(topic for topic in self.topics.values() if topic.theme == theme_id)

    def related(self, topic: Topic) -> tuple[Topic, ...]:
        """Return the topics that `topic` points to."""
        return tuple(self.topics[topic_id] for topic_id in topic.related)

    def find_theme(self, text: str) -> Theme | None:
        """Return the theme meant by its id or its name in any language."""
        return self._theme_names.find(text)

    def article(self, number: int) -> Article | None:
        """Return article `number` (1 to 30) of the Universal Declaration."""
        return next((article for article in self.articles if article.number == number), None)

    def criterion(self, key: int | str) -> Criterion | None:
        """Return the criterion meant by number (`7`, `"7"`, `"C7"`), id, or name in any language."""
        if isinstance(key, int):
            return next((criterion for criterion in self.criteria if criterion.number == key), None)
        return self._criterion_names.find(key)

    def nearest_criteria(self, text: str, limit: int = 3) -> tuple[Criterion, ...]:
        """Return criteria whose names are like `text`, most alike first."""
        return self._criterion_names.nearest(text, limit)

    def find_city(self, name: str) -> City | None:
        """Return the city meant by its name (`Boston`, `bostn`, `Boston, MA`) or id."""
        return self._city_names.find(name)

    def nearest_cities(self, name: str, limit: int = 3) -> tuple[City, ...]:
        """Return cities whose names are like `name`, most alike first."""
        return self._city_names.nearest(name, limit)

    def cities_of(self, region: Region) -> tuple[City, ...]:
        """Return the cities of a region in the order of the file."""
        return tuple(city for city in self.cities if city.region == region)

    def find_term(self, text: str) -> Term | None:
        """Return the glossary term meant in any language, abbreviations included."""
        return self._term_names.find(text)

    def nearest_terms(self, text: str, limit: int = 3) -> tuple[Term, ...]:
        """Return terms whose names are like `text`, most alike first."""
        return self._term_names.nearest(text, limit)


def _apart_from(entry: E, withdrawn: Collection[str]) -> E:
    return replace(entry, related=tuple(one for one in entry.related if one not in withdrawn))


def _named_criteria(criteria: tuple[Criterion, ...]) -> Iterator[tuple[str, Criterion]]:
    for criterion in criteria:
        number = criterion.number
        keys = (criterion.id, f"{number}", f"c{number}", f"c {number}", f"criterion {number}", f"criterio {number}")
        yield from ((name, criterion) for name in (*keys, *(text.name for text in criterion.texts.values())))


def _named_cities(cities: tuple[City, ...]) -> Iterator[tuple[str, City]]:
    yield from ((name, city) for city in cities for name in (city.name, city.id))
    yield from ((city.name.split(",")[0].split("(")[0], city) for city in cities)


def _named_terms(terms: tuple[Term, ...]) -> Iterator[tuple[str, Term]]:
    for term in terms:
        yield from ((text.term, term) for text in term.texts.values())
        yield term.id, term
    for term in terms:
        yield from ((name, term) for text in term.texts.values() for name in (*text.also, *_parts(text.term)))


def _parts(term: str) -> Iterator[str]:
    """A term such as `treaty / covenant` or `Universal Declaration (UDHR)` is known by its parts too."""
    yield from term.replace("(", "/").replace(")", "/").split("/")


def _named_themes(themes: tuple[Theme, ...]) -> Iterator[tuple[str, Theme]]:
    yield from ((name, theme) for theme in themes for name in (theme.id, *theme.names.values()))
