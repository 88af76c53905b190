"""A member's data and settings on Slack, with the shipped bot."""

from __future__ import annotations

import json

import pytest

from bot.registry import load


@pytest.fixture
async def real(connect):
    """Yield a bot with all of its features."""
    async with connect(load()) as town:
        yield town


def told(town, user="U0ANA"):
    return "\n".join(one.text for one in town.slack.messages if one.only_for == user)


async def test_export_in_channel_goes_to_the_person_alone(real):
    await real.slack.command('join name:"Ana" city:Eugene consent:yes')
    await real.slack.until(lambda: "You are a member now" in told(real))
    await real.slack.command("me export")
    await real.slack.until(lambda: any(one["channel"] for one in real.slack.files))
    (file,) = real.slack.files
    assert file["channel"] == "D0ANA"
    assert json.loads(file["content"])["data"]["member"]["rows"][0]["city"] == "Eugene"


async def test_the_chosen_language_wins_over_the_apps(real):
    await real.slack.command("me settings lang:es")
    await real.slack.until(lambda: "Sus ajustes están guardados." in told(real))
    await real.slack.command("join")
    await real.slack.until(lambda: real.slack.views)
    assert "Unirse a la Alianza" in str(real.slack.views)
