"""Published topics as content files, in the form that the knowledge base reads strictly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from bot.domain.questions import PublishedTopic, TopicWords
from knowledge.normalize import LANGS

WIDTH = 110


class _Dumper(yaml.SafeDumper):
    """Writes every value in full: the reader takes no aliases."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the library's own signature
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        super().increase_indent(flow, indentless=False)


def files_of(topics: Iterable[PublishedTopic]) -> Mapping[str, str]:
    """Return a file's name below the content folder to its text, one for each theme: a file has one theme."""
    by_theme: dict[str, list[PublishedTopic]] = {}
    for topic in topics:
        by_theme.setdefault(topic.theme, []).append(topic)
    return {f"topics/asked-{theme}.yaml": as_yaml(some) for theme, some in sorted(by_theme.items())}


def as_yaml(topics: Iterable[PublishedTopic]) -> str:
    """Return topics of one theme as a content file.

    Raises:
        ValueError: no topic, or topics of several themes; `files_of` parts them.
    """
    topics = tuple(topics)
    themes = {one.theme for one in topics}
    if len(themes) != 1:
        raise ValueError(f"a content file holds topics of one theme, not of {sorted(themes)}")
    content = {"theme": themes.pop(), "topics": [_entry(one) for one in topics]}
    text: str = yaml.dump(content, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=WIDTH)
    return f"# Answers of people to questions that were asked here, each checked by a second person.\n{text}"


def _entry(topic: PublishedTopic) -> dict[str, Any]:
    return {
        "id": topic.id,
        "reviewed": topic.approved_at.date().isoformat(),
        "sources": [{"id": one} for one in topic.sources],
        "related": list(topic.related),
        **{lang: _words(topic.words[lang]) for lang in LANGS},
    }


def _words(words: TopicWords) -> dict[str, Any]:
    questions = list(words.questions) or [words.title]  # a content file needs one
    return {"title": words.title, "questions": questions, "short": words.short, "long": words.long}
