"""Roles that people give each other, typed and chosen the way Slack lets them name a person."""

from __future__ import annotations

import pytest

from bot.registry import load


@pytest.fixture
async def real(connect):
    """Yield a bot with all of its features, in which Ana is an administrator and Ben is nobody."""
    async with connect(load()) as town:
        town.slack.users["U0ANA"]["is_admin"] = True
        town.slack.users["U0BEN"] = {}
        yield town


async def said(town, text, **who):
    """Type a command; return what the bot answered."""
    count = len(town.slack.messages)
    await town.slack.command(text, **who)
    await town.slack.until(lambda: len(town.slack.messages) > count)
    return town.slack.messages[-1].text


async def test_a_person_who_is_mentioned_is_given_the_role(real):
    assert "Only organizers" in await said(real, "channel status", user="U0BEN")
    assert "The role is given" in await said(real, "role grant person:<@U0BEN|ben> role:organizer")
    assert "Only organizers" not in await said(real, "channel status", user="U0BEN")
    assert "The role is taken back" in await said(real, "role revoke person:<@U0BEN> role:organizer")
    assert "Only organizers" in await said(real, "channel status", user="U0BEN")


async def test_the_form_lets_people_choose_a_person_in_place_of_typing_a_name(real):
    await real.slack.command("role grant")
    view = await real.slack.opened()
    kinds = {block["block_id"]: block["element"]["type"] for block in view["blocks"] if block["type"] == "input"}
    assert kinds["person"] == "users_select"
    count = len(real.slack.messages)
    await real.slack.submit(view, {"person": "U0BEN", "role": "organizer"})
    await real.slack.until(lambda: len(real.slack.messages) > count)
    assert "The role is given" in real.slack.messages[-1].text
    assert "Only organizers" not in await said(real, "channel status", user="U0BEN")


async def test_a_name_that_is_typed_is_nobodys(real):
    assert "I do not know who that is." in await said(real, "role grant person:@ben role:organizer")
