"""The Home tab: what it shows to whom, and its buttons."""

from __future__ import annotations

import pytest

from bot.registry import load
from tests.adapters.slack.real import ASSEMBLY, added
from tests.loopback.slack_api import Fault, buttons_of, words_of


@pytest.fixture
async def real(connect):
    """Yield a bot with all of its features."""
    async with connect(load()) as town:
        yield town


async def test_a_newcomer_is_welcomed_with_questions_and_how_to_join(real):
    await real.slack.open_home()
    home = await real.slack.home()
    words = words_of(home)
    assert words.startswith("Welcome! I answer questions about human rights cities")
    assert "No convening is planned yet." in words
    assert "You have not joined yet." in words
    questions = ["What is a human rights city?", "How do I join?", "When is the next convening?"]
    assert [*buttons_of(home)] == [*questions, "Ask something else", "All commands", "Join"]


async def test_the_home_tab_speaks_spanish(real):
    real.slack.users["U0ANA"]["locale"] = "es-MX"
    await real.slack.open_home()
    words = words_of(await real.slack.home())
    assert "¡Le damos la bienvenida!" in words
    assert "Próximos encuentros" in words
    assert "Todavía no se ha unido." in words


async def test_the_next_convenings_are_shown_with_ones_own_answer(real):
    await added(real)
    await real.slack.command("convening rsvp convening:1 answer:yes")
    await real.slack.until(lambda: any("you are coming" in one.text for one in real.slack.messages))
    await real.slack.open_home()
    words = words_of(await real.slack.home())
    assert f"{ASSEMBLY} (#1)" in words
    assert "*Your answer*\nYes" in words
    await real.slack.open_home(user="U0BEN")
    assert "Your answer" not in words_of(await real.slack.home("U0BEN"))


async def test_somebody_who_joined_reads_so_at_once(real):
    await real.slack.open_home()
    await real.slack.home()
    await real.slack.press_in_home("Join")
    view = await real.slack.opened()
    await real.slack.submit(view, {"name": "Ana", "consent": "yes"})
    home = await real.slack.home(count=3)
    assert "You have joined as Ana." in words_of(home)
    assert "See what is kept about me" in buttons_of(home)


async def test_a_question_pressed_in_the_home_tab_is_answered_directly(real):
    await real.slack.open_home()
    await real.slack.home()
    await real.slack.press_in_home("What is a human rights city?")
    answer = await real.slack.seen(1)
    assert answer.channel == "D0ANA"
    assert "Share" not in answer.buttons()


async def test_a_convening_can_be_answered_from_the_home_tab(real):
    await added(real)
    await real.slack.open_home()
    await real.slack.home()
    before = len(real.slack.messages)
    await real.slack.press_in_home("Details and answer")
    card = await real.slack.seen(before + 1)
    await real.slack.press(card, "Yes")
    await real.slack.until(lambda: any("you are coming" in one.text for one in real.slack.messages))
    async with real.storage.unit_of_work(writes=False) as uow:
        assert [one.user_id for one in await uow.convenings.answers(1)] == ["slack:U0ANA"]


async def test_opening_the_tab_of_messages_fills_nothing(real):
    await real.slack.ack(await real.slack.open_home(tab="messages"))
    await real.slack.open_home(user="U0BEN")
    await real.slack.home("U0BEN")
    assert "U0ANA" not in real.slack.homes


async def test_a_home_tab_that_slack_refuses_harms_nothing(real):
    real.slack.faults["views.publish"] = [Fault(error="not_enabled")]
    await real.slack.open_home()
    await real.slack.until(lambda: real.slack.called("views.publish") != [])
    await real.slack.command("help")
    await real.slack.seen(1)


async def test_somebody_who_writes_does_not_keep_the_home_tab_waiting(real):
    async with real.storage.unit_of_work(writes=True):
        await real.slack.open_home()
        assert "What is a human rights city?" in buttons_of(await real.slack.home())
