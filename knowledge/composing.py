"""Criteria, articles and cities as topics, so that a question finds them like any other."""

from __future__ import annotations

from typing import Final

from knowledge.normalize import Lang
from knowledge.schema import Article, ArticleText, City, CityText, Criterion, CriterionText, Topic, TopicText

_WORDS: Final[dict[Lang, dict[str, str]]] = {
    "en": {
        "criterion": "Criterion {number}: {name}",
        "evidence": "Evidence that counts",
        "next": "Next step",
        "article": "Article {number} of the Universal Declaration",
        "cities": "What cities do",
        "when": "When",
        "how": "How",
    },
    "es": {
        "criterion": "Criterio {number}: {name}",
        "evidence": "Pruebas que cuentan",
        "next": "Siguiente paso",
        "article": "Artículo {number} de la Declaración Universal",
        "cities": "Qué hacen las ciudades",
        "when": "Cuándo",
        "how": "Cómo",
    },
}


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
