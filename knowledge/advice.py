"""What is no fault of the content and still deserves a look: old reviews, questions few, unread or too much alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np
from rapidfuzz import fuzz, process

from knowledge.bank import Bank
from knowledge.errors import KnowledgeError
from knowledge.loader import CONTENT, read
from knowledge.normalize import LANGS, words
from knowledge.reading import Cursor, Findings

STALE_DAYS: Final = 548  # 18 months
FEW_QUESTIONS: Final = 5
ALIKE: Final = 90.0  # likeness in 0..100 from which two questions are nearly the same
COMMON_SHARE: Final = 0.08  # share of the topics from which a word is common


def advise(today: date, folder: Path = CONTENT) -> list[KnowledgeError]:
    """Return advice on the content in `folder`, by file and line; never a reason to refuse it.

    Args:
        today: the day against which reviews are old.
        folder: the content.
    """
    bank, findings = read(folder)
    advice = [*_stale(bank, findings, today), *_few(bank, findings), *_unread(bank, findings), *_alike(findings)]
    return sorted(advice, key=lambda item: (item.file, item.line))


def _stale(bank: Bank, findings: Findings, today: date) -> Iterator[KnowledgeError]:
    for topic in bank.topics.values():
        age = (today - topic.reviewed).days
        if age > STALE_DAYS:
            yield _about(findings, topic.id, f"was last reviewed on {topic.reviewed}; read it again and set the date")


def _few(bank: Bank, findings: Findings) -> Iterator[KnowledgeError]:
    for topic in bank.topics.values():
        for lang, text in topic.texts.items():
            if len(text.questions) < FEW_QUESTIONS:
                count = len(text.questions)
                yield _about(findings, topic.id, f"has {count} questions in {lang}; give at least {FEW_QUESTIONS}")


def _unread(bank: Bank, findings: Findings) -> Iterator[KnowledgeError]:
    """A term whose title a topic answers is no topic, so questions written for it find nothing."""
    for term in bank.terms:
        if term.sources and term.topic_id not in bank.topics and any(text.questions for text in term.texts.values()):
            message = "has questions that are not read, since a topic answers its title; move them there"
            yield _about(findings, term.topic_id, message)


def _about(findings: Findings, topic_id: str, message: str) -> KnowledgeError:
    place = findings.ids["topic"][topic_id]
    return KnowledgeError(f"{topic_id} {message}", place.file, place.line)


def _alike(findings: Findings) -> Iterator[KnowledgeError]:
    """Compare the questions of each language pairwise, across topics."""
    for lang in LANGS:
        asked = [(owner, text, place) for owner, text, place in findings.variants if lang in place.path]
        yield from _alike_in(asked)


def _alike_in(asked: list[tuple[str, str, Cursor]]) -> Iterator[KnowledgeError]:
    texts = [" ".join(words(text)) for _, text, _ in asked]
    common = _common(asked)
    likeness = process.cdist(texts, texts, scorer=fuzz.ratio, score_cutoff=ALIKE, dtype=np.uint8)
    for first, second in np.argwhere(np.triu(likeness, k=1)).tolist():
        (owner, model, _), (other, text, place) = asked[first], asked[second]
        if owner != other and set(texts[first].split()) ^ set(texts[second].split()) <= common:
            message = f"{text!r} is nearly {model!r} of {owner}; word it differently"
            yield KnowledgeError(message, place.file, place.line)


def _common(asked: list[tuple[str, str, Cursor]]) -> frozenset[str]:
    """Return the words of many topics; a word of few (a city, a number) tells them apart, so it may differ."""
    counts = Counter(word for _, word in {(owner, word) for owner, text, _ in asked for word in words(text)})
    least = max(2, COMMON_SHARE * len({owner for owner, _, _ in asked}))
    return frozenset(word for word, count in counts.items() if count >= least)
