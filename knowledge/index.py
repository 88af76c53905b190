"""All phrasings of all topics, ready to be compared with a question; built once at start."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

import numpy as np

from knowledge.abstention import Calibration, calibrate
from knowledge.bank import Bank
from knowledge.calibration_cache import cached, shipped, stored
from knowledge.engines import LEXICAL
from knowledge.errors import KnowledgeError
from knowledge.matching import EVIDENCE, Matcher
from knowledge.normalize import LANGS
from knowledge.schema import Topic
from knowledge.scoring import Engine, Phrase
from knowledge.spelling import Speller

PRECISION: Final = 0.98
VERSION: Final = 4  # raised when evidence or fitting changes, so that older calibrations are not read


@dataclass(frozen=True, slots=True)
class Index:
    """What `search` needs: the phrasings, the scorers made for them, and when to keep silent.

    `is_fitted` says that the calibration was fitted to these very phrasings.

    `engine` is the engine's name, for logs and people, and `missing` why it runs in place of a better one, if it does;
    `topic_ids` are in the order of the matcher's topics.
    """

    engine: str
    topic_ids: tuple[str, ...]
    matcher: Matcher
    calibration: Calibration
    speller: Speller
    missing: str = ""
    is_fitted: bool = True


def build_index(
    bank: Bank,
    engine: Engine = LEXICAL,
    *,
    precision: float = PRECISION,
    cache_folder: Path | None = None,
    calibration: Calibration | None = None,
) -> Index:
    """Return the index of a bank's titles and questions in every language.

    The wording of answers is not indexed, since that ranks worse; it only tells whether an answer fits a question.

    Args:
        bank: the knowledge base.
        engine: the mix of scorers.
        precision: the wanted share of right answers among those given, above 0 and below 1.
        cache_folder: where the calibration is kept between starts, by content, engine and precision; None: nowhere.
        calibration: of a bank much like this one, taken as it is, since fitting takes longest; None: fit one.
    Raises:
        KnowledgeError: the bank has no question.
    """
    variants = {topic.id: phrases_of(topic) for topic in bank.topics.values()}
    return index_of(
        variants,
        engine,
        uncovered=uncovered_of(bank),
        related={topic.id: topic.related for topic in bank.topics.values()},
        precision=precision,
        cache_folder=cache_folder,
        calibration=calibration,
    )


def phrases_of(topic: Topic) -> list[Phrase]:
    """Return the phrasings of a topic in every language."""
    answers = tuple(text for lang in LANGS for text in (topic.texts[lang].short, topic.texts[lang].long))
    return [Phrase.of(text, lang, answers) for lang in LANGS for text in topic.texts[lang].variants]


def uncovered_of(bank: Bank) -> list[Phrase]:
    """Return the questions that the bank is known not to answer."""
    return [Phrase.of(text, lang) for lang in LANGS for text in bank.uncovered.get(lang, ())]


def index_of(
    variants: Mapping[str, Sequence[Phrase]],
    engine: Engine = LEXICAL,
    *,
    uncovered: Sequence[Phrase] = (),
    related: Mapping[str, Sequence[str]] = MappingProxyType({}),
    precision: float = PRECISION,
    cache_folder: Path | None = None,
    calibration: Calibration | None = None,
    at_once: bool = False,
) -> Index:
    """Return the index of any phrasings by topic id; see `build_index`.

    Args:
        variants: the phrasings of each topic; a topic without any is left out.
        engine: the mix of scorers.
        uncovered: questions that no topic answers.
        related: the topics that each topic points to.
        precision: the wanted share of right answers among those given.
        cache_folder: where the calibration is kept between starts.
        calibration: of a bank much like this one, taken as it is.
        at_once: where fitting would be needed, take the engine's shipped calibration until one is fitted.
    """
    if not any(variants.values()):
        raise KnowledgeError("the knowledge base has no question; add topics")
    variants = {topic_id: texts for topic_id, texts in variants.items() if texts}
    phrases = [phrase for texts in variants.values() for phrase in texts]
    owners = np.repeat(np.arange(len(variants), dtype=np.int32), [len(texts) for texts in variants.values()])
    matcher = Matcher(phrases, owners, engine, uncovered)
    is_fitted = calibration is None
    if calibration is None:
        kin = _kin(tuple(variants), related)
        key = _digest(variants, engine, precision, uncovered, kin)
        calibration = stored(cache_folder, key) or shipped(engine.name, key)
        if calibration is None and at_once:
            calibration = shipped(engine.name)
            is_fitted = calibration is None
        calibration = calibration or cached(cache_folder, key, lambda: calibrate(matcher, precision, kin))
    return Index(engine.name, tuple(variants), matcher, calibration, Speller(phrases), engine.missing, is_fitted)


def _kin(topic_ids: Sequence[str], related: Mapping[str, Sequence[str]]) -> frozenset[tuple[int, int]]:
    """Return the pairs of topic numbers of which one points to the other, both ways round."""
    numbers = {topic_id: number for number, topic_id in enumerate(topic_ids)}
    pairs = {(numbers[one], numbers[other]) for one in numbers for other in related.get(one, ()) if other in numbers}
    return frozenset(pairs | {(other, one) for one, other in pairs})


def calibration_key(bank: Bank, engine: Engine, precision: float = PRECISION) -> str:
    """Return what a calibration of the bank is stored under."""
    variants = {topic.id: phrases_of(topic) for topic in bank.topics.values()}
    kin = _kin(tuple(variants), {topic.id: topic.related for topic in bank.topics.values()})
    return _digest(variants, engine, precision, uncovered_of(bank), kin)


def _digest(
    variants: Mapping[str, Sequence[Phrase]],
    engine: Engine,
    precision: float,
    uncovered: Sequence[Phrase],
    kin: frozenset[tuple[int, int]],
) -> str:
    """Return what a calibration belongs to: the questions, the engine's parts and shares, the wanted precision."""
    texts = [
        (topic_id, phrases[0].answers, [(phrase.text, phrase.lang) for phrase in phrases])
        for topic_id, phrases in variants.items()
    ]
    parts = [(part.name, part.weight, part.source) for part in engine.parts]
    return hashlib.sha256(
        repr(
            (VERSION, EVIDENCE, engine.name, parts, precision, texts, [one.text for one in uncovered], sorted(kin))
        ).encode()
    ).hexdigest()[:32]
