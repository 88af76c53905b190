"""What is no fault of the content and still deserves a look: old reviews, hard texts, too few or too like questions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np
from rapidfuzz import fuzz, process

from knowledge.bank import Bank
from knowledge.errors import KnowledgeError
from knowledge.loader import CONTENT, check, check_chapter, load_bank, read, read_chapter
from knowledge.normalize import LANGS, Lang, words
from knowledge.readability import FAR_ABOVE_PLAIN, lix
from knowledge.reading import Findings
from knowledge.strict_yaml import dotted

STALE_DAYS: Final = 548  # 18 months
FEW_QUESTIONS: Final = 8
ALIKE: Final = 90.0  # likeness in 0..100 from which two questions are nearly the same
BRIEF_WORDS: Final = 12  # longer questions tell a story, in words that say nothing of the topic
COMMON_SHARE: Final = 0.08  # share of the topics from which a word is common

_Asked = tuple[str, str, str, int]  # topic id, question, file, line; a line of 0 is not to be told about


def checked(today: date, chapters: Iterable[Path] = ()) -> tuple[list[KnowledgeError], list[KnowledgeError]]:
    """Return the faults of everybody's content and of the chapters' folders, and advice on what has none."""
    errors = check()
    if errors:
        return errors, []
    common, advice = load_bank(), advise(today)
    for folder in chapters:
        faults = check_chapter(folder, common)
        errors += faults
        advice += [] if faults else advise_chapter(today, folder, common)
    return errors, advice


def advise(today: date, folder: Path = CONTENT) -> list[KnowledgeError]:
    """Return advice on the content in `folder`, by file and line; never a reason to refuse it.

    Args:
        today: the day against which reviews are old.
        folder: the content.
    """
    return _advise(*read(folder), today)


def advise_chapter(today: date, folder: Path, common: Bank) -> list[KnowledgeError]:
    """Return advice on what a chapter adds in `folder` to everybody's content, `common`; see `advise`."""
    return _advise(*read_chapter(folder, common), today, common)


def _advise(bank: Bank, findings: Findings, today: date, common: Bank | None = None) -> list[KnowledgeError]:
    advice = [
        *_stale(bank, findings, today),
        *_few(bank, findings),
        *_unread(bank, findings),
        *_hard(findings),
        *_alike(findings, common),
    ]
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


def _hard(findings: Findings) -> Iterator[KnowledgeError]:
    for text, place in findings.prose:
        level = lix(text)
        limit = next((FAR_ABOVE_PLAIN[lang] for lang in LANGS if lang in place.path), None)
        if level is not None and limit is not None and level > limit:
            message = f"reads far above plain language (LIX {level:.0f}, at most {limit:.0f}); use shorter sentences"
            yield KnowledgeError(f"{dotted(place.path)} {message}", place.file, place.line)


def _about(findings: Findings, topic_id: str, message: str) -> KnowledgeError:
    place = findings.ids["topic"][topic_id]
    return KnowledgeError(f"{topic_id} {message}", place.file, place.line)


def _alike(findings: Findings, common: Bank | None) -> Iterator[KnowledgeError]:
    """Compare the questions of each language pairwise, across topics."""
    for lang in LANGS:
        own = [(owner, text, place.file, place.line) for owner, text, place in findings.variants if lang in place.path]
        yield from _alike_in([*_asked_of(common, lang), *own])


def _asked_of(bank: Bank | None, lang: Lang) -> list[_Asked]:
    topics = bank.topics.values() if bank else ()
    return [(topic.id, text, "", 0) for topic in topics for text in topic.texts[lang].variants]


def _alike_in(asked: list[_Asked]) -> Iterator[KnowledgeError]:
    texts = [" ".join(words(text)) for _, text, _, _ in asked]
    common = _common(asked)
    likeness = process.cdist(texts, texts, scorer=fuzz.ratio, score_cutoff=ALIKE, dtype=np.uint8)
    for first, second in np.argwhere(np.triu(likeness, k=1)).tolist():
        (owner, model, _, _), (other, text, file, line) = asked[first], asked[second]
        if line and owner != other and set(texts[first].split()) ^ set(texts[second].split()) <= common:
            yield KnowledgeError(f"{text!r} is nearly {model!r} of {owner}; word it differently", file, line)


def _common(asked: list[_Asked]) -> frozenset[str]:
    """Return the words of many topics; a word of few (a city, a number) tells them apart, so it may differ."""
    told = [(owner, words(text)) for owner, text, _, _ in asked]
    brief = {(owner, word) for owner, said in told if len(said) <= BRIEF_WORDS for word in said}
    counts = Counter(word for _, word in brief)
    least = max(2, COMMON_SHARE * len({owner for owner, _, _, _ in asked}))
    return frozenset(word for word, count in counts.items() if count >= least)
