"""Criteria, articles, cities and glossary terms as topics, so that a question finds them like any other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from knowledge.normalize import LANGS, Lang, words
from knowledge.schema import (
    Article,
    ArticleText,
    City,
    CityText,
    Criterion,
    CriterionText,
    Term,
    TermText,
    Topic,
    TopicText,
)

_WORDS: Final[dict[Lang, dict[str, str]]] = {
    "en": {
        "criterion": "Criterion {number}: {name}",
        "evidence": "Evidence that counts",
        "next": "Next step",
        "article": "Article {number} of the Universal Declaration",
        "cities": "What cities do",
        "when": "When",
        "how": "How",
        "also": "Also",
        "other": "In Spanish",
    },
    "es": {
        "criterion": "Criterio {number}: {name}",
        "evidence": "Pruebas que cuentan",
        "next": "Siguiente paso",
        "article": "Artículo {number} de la Declaración Universal",
        "cities": "Qué hacen las ciudades",
        "when": "Cuándo",
        "how": "Cómo",
        "also": "También",
        "other": "En inglés",
    },
}
# How people ask for a meaning, by what is named: the term, several of it, another name for it.
_ONE: Final[dict[Lang, tuple[str, ...]]] = {
    "en": ("what is {}", "what does {} mean", "{} meaning", "define {}", "{}"),
    "es": ("qué es {}", "qué significa {}", "{} significado", "define {}", "{}"),
}
_SEVERAL: Final[dict[Lang, tuple[str, ...]]] = {"en": ("what are {}", "{}"), "es": ("qué son {}", "{}")}
_OTHER_NAME: Final[dict[Lang, tuple[str, ...]]] = {"en": ("what does {} mean",), "es": ("qué significa {}",)}
_ARTICLES: Final = frozenset(("a", "an", "the", "el", "la", "los", "las", "lo", "un", "una", "unos", "unas"))
Key = tuple[str, ...]


def criterion_topic(criterion: Criterion) -> Topic:
    """Return the topic of a criterion."""
    texts = {lang: _criterion_text(text, lang, criterion.number) for lang, text in criterion.texts.items()}
    return Topic(
        criterion.id, criterion.reviewed, criterion.sources, criterion.related, texts, "criteria", kind="criterion"
    )


def article_topic(article: Article) -> Topic:
    """Return the topic of an article."""
    texts = {lang: _article_text(text, lang, article.number) for lang, text in article.texts.items()}
    return Topic(article.id, article.reviewed, article.sources, article.related, texts, "udhr", kind="article")


def city_topic(city: City) -> Topic:
    """Return the topic of a city; United States cities have a theme of their own."""
    texts = {lang: _city_text(text, lang, city.name) for lang, text in city.texts.items()}
    theme = "cities-us" if city.region == "us" else "cities-world"
    return Topic(city.id, city.reviewed, city.sources, city.related, texts, theme, kind="city")


def term_topics(terms: Iterable[Term], topics: Iterable[Topic]) -> Iterator[Topic]:
    """Yield a topic for each term with sources, unless one of `topics` answers its main question.

    Phrasings that another topic or term has are left out, since retrieval could not tell them apart.
    """
    terms = [term for term in terms if term.sources]
    owners = {_key(variant): topic.id for topic in topics for lang in LANGS for variant in topic.texts[lang].variants}
    for term in terms:
        for text in term.texts.values():
            for written in (text.title, *text.questions):
                owners.setdefault(_key(written), term.topic_id)
    for term in terms:
        if not _is_answered(term, owners):
            yield _term_topic(term, owners)


def _is_answered(term: Term, owners: dict[Key, str]) -> bool:
    """Tell whether another topic has the term's title or the first of its definitional phrasings."""
    asked = (variant for lang, text in term.texts.items() for variant in (text.title, *_main_questions(text, lang)))
    return any(owners.get(_key(variant), term.topic_id) != term.topic_id for variant in asked)


def _main_questions(text: TermText, lang: Lang) -> list[str]:
    several = [_SEVERAL[lang][0].format(text.plural)] if text.plural else []
    return [_ONE[lang][0].format(text.term), *several]


def _term_topic(term: Term, owners: dict[Key, str]) -> Topic:
    texts = {lang: _term_text(term, lang, owners) for lang in LANGS}
    return Topic(term.topic_id, term.reviewed, term.sources, term.related, texts, "glossary", kind="term")


def _term_text(term: Term, lang: Lang, owners: dict[Key, str]) -> TopicText:
    text, named = term.texts[lang], _WORDS[lang]
    phrasings = {words(variant): variant for variant in (*_generated(text, lang), *text.questions)}
    phrasings.pop(words(text.title), None)
    questions = tuple(one for one in phrasings.values() if owners.setdefault(_key(one), term.topic_id) == term.topic_id)
    also = [_labelled(named["also"], _sentence(", ".join(text.also)))] if text.also else []
    other = term.texts["en" if lang == "es" else "es"].term
    long = "\n\n".join([*also, _labelled(named["other"], _sentence(other))])
    return TopicText(lang, text.title, questions, f"{text.term[:1].upper()}{text.term[1:]}: {text.meaning}", long)


def _generated(text: TermText, lang: Lang) -> Iterator[str]:
    yield from (asked.format(text.term) for asked in _ONE[lang])
    yield from (asked.format(text.plural) for asked in _SEVERAL[lang] if text.plural)
    yield from (asked.format(name) for name in text.also for asked in _OTHER_NAME[lang])


def _key(text: str) -> Key:
    """Return the words that tell questions apart: articles do not."""
    return tuple(word for word in words(text) if word not in _ARTICLES)


def _criterion_text(text: CriterionText, lang: Lang, number: int) -> TopicText:
    named = _WORDS[lang]
    title = named["criterion"].format(number=number, name=text.name)
    parts = _labelled(named["evidence"], text.evidence), _labelled(named["next"], text.next_step)
    return TopicText(lang, title, text.questions, text.meaning, "\n\n".join(parts))


def _article_text(text: ArticleText, lang: Lang, number: int) -> TopicText:
    named = _WORDS[lang]
    title = named["article"].format(number=number)
    return TopicText(
        lang, title, text.questions, text.gloss, f"{text.article}\n\n{_labelled(named['cities'], text.cities)}"
    )


def _city_text(text: CityText, lang: Lang, name: str) -> TopicText:
    named = _WORDS[lang]
    facts = _labelled(named["when"], _sentence(text.when)), _labelled(named["how"], _sentence(text.instrument))
    short = f"{name} ({text.country}). {' '.join(facts)}"
    return TopicText(lang, name, text.questions, short, text.does)


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _labelled(label: str, text: str) -> str:
    return f"**{label}:** {text}"
