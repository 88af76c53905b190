"""What the documents promise is there, and what is there is documented."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from bot.__main__ import main
from bot.config import load_settings
from bot.domain.holdings import HOLDINGS, NAMELESS
from bot.plugin import plugins
from bot.registry import load
from bot.settings import SECRETS, Section, Settings
from knowledge.strict_yaml import load as load_yaml
from storage.models import Base
from storage.sealing import AccountText, Sealable

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
DOCS = README + "".join(path.read_text() for path in sorted((ROOT / "docs").glob("*.md")))
SPECS = [plugin.spec for plugin in plugins() if plugin.spec]


def _keys():
    for key, field in Settings.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, Section):
            inside = (f"{key}.{inner}" for inner in field.annotation.model_fields)
            yield from (one for one in inside if one not in SECRETS.values())
        elif key != "sections" and key not in SECRETS.values():
            yield key
    for spec in SPECS:
        secrets = set(spec.variables.values()) - {"api_url"}
        if spec.name != "console":
            yield from (f"{spec.name}.{key}" for key in spec.model.model_fields if key not in secrets)


def _shell_commands(group: click.Group, trail: str = "hrc-bot"):
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from _shell_commands(command, f"{trail} {name}")
        else:
            yield f"{trail} {name}"


def test_the_example_configuration_loads_and_holds_the_defaults():
    example = load_settings(ROOT / "config.example.yaml", {}, SPECS)
    assert example == load_settings(None, {}, SPECS)


@pytest.mark.parametrize("key", list(_keys()))
def test_every_key_stands_in_the_example_configuration(key):
    _, positions = load_yaml(ROOT / "config.example.yaml", "config.example.yaml")
    assert tuple(key.split(".")) in positions


@pytest.mark.parametrize("key", list(_keys()))
def test_every_key_is_documented(key):
    assert f"`{key}`" in DOCS


@pytest.mark.parametrize("variable", [*SECRETS, *(name for spec in SPECS for name in spec.variables)])
def test_every_variable_is_documented(variable):
    assert variable in DOCS


@pytest.mark.parametrize("command", list(load().commands.values()), ids=lambda command: command.name)
def test_every_command_and_option_is_documented(command):
    row = next((line for line in DOCS.splitlines() if line.startswith(f"| `{command.name}`")), "")
    assert row, command.name
    for parameter in command.parameters:
        assert f"`{parameter.name}`" in row


@pytest.mark.parametrize("command", list(_shell_commands(main)))
def test_every_shell_command_is_documented(command):
    assert f"`{command}" in DOCS


def _handed_over() -> list[list[str]]:
    """Return the cells of the table of what there is to hand over: record, without the key, with it, kept."""
    part = (ROOT / "docs" / "SECURITY.md").read_text().partition("## What we could hand over")[2].partition("\n## ")[0]
    rows = [line.strip("|").split("|") for line in part.splitlines() if line.startswith("| ")]
    return [row for row in rows[1:] if not row[0].startswith(" ---")]


def _named(cell: str) -> list[str]:
    return re.findall(r"`([a-z_]+)`", cell)


def test_what_could_be_handed_over_names_every_table_once():
    named = [table for row in _handed_over() for table in _named(row[0])]
    assert sorted(named) == sorted(Base.metadata.tables)
    assert {one.table for one in HOLDINGS} | set(NAMELESS) == set(named)


@pytest.mark.parametrize("holding", HOLDINGS, ids=lambda one: one.table)
def test_what_could_be_handed_over_is_kept_as_long_as_people_are_told(holding):
    row = next(row for row in _handed_over() if holding.table in _named(row[0]))
    assert re.findall(r"`retention\.(\w+)`", row[3]) == ([holding.age] if holding.age else []), row


@pytest.mark.parametrize("table", Base.metadata.sorted_tables, ids=lambda one: one.name)
def test_what_needs_the_key_is_told_as_needing_it(table):
    """A table with a sealed column, or one that can only be compared with the key, is not told as readable."""
    row = next(row for row in _handed_over() if table.name in _named(row[0]))
    is_sealed = any(isinstance(one.type, Sealable | AccountText) for one in table.columns)
    shared = any(
        isinstance(column.type, Sealable | AccountText)
        for name in _named(row[0])
        for column in Base.metadata.tables[name].columns
    )
    assert not is_sealed or "nothing more" not in row[2], row
    assert is_sealed or shared or "nothing more" in row[2] or "knows already" in row[2], row


def test_links_between_documents_lead_somewhere():
    for path in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", path.read_text()):
            assert (path.parent / target).exists(), f"{path.name}: {target}"
