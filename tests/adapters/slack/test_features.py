"""The bot's own features over Socket Mode: pressed cards, shared answers, channels by name."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.consents import CONSENT_VERSION
from bot.domain.members import Member
from bot.registry import load
from bot.request import Actor, Kind, Origin, Request
from tests.adapters.slack.conftest import Town
from tests.adapters.slack.real import ASSEMBLY, added, posted

ELSEWHERE = "other:80351110224678912"  # the same or another person's account on another platform


@pytest.fixture
async def real(connect):
    """Yield a bot with all of its features."""
    async with connect(load()) as town:
        yield town


async def answers(town: Town) -> list[tuple[str, str]]:
    async with town.storage.unit_of_work(writes=False) as uow:
        return [(one.user_id, one.answer.value) for one in await uow.convenings.answers(1)]


async def press_elsewhere(town: Town, answer: str):
    """Press a button of the same card on another platform."""
    origin = Origin("other:1", "other:2")
    request = Request(Kind.ACTION, "convening.rsvp", Actor(ELSEWHERE), origin, f"1:{answer}", key=answer)
    return await town.host.dispatcher.handle(request)


def confirmations(town: Town, user: str = "U0ANA") -> list[str]:
    return [one.text for one in town.slack.messages if one.only_for == user and "coming to" in one.text]


async def linked(town: Town) -> None:
    """Make Ana one member with two accounts."""
    now = town.clock()
    member = Member("7f3c", "Ana", CONSENT_VERSION, now, now)
    async with town.storage.unit_of_work(writes=True) as uow:
        for user_id in ("slack:U0ANA", ELSEWHERE):
            await uow.members.save(member, user_id)


async def pressed_twenty_times(town: Town) -> None:
    card = await posted(town)
    for envelope in [await town.slack.press(card, "Yes") for _ in range(20)]:
        await town.slack.ack(envelope)
    await town.slack.command("help", user="U0STEER")
    await town.slack.until(lambda: any(one.text.startswith("Ask me") for one in town.slack.messages))
    await town.slack.until(lambda: "1 coming" in card.text and confirmations(town) != [])


async def test_double_click(real):
    await pressed_twenty_times(real)
    assert await answers(real) == [("slack:U0ANA", "yes")]
    assert len(confirmations(real)) == 1


async def test_double_click_from_two_platforms_by_a_linked_member(real):
    await linked(real)
    await pressed_twenty_times(real)
    assert (await press_elsewhere(real, "yes")).silent
    assert len(await answers(real)) == 1
    assert len(confirmations(real)) == 1


async def test_double_click_where_the_last_answer_wins(real):
    await linked(real)
    await pressed_twenty_times(real)
    reply = await press_elsewhere(real, "maybe")
    assert "you may come" in reply.summary
    assert [answer for _, answer in await answers(real)] == ["maybe"]


async def test_double_click_by_two_people_counts_two(real):
    await pressed_twenty_times(real)
    assert "you are coming" in (await press_elsewhere(real, "yes")).summary
    assert sorted(await answers(real)) == [(ELSEWHERE, "yes"), ("slack:U0ANA", "yes")]


async def test_button_for_cancelled_event(real):
    card = await posted(real)
    stale = replace(card)
    async with real.storage.unit_of_work(writes=True) as uow:
        convening = await uow.convenings.get(1)
        await uow.convenings.save(replace(convening.revised(), cancelled_at=real.clock(), cancelled_reason="Storm"))
    await real.slack.press(stale, "Yes")
    refusal = await real.slack.seen(len(real.slack.messages) + 1)
    assert refusal.only_for == "U0ANA"
    assert refusal.text.startswith(f"“{ASSEMBLY}” is cancelled. Your answer was not stored.")
    assert card.text.startswith(f"Cancelled: {ASSEMBLY}")
    assert card.buttons() == {}
    assert await answers(real) == []


async def test_a_private_answer_can_be_shared_in_the_channel(real):
    await real.slack.command("ask what is a human rights city?")
    answer = await real.slack.seen(1)
    assert answer.only_for == "U0ANA"
    await real.slack.press(answer, "Share")
    shared = await real.slack.seen(2)
    assert (shared.only_for, shared.channel) == ("", "C0TOWN")
    assert shared.text.split("\n")[0] == answer.text.split("\n")[0]


async def test_an_answer_in_a_thread_is_shared_in_that_thread(real):
    await real.slack.mention("what is a human rights city?", thread_ts="1700000000.000900")
    answer = await real.slack.seen(1)
    await real.slack.press(answer, "Share", user="U0BEN")
    shared = await real.slack.seen(2)
    assert (answer.thread, shared.thread, shared.only_for) == ("1700000000.000900", "1700000000.000900", "")


async def test_a_channel_is_named_by_a_link_to_it(real):
    real.slack.users["U0ANA"]["is_admin"] = True
    real.slack.channels["C0OTHER"] = {"is_member": True}
    await real.slack.command("channel follow channel:<#C0OTHER|other>")
    answer = await real.slack.seen(1)
    assert answer.only_for == "U0ANA"
    assert "<#C0OTHER>" in answer.mrkdwn()
    assert "<#C0OTHER>" in answer.text


async def test_a_channel_that_takes_no_posts_is_refused_in_words(real):
    real.slack.users["U0ANA"]["is_admin"] = True
    real.slack.channels["C0OLD"] = {"is_archived": True, "is_member": True}
    await real.slack.command("channel follow channel:<#C0OLD|old>")
    refusal = await real.slack.seen(1)
    assert "the channel is archived" in refusal.text
    assert "is_archived" not in refusal.text + refusal.mrkdwn()


async def test_who_sees_the_preview_is_the_author_alone(real):
    await added(real)
    assert {one.only_for for one in real.slack.messages} == {"U0STEER"}


async def test_the_card_follows_an_answer_given_elsewhere(real):
    card = await posted(real)
    await press_elsewhere(real, "yes")
    real.clock.advance(timedelta(seconds=3))
    await real.outbox.once()
    assert "1 coming" in card.text


async def test_the_short_version_takes_the_place_of_a_private_answer_and_of_no_public_one(real):
    slack = real.slack
    await slack.command("ask what are the twelve criteria of the self-assessment?")
    private = await slack.seen(1)
    await slack.press(private, "Short version")
    await slack.until(lambda: "Whole answer" in private.buttons())
    assert "Criteria: version of November 23, 2026." in private.mrkdwn()
    await slack.mention("what are the twelve criteria of the self-assessment?")
    public = await slack.seen(2)
    await slack.press(public, "Short version")
    beside = await slack.seen(3)
    assert (beside.only_for, "Whole answer" in beside.buttons()) == ("U0ANA", True)
    assert "Short version" in public.buttons()
