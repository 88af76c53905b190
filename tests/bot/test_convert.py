"""Typed text to values: what is accepted, and what is said about the rest."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import pytest

from bot.command import Feature, Option
from bot.context import Context
from bot.convert import values_of
from bot.domain.times import Zone
from bot.i18n import core_translators
from bot.reply import Choice, Reply

feature = Feature("sample", summary="Sample")
CHOICES = (Choice("yes", "Yes"), Choice("no", "No"))


@feature.command(summary="Sample")
async def sample(
    _ctx: Context,
    title: Annotated[str, Option("Title", "Title", max_chars=10)],
    body: Annotated[str, Option("Body", kind="text", max_chars=20)] = "",
    count: Annotated[int, Option("Count", minimum=1, maximum=30)] = 1,
    flag: Annotated[bool, Option("Flag")] = False,
    starts: Annotated[datetime | None, Option("Starts")] = None,
    zone: Annotated[Zone | None, Option("Zone")] = None,
    pick: Annotated[str, Option("Pick", choices=CHOICES)] = "",
) -> Reply:
    return Reply(title + body + str((count, flag, starts, zone, pick)))


def values(lang: str = "en", **typed: str) -> tuple[dict[str, object], dict[str, str]]:
    """Return the values, and what is said about the options that have none."""
    found, errors = values_of(sample, {"title": "Hall"} | typed, core_translators()[lang])
    assert all(error.option == name for name, error in errors.items())
    return found, {name: f"{error.text} {error.hint}" for name, error in errors.items()}


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("title", "  Hall  ", "Hall"),
        ("title", "x" * 10, "x" * 10),
        ("title", "a\tb", "a b"),
        ("title", "fdp\u202eexe", "fdpexe"),
        ("body", "one\r\ntwo", "one\ntwo"),
        ("count", "30", 30),
        ("count", " #7 ", 7),
        ("flag", "YES", True),
        ("flag", "sí", True),
        ("flag", "off", False),
        ("starts", "2027-03-14 18:30", datetime(2027, 3, 14, 18, 30)),  # noqa: DTZ001 - a wall clock has no zone
        ("zone", "america/new york", "America/New_York"),
        ("zone", "Pacific", "America/Los_Angeles"),
        ("pick", "YES", "yes"),
        ("pick", "\u200bno", "no"),
    ],
)
def test_what_people_type_becomes_a_value(name, typed, value):
    found, errors = values(**{name: typed})
    assert errors == {}
    assert found[name] == value


@pytest.mark.parametrize(
    ("name", "typed", "words"),
    [
        ("title", "x" * 11, "at most 10 characters. It has 11 characters now."),
        ("title", "a\u0301" + "\u0301" * 5000, "at most 10 characters"),
        ("title", "one\r\nBcc: x", "This must be one line."),
        ("title", "a\u2028b", "This must be one line."),
        ("title", "a\x00b", "cannot be stored"),
        ("title", "a\ud800b", "cannot be stored"),
        ("body", "y" * 21, "at most 20 characters"),
        ("count", "0", "Write a number from 1 to 30."),
        ("count", "31", "Write a number from 1 to 30."),
        ("count", "-1", "Write a number from 1 to 30."),
        ("count", "1.5", "is not a number"),
        ("count", "9" * 5000, "at most 200 characters"),
        ("count", "9" * 100, "is not a number"),
        ("count", "٣", "is not a number"),
        ("count", "--5", "is not a number"),
        ("flag", "perhaps", "Write yes or no."),
        ("starts", "2027-13-01 18:30", "Write it like 2027-03-14 18:30, or like next Tuesday 6 pm."),
        ("starts", "2027-02-29 18:30", "Write it like 2027-03-14 18:30, or like next Tuesday 6 pm."),
        ("starts", "2027-03-14", "has no time of day. Add it, like 18:30 or 6:30 pm."),
        ("starts", "18:30", "has no date. Add it, like 2027-03-14 18:30 or tomorrow 18:30."),
        ("starts", "0000-00-00 00:00", "Write it like 2027-03-14 18:30, or like next Tuesday 6 pm."),
        ("zone", "Mars", "Did you mean one of these: "),
        ("zone", "../../etc/passwd", "is not a time zone that I know"),
        ("pick", "perhaps", "Choose one of: Yes, No."),
        ("pick", "y\u0435s", "Choose one of: Yes, No."),
    ],
)
def test_what_cannot_be_used_is_refused_with_what_would_be_right(name, typed, words):
    found, errors = values(**{name: typed})
    assert list(errors) == [name]
    assert words in errors[name]
    assert name not in found


@pytest.mark.parametrize("typed", ["", "   ", "\u200b\u2060", "\n"])
def test_blank_counts_as_left_out(typed):
    found, errors = values(title=typed, count=typed, flag=typed, starts=typed)
    assert found == {}
    assert errors == {"title": "“Title” is needed. Fill it in and send it again."}


def test_a_refusal_is_in_the_readers_language():
    _, errors = values("es", flag="quizás")
    assert errors["flag"] == core_translators()["es"](
        "“{text}” is neither yes nor no.", text="quizás"
    ) + " " + core_translators()["es"]("Write yes or no.")
    assert "neither" not in errors["flag"]


def test_every_fault_is_told_at_once():
    _, errors = values(title="x" * 11, count="many", flag="perhaps", zone="Mars")
    assert set(errors) == {"title", "count", "flag", "zone"}


def test_unknown_names_are_left_aside():
    assert values(nonsense="x") == ({"title": "Hall"}, {})
