"""Values that are offered while somebody types: within the limits, and there is always an answer."""

from __future__ import annotations

from tests.adapters.discord.sample import Stage
from tests.loopback.discord_limits import units
from tests.loopback.discord_people import Person


async def test_suggestions_are_at_most_25(ana: Person) -> None:
    assert len(await ana.types("join", "city", "New")) == 25


async def test_suggestions_are_at_most_100_characters_long(ana: Person) -> None:
    """A label is shortened; a value cannot be, so what carries it is left out."""
    offered = await ana.types("join", "city", "long")
    assert [one["value"] for one in offered] == ["c1"]
    assert units(offered[0]["name"]) <= 100 and offered[0]["name"].endswith("…")


async def test_a_broken_core_offers_nothing_and_says_so_in_time(ana: Person) -> None:
    assert await ana.types("join", "city", "broken") == []
    assert len(await ana.types("join", "city", "New")) == 25


async def test_a_slow_core_offers_nothing_within_the_three_seconds(ana: Person, stage: Stage) -> None:
    stage.door.clear()
    assert await ana.types("join", "city", "New") == []


async def test_an_option_that_nobody_declared_offers_nothing(ana: Person) -> None:
    assert await ana.types("join", "nothing", "x") == []
    assert await ana.types("nowhere", "city", "x") == []
