"""Structured logs without personal data: one event is one line, secrets are masked, control characters escaped."""

from __future__ import annotations

import logging
import re
import sys
import traceback
from types import TracebackType
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from bot.settings import Log

OWN = ("adapters", "bot", "dispatcher", "jobs", "knowledge", "outbox", "storage")
_SECRET = re.compile(
    r"xox[a-z]-[\w-]+|xapp-[\w-]+|[\w-]{23,28}\.[\w-]{6}\.[\w-]{27,}"
    r"|(?<=://)[^\s/@:]*:\S+(?=@)|(?i:bearer|bot) [\w.-]{20,}"
)
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def masked(text: str) -> str:
    """Return `text` with tokens, passwords in addresses and email addresses masked, on one line."""
    text = _ADDRESS.sub("[address]", _SECRET.sub("[secret]", text))
    return _CONTROL.sub(lambda found: found.group().encode("unicode_escape").decode(), text)


def _mask(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    return {key: _masked_value(value) for key, value in event.items()}


def _masked_value(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    return masked(value if isinstance(value, str) else repr(value))


def traced(exc_info: tuple[type[BaseException], BaseException, TracebackType | None]) -> str:
    """Return where errors came from and of which type they were, causes first, without what they say.

    A message may quote what somebody wrote; only that of the operating system is kept, which quotes nobody.
    """
    parts: list[str] = []
    error: BaseException | None = exc_info[1]
    while error is not None:
        said = f": {error.strerror}" if isinstance(error, OSError) and error.strerror else ""
        frames = "".join(traceback.format_tb(error.__traceback__))
        parts.append(f"Traceback (most recent call last):\n{frames}{type(error).__qualname__}{said}")
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n\nfollowed by\n\n".join(reversed(parts))


def _renderer(form: str) -> Processor:
    if form == "json" or (form == "auto" and not sys.stderr.isatty()):
        return structlog.processors.JSONRenderer(ensure_ascii=False)
    return structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"])


def configure(log: Log) -> None:
    """Send our own log and the libraries' to standard error; masking comes last, so that nothing escapes it."""
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.ExceptionRenderer(traced),
        _mask,
    ]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *shared],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _mask, _renderer(log.format)],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [handler]
    _set_levels(root, log.level.upper())
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def _set_levels(root: logging.Logger, level: str) -> None:
    """Keep the libraries to warnings: at their own info level they write payloads, which hold what people said."""
    root.setLevel(max(logging.WARNING, logging.getLevelNamesMapping()[level]))
    for name in OWN:
        logging.getLogger(name).setLevel(level)
