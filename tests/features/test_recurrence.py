"""Rules of repeated convenings."""

from __future__ import annotations

from datetime import datetime

import pytest

from bot.domain.recurrence import Problem, RuleError, occurrences, rule_of
from bot.domain.times import WallTime, Zone
from bot.features.convening_cards import describe
from bot.i18n import core_translators


def wall(text, zone="America/New_York"):
    return WallTime(datetime.fromisoformat(text), Zone(zone))


START = wall("2027-03-10T18:30")


def dates(rule, starts=START, count=3):
    return [f"{one.local:%Y-%m-%d}" for one in occurrences(rule_of(rule, starts), starts)[:count]]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("daily", ["2027-03-10", "2027-03-11", "2027-03-12"]),
        ("Semanal", ["2027-03-10", "2027-03-17", "2027-03-24"]),
        ("biweekly", ["2027-03-10", "2027-03-24", "2027-04-07"]),
        ("quincenal", ["2027-03-10", "2027-03-24", "2027-04-07"]),
        ("mensual", ["2027-03-10", "2027-04-10", "2027-05-10"]),
        ("every Wednesday and Friday", ["2027-03-10", "2027-03-12", "2027-03-17"]),
        ("cada miércoles, 2 veces", ["2027-03-10", "2027-03-17"]),
        ("second Wednesday of the month", ["2027-03-10", "2027-04-14", "2027-05-12"]),
        ("el segundo miércoles de cada mes", ["2027-03-10", "2027-04-14", "2027-05-12"]),
        ("RRULE:FREQ=MONTHLY;BYDAY=2WE", ["2027-03-10", "2027-04-14", "2027-05-12"]),
        ("freq=weekly;count=2", ["2027-03-10", "2027-03-17"]),
        ("FREQ=WEEKLY;UNTIL=20270317", ["2027-03-10", "2027-03-17"]),
        ("FREQ=WEEKLY;UNTIL=20270317T220000Z", ["2027-03-10"]),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=8", ["2027-03-10", "2027-04-12", "2027-05-12"]),
    ],
)
def test_a_rule_brings_its_dates(words, expected):
    assert dates(words) == expected


@pytest.mark.parametrize("words", ["", "no", "never", "nunca"])
def test_no_repetition_is_one_date(words):
    assert rule_of(words, START) == ""
    assert occurrences("", START) == (START,)


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        ("FREQ=MINUTELY;BYYEARDAY=367", Problem.TOO_OFTEN),
        ("FREQ=HOURLY", Problem.TOO_OFTEN),
        ("FREQ=DAILY;COUNT=501", Problem.TOO_MANY),
        ("FREQ=DAILY;COUNT=999999999", Problem.TOO_MANY),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", Problem.NEVER),
        ("FREQ=WEEKLY;UNTIL=20270101", Problem.NEVER),
        ("FREQ=DAILY;BYSETPOS=5", Problem.NEVER),
        ("FREQ=DAILY;INTERVAL=7;BYDAY=MO", Problem.NEVER),
        ("FREQ=WEEKLY;BYDAY=TH", Problem.OTHER_DAY),
        ("FREQ=WEEKLY;INTERVAL=0", Problem.UNREADABLE),
        ("FREQ=WEEKLY;INTERVAL=1,2", Problem.UNREADABLE),
        ("FREQ=WEEKLY;COUNT=2;UNTIL=20280101", Problem.UNREADABLE),
        ("FREQ=WEEKLY;UNTIL=20271301", Problem.UNREADABLE),
        ("FREQ=WEEKLY;BYDAY=2TU", Problem.UNREADABLE),
        ("FREQ=WEEKLY;BYDAY=XX", Problem.UNREADABLE),
        ("FREQ=WEEKLY;BYHOUR=3", Problem.UNREADABLE),
        ("FREQ=WEEKLY;FREQ=DAILY", Problem.UNREADABLE),
        ("FREQ=WEEKLY;WKST=XX", Problem.UNREADABLE),
        ("FREQ=FORTNIGHTLY", Problem.UNREADABLE),
        ("COUNT=3", Problem.UNREADABLE),
        (";;;", Problem.UNREADABLE),
        ("every blue moon", Problem.UNREADABLE),
    ],
)
def test_a_rule_that_cannot_be_used_says_why(rule, problem):
    with pytest.raises(RuleError) as found:
        rule_of(rule, START)
    assert found.value.problem is problem


def test_a_rule_without_an_end_brings_at_most_500_dates():
    assert len(occurrences(rule_of("daily", START), START)) == 500


def test_a_rule_for_the_last_years_of_the_calendar_ends_with_it():
    late = wall("9998-06-01T10:00", "UTC")
    assert len(occurrences("FREQ=YEARLY", late)) == 2


def test_a_rule_keeps_the_clock_on_the_wall_when_the_offset_changes():
    before, after = occurrences("FREQ=WEEKLY", START)[:2]
    assert (before.utc.hour, after.utc.hour) == (23, 22)


def test_dst_gap_in_a_weekly_rule():
    starts = wall("2027-03-07T02:30")
    shown = [f"{one.aware:%H:%M}" for one in occurrences("FREQ=WEEKLY;COUNT=3", starts)]
    assert shown == ["02:30", "03:30", "02:30"]


def test_dst_fold_in_a_weekly_rule():
    starts = wall("2027-10-31T01:30")
    days = [one.utc.isoformat() for one in occurrences("FREQ=WEEKLY;COUNT=2", starts)]
    assert days == ["2027-10-31T05:30:00+00:00", "2027-11-07T05:30:00+00:00"]


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("", ""),
        ("FREQ=WEEKLY", "every week"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=WE,FR", "every 2 weeks on Wednesday, Friday"),
        ("FREQ=DAILY;COUNT=5", "every day, 5 times"),
        ("FREQ=MONTHLY;UNTIL=20271201T235959", "every month until December 1, 2027"),
        ("FREQ=YEARLY;INTERVAL=4", "every 4 years"),
    ],
)
def test_a_rule_is_described_in_words(rule, words):
    assert describe(rule, core_translators()["en"]) == words


@pytest.mark.parametrize("words", ["every blue moon", "weekly 2 times 3 times", "second Someday of the month"])
def test_words_that_mean_no_rule_are_refused(words):
    with pytest.raises(RuleError) as raised:
        rule_of(words, START)
    assert raised.value.problem is Problem.UNREADABLE


def test_the_second_wednesday_is_said_in_words():
    t = core_translators()
    assert describe("FREQ=MONTHLY;BYDAY=2WE", t["en"]) == "every month on the second Wednesday"
    assert describe("FREQ=MONTHLY;BYDAY=-1FR;COUNT=3", t["es"]) == "cada mes el último viernes, 3 veces"
