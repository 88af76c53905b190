"""The knowledge base as the settings ask for it; which engine searches it is said once in the log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any

import structlog

from bot.errors import ConfigError
from bot.i18n import Translator
from bot.knowledge_base import Edition, KnowledgeBase, read_files
from bot.settings import Settings
from knowledge.engines import LEXICAL, engine_of
from knowledge.errors import KnowledgeError
from knowledge.index import Index, index_of
from knowledge.scoring import Engine

log = structlog.get_logger("bot")

LATEST_S = 3.0


def cache_of(settings: Settings) -> Path:
    """Return where vectors and limits are kept between starts: numbers and hashes, no text of anybody."""
    return settings.knowledge.cache_dir or settings.data_dir / "cache"


def engine_for(settings: Settings) -> Engine:
    """Return the engine that the settings ask for; call it once, since its weights fill memory.

    Raises:
        ConfigError: the hybrid engine is asked for by name, and its embedding cannot be used.
    """
    asked = settings.knowledge
    try:
        engine = engine_of(
            asked.engine,
            model_dir=asked.model_dir,
            prefix=asked.model_prefix,
            cache_folder=cache_of(settings),
        )
    except KnowledgeError as error:
        raise ConfigError(f"knowledge.engine: hybrid cannot run: {error}; or set it to auto or lexical") from None
    if engine.missing:
        log.warning("searching by wording alone", engine=engine.name, reason=engine.missing)
    else:
        log.debug("searching", engine=engine.name)
    return engine


def knowledge_of(settings: Settings, *, at_once: bool = False) -> KnowledgeBase:
    """Return the knowledge base of the content files.

    Args:
        settings: which engine, how careful, and where numbers are kept.
        at_once: for a bot that connects: the index is made once `begin` is called or `LATEST_S` have passed, since that
            slows connecting down, and what answers first is whatever is there first: by wording alone while the
            meanings of a new bank are computed, and by the shipped calibration while one of its own is fitted.
    Raises:
        KnowledgeError: a content file is broken. ConfigError: see `engine_for`.
    """
    reread = partial(read_files, settings.knowledge)
    wanted, cache = engine_for(settings), cache_of(settings)
    make_index = partial(index_of, precision=settings.knowledge.precision, cache_folder=cache)
    start = Event()
    first = partial(_first_index, make_index, wanted, start) if at_once else None
    return KnowledgeBase(reread(), partial(make_index, engine=wanted), reread, first=first, start=start)


def _first_index(make_index: Callable[..., Index], wanted: Engine, start: Event, variants: Any, **rest: Any) -> Index:
    """Return an index that is there in a second: by wording alone where the meanings would have to be computed."""
    start.wait(LATEST_S)
    if all(part.is_ready() for part in wanted.parts):
        return make_index(variants, engine=wanted, **rest)
    log.info("answering by wording until the meanings are computed", engine=wanted.name)
    return replace(make_index(variants, engine=LEXICAL, **rest), is_fitted=False)


def described(edition: Edition, t: Translator) -> str:
    """Return which engine runs and why, for people."""
    if not edition.made.done():
        return t("my search is being prepared, which takes a minute after the first start")
    index = edition.index
    if index.missing:
        return t("{engine}: by wording alone, since the language model is missing", engine=index.engine)
    if index.engine == "lexical":
        return t("{engine}: by wording alone, as configured", engine=index.engine)
    return t("{engine}: by wording and meaning", engine=index.engine)
