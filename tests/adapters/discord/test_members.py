"""A member's data and settings on Discord, with the shipped bot."""

from __future__ import annotations

import json

from tests.adapters.discord.test_whole_bot import ada, words  # noqa: F401 - a fixture
from tests.loopback.discord_people import Person
from tests.loopback.discord_records import EPHEMERAL


async def test_export_in_channel_is_a_file_that_one_person_sees(ada: Person) -> None:  # noqa: F811
    await ada.command("join", name="Ada", consent="yes", city="Eugene")
    seen = await ada.command("me export")
    assert seen.original
    assert seen.original["flags"] & EPHEMERAL
    (content,) = seen.original["files"].values()
    assert json.loads(content)["data"]["member"]["rows"][0]["city"] == "Eugene"


async def test_the_chosen_language_wins_over_the_apps(ada: Person) -> None:  # noqa: F811
    saved = await ada.command("me settings", lang="es")
    assert "Sus ajustes están guardados." in words(saved)
    assert "Guardo lo menos posible." in words(await ada.command("privacy"))
