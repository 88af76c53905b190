"""Words to options."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.command import Feature, Option
from bot.domain.times import Zone
from bot.parsing import arguments_of
from bot.reply import Reply

feature = Feature("toy", "Toy")


@feature.command("plan", summary="Plan", form=True)
async def plan(
    ctx,
    title: Annotated[str, Option("Title")],
    starts: Annotated[datetime, Option("Start")],
    zone: Annotated[Zone, Option("Zone", aliases=("time_zone",))],
    hide_names: Annotated[bool, Option("Hide")] = False,
) -> Reply:
    return Reply(title)


@feature.command("answer", summary="Answer")
async def answer(
    ctx,
    convening: Annotated[int, Option("Which")],
    answer: Annotated[str, Option("What")],
    note: Annotated[str, Option("Note")] = "",
) -> Reply:
    return Reply(answer)


@feature.command("ask", summary="Ask")
async def ask(ctx, question: Annotated[str, Option("Question")]) -> Reply:
    return Reply(question)


def test_keys_and_quoted_words_fill_options():
    text = 'title:"City assembly" starts:"2027-03-14 18:30" zone:America/New_York'
    assert arguments_of(plan, text) == {
        "title": "City assembly",
        "starts": "2027-03-14 18:30",
        "zone": "America/New_York",
    }


@pytest.mark.parametrize("text", ["title:“City assembly”", "title:«City assembly»", "title:City assembly"])
def test_curly_quotes_and_unquoted_words_work_too(text):
    assert arguments_of(plan, text)["title"] == "City assembly"


def test_hyphens_capitals_and_aliases_name_the_same_option():
    assert arguments_of(plan, "Hide-Names:yes time_zone:UTC") == {"hide_names": "yes", "zone": "UTC"}


def test_words_in_order_fill_the_options_in_order_and_the_last_takes_the_rest():
    assert arguments_of(answer, "12 yes see you there") == {"convening": "12", "answer": "yes", "note": "see you there"}


def test_a_single_option_takes_the_whole_text():
    assert arguments_of(ask, 'what\'s art: 25 "about"?') == {"question": 'what\'s art: 25 "about"?'}
    assert arguments_of(ask, 'question:"what is it?"') == {"question": "what is it?"}
    assert arguments_of(ask, '"what is it?"') == {"question": "what is it?"}


def test_an_address_is_no_option():
    assert arguments_of(answer, "12 https://a.org/x")["answer"] == "https://a.org/x"


@given(st.text())
def test_any_text_is_parsed_without_error(text):
    for command in (plan, answer, ask):
        assert all(isinstance(value, str) for value in arguments_of(command, text).values())
