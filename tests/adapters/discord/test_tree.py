"""The registered commands: those of the shipped bot, within Discord's limits, in both languages."""

from __future__ import annotations

from typing import Any

import pytest
import regex

from adapters.discord.registration import fingerprint
from adapters.discord.tree import paths, payloads
from bot.i18n import core_translators
from bot.registry import Registry, load
from tests.adapters.discord import sample
from tests.loopback.discord_limits import command_problems
from tests.loopback.discord_schema import body_problems, is_present


def sample_commands() -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in payloads(Registry(sample.FEATURES), core_translators())}


def test_the_shipped_commands_keep_the_limits(record_property: pytest.RecordProperty) -> None:
    record_property("discord-openapi.json", "present" if is_present() else "absent: not checked against it")
    commands = payloads(load(), core_translators())
    assert command_problems(commands) == []
    assert body_problems("PUT", "/applications/1/commands", commands) == []


def test_every_command_is_registered_under_its_own_name() -> None:
    registry = load()
    assert set(paths(registry).values()) == set(registry.commands)
    assert "ask" in paths(registry) and paths(registry)["me show"] == "me"


def test_options_are_typed() -> None:
    options = {one["name"]: one for one in sample_commands()["join"]["options"]}
    assert options["consent"]["type"] == 5
    assert (options["count"]["type"], options["count"]["min_value"], options["count"]["max_value"]) == (4, 1, 9)
    assert [one["value"] for one in options["level"]["choices"]] == ["a", "f"]
    assert options["city"]["autocomplete"] and options["zone"]["autocomplete"]
    assert options["name"]["max_length"] == 80


def test_a_command_with_a_form_asks_for_nothing_up_front() -> None:
    commands = sample_commands()
    assert not any(one["required"] for one in commands["join"]["options"])
    assert [one["required"] for one in commands["ask"]["options"]] == [True]


def test_descriptions_are_in_spanish_too() -> None:
    ask = next(one for one in payloads(load(), core_translators()) if one["name"] == "ask")
    assert ask["description_localizations"]["es-ES"] == ask["description_localizations"]["es-419"] != ""


def test_the_fingerprint_tells_changes() -> None:
    commands = [{"name": "a"}]
    assert fingerprint(commands, 1) == fingerprint([{"name": "a"}], 1)
    assert len({fingerprint(commands, 1), fingerprint(commands, 2), fingerprint([{"name": "b"}], 1)}) == 3


def test_nothing_is_hidden_from_people_whose_role_counts_only_here() -> None:
    """The platform knows neither our steering committee nor mapped roles: the core refuses, and says who can help."""
    assert not any("default_member_permissions" in one for one in payloads(load(), core_translators()))


def test_localized_names_are_such_as_discord_takes() -> None:
    """In both kinds of Spanish alike. Source: application command naming: letters, digits, - _ ' and 32 at most."""
    allowed = regex.compile(r"[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}")
    seen = 0
    for command in payloads(load(), core_translators()):
        for one in (
            command,
            *command["options"],
            *(inner for sub in command["options"] for inner in sub.get("options", [])),
        ):
            names = one["name_localizations"]
            assert set(names) in (set(), {"es-ES", "es-419"})
            assert all(allowed.fullmatch(name) and name == name.lower() for name in names.values())
            seen += bool(names)
    assert seen >= 20
