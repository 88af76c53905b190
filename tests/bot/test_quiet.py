"""Messages wait until a reader's quiet hours are over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.preferences import Preferences
from bot.domain.quiet import after_quiet

EASTERN = Preferences("p", zone="America/New_York")


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("due", "sent"),
    [
        ("2026-11-24 02:59", "2026-11-24 02:59"),  # 21:59
        ("2026-11-24 03:00", "2026-11-24 13:00"),  # 22:00, sent at 8:00
        ("2026-11-24 12:59", "2026-11-24 13:00"),
        ("2026-11-24 13:00", "2026-11-24 13:00"),
        ("2027-03-14 06:30", "2027-03-14 12:00"),  # summer time begins in that night
        ("2026-11-01 05:30", "2026-11-01 13:00"),  # and ends in this one
    ],
)
def test_what_is_due_in_the_night_waits_for_the_morning(due, sent):
    assert after_quiet(at(due), "UTC", EASTERN) == at(sent)


def test_whoever_told_no_zone_has_the_one_that_is_given():
    assert after_quiet(at("2026-11-24 03:00"), "America/Los_Angeles", Preferences("p")) == at("2026-11-24 03:00")
    assert after_quiet(at("2026-11-24 06:00"), "America/Los_Angeles", Preferences("p")) == at("2026-11-24 16:00")


@pytest.mark.parametrize(("begins", "ends"), [("", ""), ("09:00", "09:00")])
def test_from_and_to_alike_means_no_quiet_hours(begins, ends):
    wishes = Preferences("p", quiet_from=begins, quiet_to=ends)
    assert after_quiet(at("2026-11-24 09:00"), "UTC", wishes) == at("2026-11-24 09:00")


def test_quiet_hours_within_one_day():
    wishes = Preferences("p", quiet_from="13:00", quiet_to="15:00")
    assert after_quiet(at("2026-11-24 14:00"), "UTC", wishes) == at("2026-11-24 15:00")
    assert after_quiet(at("2026-11-24 15:00"), "UTC", wishes) == at("2026-11-24 15:00")


_CLOCKS = st.times().map(lambda one: f"{one:%H:%M}")


@given(
    st.integers(0, 60 * 24 * 730).map(lambda minutes: at("2026-01-01") + timedelta(minutes=minutes)),
    _CLOCKS,
    _CLOCKS,
    st.sampled_from(["America/New_York", "America/Phoenix", "Europe/Madrid", "Asia/Kolkata", "Australia/Lord_Howe"]),
)
def test_nothing_is_sent_early_later_than_a_day_or_in_another_quiet_hour(due, begins, ends, zone):
    wishes = Preferences("p", zone=zone, quiet_from=begins, quiet_to=ends)
    sent = after_quiet(due, "UTC", wishes)
    assert due <= sent <= due + timedelta(hours=25)
    assert after_quiet(sent, "UTC", wishes) == sent
