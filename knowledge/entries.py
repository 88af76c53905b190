"""How each kind of entry is written in the content files: one function a kind, cursor in, value out."""

from __future__ import annotations

from typing import Any, Final, TypedDict, get_args

from knowledge.normalize import LANGS, Lang
from knowledge.reading import Cursor
from knowledge.schema import (
    Article,
    ArticleText,
    City,
    CityText,
    Criterion,
    CriterionText,
    Group,
    Live,
    Region,
    Source,
    SourceRef,
    Term,
    TermText,
    Theme,
    Topic,
    TopicText,
)

MAX_SHORT_WORDS: Final = 60
MAX_LONG_WORDS: Final = 220
MAX_QUESTION_CHARS: Final = 400
MAX_UNCOVERED_CHARS: Final = 500
_COMMON: Final = ("id", "reviewed", "sources", "related")
_RELIABILITIES: Final = ("A", "B", "C")
_READ: Final = ("seed", "full", "excerpt", "none", "ours")


class _Common(TypedDict):
    id: str
    reviewed: Any
    sources: tuple[SourceRef, ...]
    related: tuple[str, ...]


def source(at: Cursor) -> Source:
    """Read one entry of sources.yaml."""
    at.fields(("id", "title", "author", "year", "url", "kind", "read", "reliability"), ("note",))
    return Source(
        id=_claimed(at, "source"),
        title=at.at("title").text(),
        author=at.at("author").text_or_none() or "",
        year=None if at.at("year").value is None else at.at("year").whole(1200, 2100),
        url=_address(at.at("url")),
        kind=at.at("kind").text(),
        read=at.at("read").one_of(_READ),
        reliability=at.at("reliability").one_of(_RELIABILITIES),
        note=at.at("note").text_or_none() or "",
    )


def theme(at: Cursor) -> Theme:
    """Read one entry of themes.yaml."""
    at.fields(("id", "name"))
    names = at.at("name").fields(LANGS).per_language(Cursor.text)
    return Theme(_claimed(at, "theme"), names)


def topic(at: Cursor, theme_id: str) -> Topic:
    """Read one entry of a file of topics/."""
    at.fields((*_COMMON, *LANGS), ("live",))
    common = _common(at)
    lives: tuple[Live, ...] = get_args(Live)
    live = at.at("live").one_of(lives) if at.has("live") else None
    texts = {lang: _topic_text(at.at(lang), lang, common["id"]) for lang in LANGS}
    return Topic(**common, texts=texts, theme=theme_id, live=live)


def uncovered(at: Cursor) -> tuple[str, ...]:
    """Read one language of uncovered.yaml."""
    texts = [(item.text(max_chars=MAX_UNCOVERED_CHARS), item) for item in at.items()]
    at.findings.uncovered += texts
    return tuple(text for text, _ in texts)


def _topic_text(at: Cursor, lang: Lang, topic_id: str) -> TopicText:
    at.fields(("title", "questions", "short", "long"))
    return TopicText(
        lang=lang,
        title=_variant(at.at("title"), topic_id),
        questions=_questions(at, topic_id),
        short=at.at("short").prose(MAX_SHORT_WORDS),
        long=at.at("long").prose(MAX_LONG_WORDS),
    )


def criterion(at: Cursor) -> Criterion:
    """Read one entry of criteria.yaml."""
    at.fields((*_COMMON, "number", *LANGS))
    common = _common(at)
    number = _numbered(at, "criterion", 12)
    return Criterion(**common, texts=at.per_language(lambda text: _criterion_text(text, common["id"])), number=number)


def _criterion_text(at: Cursor, topic_id: str) -> CriterionText:
    at.fields(("name", "meaning", "evidence", "next_step", "questions"))
    return CriterionText(
        name=at.at("name").text(max_chars=80),
        meaning=at.at("meaning").prose(),
        evidence=at.at("evidence").prose(),
        next_step=at.at("next_step").prose(),
        questions=_questions(at, topic_id),
    )


def article(at: Cursor) -> Article:
    """Read one entry of articles.yaml."""
    at.fields((*_COMMON, "number", "group", *LANGS))
    common = _common(at)
    number = _numbered(at, "article", 30)
    groups: tuple[Group, ...] = get_args(Group)
    texts = at.per_language(lambda text: _article_text(text, common["id"]))
    return Article(**common, texts=texts, number=number, group=at.at("group").one_of(groups))


def _article_text(at: Cursor, topic_id: str) -> ArticleText:
    at.fields(("gloss", "article", "cities", "questions"))
    return ArticleText(
        gloss=at.at("gloss").prose(MAX_SHORT_WORDS),
        article=at.at("article").prose(),
        cities=at.at("cities").prose(),
        questions=_questions(at, topic_id),
    )


def city(at: Cursor) -> City:
    """Read one entry of cities.yaml."""
    at.fields((*_COMMON, "name", "region", "country", "year", *LANGS))
    common = _common(at)
    countries = at.at("country").fields(LANGS).per_language(Cursor.text)
    regions: tuple[Region, ...] = get_args(Region)
    return City(
        **common,
        texts={lang: _city_text(at.at(lang), countries[lang], common["id"]) for lang in LANGS},
        name=at.at("name").text(max_chars=80),
        region=at.at("region").one_of(regions),
        year=at.at("year").text_or_none() or "",
    )


def _city_text(at: Cursor, country: str, topic_id: str) -> CityText:
    at.fields(("when", "instrument", "does", "questions"))
    return CityText(
        country=country,
        when=at.at("when").text(),
        instrument=at.at("instrument").text(),
        does=at.at("does").prose(),
        questions=_questions(at, topic_id),
    )


def term(at: Cursor) -> Term:
    """Read one entry of glossary.yaml."""
    at.fields(("id", "reviewed", *LANGS), ("sources", "related"))
    sources = tuple(_source_ref(item) for item in _listed(at, "sources"))
    related = tuple(_related(item) for item in _listed(at, "related"))
    name, reviewed = _claimed(at, "term"), at.at("reviewed").day()
    read = _asked_term_text if at.has("sources") else _term_text
    texts = at.per_language(lambda text: read(text, name))
    found = Term(name, reviewed, sources, related, texts)
    if sources and name:
        at.findings.claim("topic", found.topic_id, at.at("id"))
    return found


def _term_text(at: Cursor, _: str) -> TermText:
    """Read a term that only the glossary explains: nobody finds it by a question, so it has none."""
    at.fields(("term", "meaning"), ("also",))
    return TermText(at.at("term").text(max_chars=120), at.at("meaning").prose(MAX_SHORT_WORDS), _also(at))


def _asked_term_text(at: Cursor, name: str) -> TermText:
    at.fields(("title", "term", "meaning"), ("also", "plural", "questions"))
    return TermText(
        term=at.at("term").text(max_chars=120),
        meaning=at.at("meaning").prose(MAX_SHORT_WORDS),
        also=_also(at),
        title=at.at("title").text(max_chars=MAX_QUESTION_CHARS),
        plural=at.at("plural").text_or_none() or "",
        questions=tuple(_variant(item, f"term-{name}") for item in _listed(at, "questions")),
    )


def _also(at: Cursor) -> tuple[str, ...]:
    return tuple(item.text(max_chars=80) for item in _listed(at, "also"))


def _listed(at: Cursor, key: str) -> list[Cursor]:
    """Return the items of a list that may be left out; where it is written it is not empty."""
    return at.at(key).items() if at.has(key) else []


def _common(at: Cursor) -> _Common:
    """Read what every reviewed entry carries, and note the names that must exist."""
    return {
        "id": _claimed(at, "topic"),
        "reviewed": at.at("reviewed").day(),
        "sources": tuple(_source_ref(item) for item in at.at("sources").items()),
        "related": tuple(_related(item) for item in at.at("related").items()),
    }


def _claimed(at: Cursor, kind: str) -> str:
    place = at.at("id")
    name = place.slug()
    if name:
        at.findings.claim(kind, name, place)
    return name


def _source_ref(at: Cursor) -> SourceRef:
    at.fields(("id",), ("part",))
    place = at.at("id")
    name = place.text()
    if name:
        at.findings.source_uses.append((name, place))
    return SourceRef(name, at.at("part").text_or_none() or "")


def _related(at: Cursor) -> str:
    name = at.text()
    if name:
        at.findings.topic_uses.append((name, at))
    return name


def _numbered(at: Cursor, kind: str, high: int) -> int:
    place = at.at("number")
    number = place.whole(1, high)
    at.findings.claim(f"{kind} number", str(number), place)
    return number


def _questions(at: Cursor, topic_id: str) -> tuple[str, ...]:
    return tuple(_variant(item, topic_id) for item in at.at("questions").items())


def _variant(at: Cursor, topic_id: str) -> str:
    text = at.text(max_chars=MAX_QUESTION_CHARS)
    if text:
        at.findings.variants.append((topic_id, text, at))
    return text


def _address(at: Cursor) -> str:
    """Addresses of sources are printed as they were recorded, so plain http is kept."""
    text = at.value if isinstance(at.value, str) else ""
    if at.value is not None and not text.startswith(("https://", "http://")):
        at.report("is not a web address; write https://... or null")
    return text
