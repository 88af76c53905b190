"""Times as people say them, in both languages; whatever could mean two things is asked back."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.spoken_times import Doubt, Ending, TimeError, read_ending, read_time
from bot.i18n import core_translators
from bot.typed_times import Here, typed_time

TUESDAY = datetime(2026, 11, 24, 10, 0)  # noqa: DTZ001 - wall time


@pytest.mark.parametrize(
    ("lang", "said", "meant"),
    [
        ("en", "next Tuesday 6pm", "2026-12-01 18:00"),
        ("en", "tomorrow at noon", "2026-11-25 12:00"),
        ("en", "the day after tomorrow 9am", "2026-11-26 09:00"),
        ("en", "March 14 at 6:30 pm", "2027-03-14 18:30"),
        ("en", "6:30 p.m. on March 14, 2027", "2027-03-14 18:30"),
        ("en", "Saturday, March 13 at 10:00", "2027-03-13 10:00"),
        ("en", "in 2 weeks at 5pm", "2026-12-08 17:00"),
        ("en", "3/14/2027 6:30 pm", "2027-03-14 18:30"),
        ("en", "14/3/2027 18:30", "2027-03-14 18:30"),
        ("en", "12/25 5pm", "2026-12-25 17:00"),
        ("en", "1/1/2027 10:00", "2027-01-01 10:00"),
        ("en", "20:30 tomorrow", "2026-11-25 20:30"),
        ("es", "el 14 de marzo a las 18:30", "2027-03-14 18:30"),
        ("es", "el próximo martes a las 18h", "2026-12-01 18:00"),
        ("es", "martes que viene, 6 p. m.", "2026-12-01 18:00"),
        ("es", "mañana a las 6 de la tarde", "2026-11-25 18:00"),
        ("es", "pasado mañana a las 9 de la mañana", "2026-11-26 09:00"),
        ("es", "viernes al mediodía", "2026-11-27 12:00"),
        ("es", "primero de mayo a las 19:00", "2027-05-01 19:00"),
        ("es", "en dos semanas a las 17:00", "2026-12-08 17:00"),
        ("es", "tomorrow 6pm", "2026-11-25 18:00"),
    ],
)
def test_a_time_is_read_as_people_say_it(lang, said, meant):
    assert read_time(said, lang, TUESDAY).local.strftime("%Y-%m-%d %H:%M") == meant


@pytest.mark.parametrize(
    ("said", "doubt"),
    [
        ("03/04/2027 18:30", Doubt.TWO_DATES),
        ("3/4 5pm", Doubt.TWO_DATES),
        ("Friday at midnight", Doubt.TWO_DATES),
        ("Friday, March 13 2027 at 10:00", Doubt.OTHER_WEEKDAY),
        ("March 14 at 7", Doubt.HALF_OF_DAY),
        ("March 14", Doubt.NO_CLOCK),
        ("6 pm", Doubt.NO_DAY),
        ("next week 6 pm", Doubt.UNREADABLE),
        ("some day 6 pm", Doubt.UNREADABLE),
        ("2/30/2027 10:00", Doubt.UNREADABLE),
        ("13 pm tomorrow", Doubt.UNREADABLE),
        ("tomorrow 24:00", Doubt.UNREADABLE),
        ("tomorrow 6 pm " * 10, Doubt.UNREADABLE),
    ],
)
def test_what_could_mean_two_things_or_nothing_is_not_guessed(said, doubt):
    with pytest.raises(TimeError) as raised:
        read_time(said, "en", TUESDAY)
    assert raised.value.doubt is doubt


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("2h", "20:00"),
        ("2 hours", "20:00"),
        ("1h30", "19:30"),
        ("1 h 30 min", "19:30"),
        ("90 min", "19:30"),
        ("hora y media", "19:30"),
        ("una hora", "19:00"),
        ("8:30 pm", "20:30"),
        ("noon", "12:00 next day"),
        ("2027-03-14 21:00", "21:00"),
        ("March 14, 9 pm", "21:00"),
    ],
)
def test_an_end_is_a_time_a_length_or_a_clock(said, meant):
    starts = datetime(2027, 3, 14, 18, 0)  # noqa: DTZ001 - wall time
    end = read_ending(said, "en", TUESDAY).after(starts)
    assert f"{end:%H:%M}" + (" next day" if end.date() > starts.date() else "") == meant


@pytest.mark.parametrize("said", ["1000 hours", "later", "5", "-2h", "0 minutes"])
def test_an_end_that_tells_nothing_is_refused(said):
    with pytest.raises(TimeError):
        read_ending(said, "en", TUESDAY)


def test_a_zone_named_with_the_time_must_be_the_zone_of_the_place():
    assert read_time("March 14 7pm EST", "en", TUESDAY).zone_word == "EST"
    t, here = core_translators()["en"], Here()
    assert typed_time("March 14 2027 7pm EST", t, "starts", here.of({"zone": "America/New_York"})).hour == 19
    with pytest.raises(Exception, match="names another time zone than America/Chicago"):
        typed_time("March 14 2027 7pm EST", t, "starts", here.of({"zone": "America/Chicago"}))


def test_tomorrow_is_that_of_the_place():
    t = core_translators()["en"]
    late = Here(datetime.fromisoformat("2026-11-24T03:00+00:00"))  # still the 23rd in New York
    assert typed_time("tomorrow 6pm", t, "starts", late.of({"zone": "America/New_York"})).day == 24
    assert typed_time("tomorrow 6pm", t, "starts", late.of({"zone": "Europe/London"})).day == 25


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60) | st.from_regex(r"[0-9a-z/:. -]{0,30}", fullmatch=True))
def test_any_text_is_a_time_or_a_doubt(text):
    for lang in ("en", "es"):
        for read in (read_time, read_ending):
            try:
                found = read(text, lang, TUESDAY)
            except TimeError as error:
                assert error.doubt in Doubt
            else:
                assert isinstance(found, Ending) or isinstance(found.local, datetime)
