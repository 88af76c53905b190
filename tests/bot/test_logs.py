"""The log: one event is one line, without secrets, addresses and control characters."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from bot.logs import configure, masked
from bot.settings import Log

DISCORD = "MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs-0"
SECRETS = (
    "xoxb-0000-1111-abcDEF",
    "xoxe.xoxp-1-Mi0yLTExMTEx",
    "xapp-1-A0-1-abcdef",
    DISCORD,
    "postgresql://bot:hunter2@db.example/hrc",
    "postgresql://bot:hun/ter@2@db.example/hrc",
    "redis://:hunter2@db.example",
    f"Authorization: Bot {DISCORD}",
    "Authorization: Bearer abcdefghij0123456789.abc",
)
NEEDLES = ("0000-1111", "Mi0yLTE", "A0-1-abc", "ZnCjm1XV", "hunter2", "ter@2", "abcdefghij0123456789")


@pytest.fixture
def log_of() -> Iterator[object]:
    """A function that sets the log up; afterwards everything is as before."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level

    def set_up(**keys: str) -> None:
        configure(Log(**{"level": "debug", "format": "json"} | keys))

    yield set_up
    root.handlers = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def _holds_none(text: str) -> bool:
    return not any(needle in text for needle in NEEDLES)


@pytest.mark.parametrize("secret", SECRETS)
def test_log_token(secret):
    assert _holds_none(masked(f"connection to {secret} failed"))
    assert masked(f"connection to {secret} failed").endswith(" failed")


@pytest.mark.parametrize("form", ["json", "text"])
def test_log_token_in_message_arguments_and_traceback(log_of, capsys, form):
    log_of(format=form)
    for secret in SECRETS:
        try:
            raise ConnectionError(f"cannot reach {secret}")
        except ConnectionError as error:
            structlog.get_logger("bot.sample").exception("failed", error=error, many=[secret], raw=secret.encode())
            logging.getLogger("adapters.sample").exception("failed %s", secret, extra={"url": secret})
            logging.getLogger("a_library").error("failed with %r", {"url": secret}, exc_info=True)
    written = capsys.readouterr().err
    assert written.count("\n") == 3 * len(SECRETS)
    assert written.count("Traceback") == 3 * len(SECRETS)
    assert _holds_none(written)


@pytest.mark.parametrize("address", ["ana@example.org", "Ana.M+list@mail.example.co.uk", "ana@example.museum"])
def test_log_address(log_of, capsys, address):
    log_of()
    structlog.get_logger("outbox").warning("not delivered", delivery=42, error=f"550 <{address}>: unknown user")
    logging.getLogger("a_library").warning("mail to %s failed", address)
    written = capsys.readouterr().err
    assert '"delivery": 42' in written
    assert address not in written
    assert written.count("[address]") == 2


@pytest.mark.parametrize("form", ["json", "text"])
@pytest.mark.parametrize(
    "name", ["x\nCRITICAL forged line\u001b[2J", "x\r\nforged", "x\u2028forged", "x\x85forged\x00"]
)
def test_log_injection(log_of, capsys, form, name):
    log_of(format=form)
    structlog.get_logger("bot.sample").info("joined", person=name)
    logging.getLogger("a_library").warning("hello %s", name)
    written = capsys.readouterr().err
    assert len(written.splitlines()) == 2
    assert written.count("forged") == 2
    assert all(char.isprintable() or char == "\n" for char in written)


def test_an_event_is_json_with_time_level_and_logger(log_of, capsys):
    log_of()
    structlog.get_logger("bot.sample").info("connected", adapters="console")
    event = json.loads(capsys.readouterr().err)
    assert (event["event"], event["level"], event["logger"], event["adapters"]) == (
        "connected",
        "info",
        "bot.sample",
        "console",
    )
    assert event["timestamp"].endswith("Z")


@pytest.mark.parametrize(("level", "seen"), [("debug", "diwe"), ("info", "iwe"), ("warning", "we"), ("error", "e")])
def test_the_level_is_for_our_own_log(log_of, capsys, level, seen):
    log_of(level=level)
    ours = structlog.get_logger("dispatcher.sample")
    for name in ("debug", "info", "warning", "error"):
        getattr(ours, name)(f"event {name[0]}")
    assert [json.loads(line)["event"][-1] for line in capsys.readouterr().err.splitlines()] == list(seen)


@pytest.mark.parametrize("level", ["debug", "info"])
def test_libraries_stay_silent_below_warnings_even_when_they_come_later(log_of, capsys, level):
    log_of(level=level)
    library = logging.getLogger(f"a_library.imported_later.{level}")
    library.info("payload: what somebody said")
    library.debug("payload: what somebody said")
    library.warning("trouble")
    assert [json.loads(line)["event"] for line in capsys.readouterr().err.splitlines()] == ["trouble"]


@pytest.mark.parametrize("form", ["json", "text"])
def test_an_error_says_where_and_of_which_kind_and_quotes_nobody(log_of, capsys, form):
    log_of(format=form)
    name = "Marisol Quispe"
    for raised in (
        ValueError(f"no such person: {name}"),
        FileNotFoundError(2, "No such file or directory", name),
    ):
        try:
            try:
                raise raised
            except Exception as error:
                raise RuntimeError(f"while {name} joined") from error
        except RuntimeError:
            structlog.get_logger("bot.sample").exception("failed", reference="a1b2")
            logging.getLogger("a_library").exception("failed too")
    written = capsys.readouterr().err
    assert "Marisol" not in written
    assert written.count("ValueError") == written.count("FileNotFoundError") == 2
    assert "No such file or directory" in written and "test_logs.py" in written and "a1b2" in written
