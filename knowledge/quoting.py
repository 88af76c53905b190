"""Whether a text quotes the twelve criteria of this project, and in which version."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Final

from knowledge.normalize import Lang
from knowledge.schema import Criterion, Topic

_NAMED: Final[dict[Lang, re.Pattern[str]]] = {
    "en": re.compile(r"\b(?:twelve|12|each) criteri(?:a|on)\b|\bcriteri(?:a|on) \d", re.IGNORECASE),
    "es": re.compile(r"\b(?:doce|12|cada) criterios?\b|\bcriterios? \d", re.IGNORECASE),
}


def quotes_criteria(topic: Topic) -> bool:
    """Say whether the topic is a criterion, or speaks of all twelve or of some by number, in any language."""
    said = ((pattern, topic.texts[lang]) for lang, pattern in _NAMED.items() if lang in topic.texts)
    named = (pattern.search(f"{text.title}\n{text.short}\n{text.long}") for pattern, text in said)
    return topic.kind == "criterion" or any(named)


def version_of(criteria: Iterable[Criterion]) -> date | None:
    """Return the day on which any of the criteria was reviewed last: their version; None where there are none."""
    return max((one.reviewed for one in criteria), default=None)
