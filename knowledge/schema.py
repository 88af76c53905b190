"""What the knowledge base is made of: frozen values, each with its sources and the day it was reviewed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Generic, Literal, TypeVar

from knowledge.normalize import Lang

Kind = Literal["topic", "criterion", "article", "city", "term"]
Live = Literal["convenings", "joining", "contact", "committee"]
Region = Literal["us", "canada", "latin-america", "europe", "asia", "africa"]
Group = Literal["principles", "civil", "social", "order"]
T = TypeVar("T")


def in_language(texts: Mapping[Lang, T], lang: str) -> T:
    """Return the text in `lang` (`es`, `es-MX`, `en` ...), in English where the language is another."""
    return texts["es" if lang.lower().split("-")[0].split("_")[0] == "es" else "en"]


@dataclass(frozen=True, slots=True)
class Source:
    """A text that the knowledge base cites. `url` is empty for our own guidance; `note` may be empty."""

    id: str
    title: str
    author: str
    year: int | None
    url: str
    kind: str
    read: str
    reliability: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class SourceRef:
    """A source, and the part of it that is meant (empty: the whole)."""

    id: str
    part: str = ""


@dataclass(frozen=True, slots=True)
class Theme:
    """A shelf of topics, as people browse them."""

    id: str
    names: Mapping[Lang, str]

    def name(self, lang: str) -> str:
        """Return the theme's name in `lang`."""
        return in_language(self.names, lang)


@dataclass(frozen=True, slots=True)
class Entry(Generic[T]):
    """What every reviewed entry carries; `related` names topics."""

    id: str
    reviewed: date
    sources: tuple[SourceRef, ...]
    related: tuple[str, ...]
    texts: Mapping[Lang, T]

    def text(self, lang: str) -> T:
        """Return the entry's text in `lang`."""
        return in_language(self.texts, lang)


@dataclass(frozen=True, slots=True)
class TopicText:
    """A topic in one language: `short` stands alone, `long` adds to it (a CommonMark subset)."""

    lang: Lang
    title: str
    questions: tuple[str, ...]
    short: str
    long: str

    @property
    def variants(self) -> tuple[str, ...]:
        """The title and the questions: what retrieval looks at."""
        return (self.title, *self.questions)


@dataclass(frozen=True, slots=True)
class Topic(Entry[TopicText]):
    """Something a question can be answered with; `live` names what the bot adds from its own records."""

    theme: str
    live: Live | None = None
    kind: Kind = "topic"


@dataclass(frozen=True, slots=True)
class CriterionText:
    """One criterion in one language: its meaning, the evidence that counts, and a next step."""

    name: str
    meaning: str
    evidence: str
    next_step: str
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Criterion(Entry[CriterionText]):
    """One of the twelve criteria of a human rights city; `number` is 1 to 12."""

    number: int


@dataclass(frozen=True, slots=True)
class ArticleText:
    """One article in one language: our gloss, our paraphrase, and what cities do about it."""

    gloss: str
    article: str
    cities: str
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Article(Entry[ArticleText]):
    """One article of the Universal Declaration; `number` is 1 to 30."""

    number: int
    group: Group


@dataclass(frozen=True, slots=True)
class CityText:
    """A city in one language: when it committed itself, by what instrument, and what it does."""

    country: str
    when: str
    instrument: str
    does: str
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class City(Entry[CityText]):
    """A place in the directory; `year` is empty where it is not known or disputed."""

    name: str
    region: Region
    year: str


@dataclass(frozen=True, slots=True)
class TermText:
    """A glossary term in one language; `also` holds abbreviations and other spellings.

    Only a term with sources has a `title`, its main question; `plural` and `questions` add phrasings to it.
    """

    term: str
    meaning: str
    also: tuple[str, ...] = ()
    title: str = ""
    plural: str = ""
    questions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Term(Entry[TermText]):
    """A word of the field, explained in every language; one without sources is no answer to a question."""

    @property
    def topic_id(self) -> str:
        """The id of the topic that answers what the term means."""
        return f"term-{self.id}"
