"""`hrc-bot export`: what others can check or keep, as files."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

import click

from bot.shell.parts import Shell, place_of, settings_of, within


@click.group()
def export() -> None:
    """What is stored, for other programs."""


@export.command("members")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option(
    "--as", "viewer", type=click.Choice(["committee", "members"]), default="committee", help="For whose eyes."
)
@click.option("--json", "as_json", is_flag=True, help="JSON in place of CSV.")
@click.pass_obj
def export_members(shell: Shell, file: Path | None, viewer: str, as_json: bool) -> None:
    """Write the members to FILE (readable by you alone), or print them: the fields that each lets be seen."""
    from bot.member_lists import as_file

    content: bytes = within(shell, lambda settings, opened: as_file(opened, settings, viewer, as_json=as_json))
    _written(content, file, "The members are")


@export.command("convenings")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--json", "as_json", is_flag=True, help="JSON in place of CSV.")
@click.pass_obj
def export_convenings(shell: Shell, file: Path | None, as_json: bool) -> None:
    """Write every convening with its counts to FILE (readable by you alone), or print them; nothing of persons."""
    from bot.convening_lists import as_file

    content: bytes = within(shell, lambda _, opened: as_file(opened, as_json=as_json))
    _written(content, file, "The convenings are")


@export.command("audit")
@click.pass_obj
def export_audit(shell: Shell) -> None:
    """Print the record of administrative acts, one JSON object a line, oldest first; accounts are references."""
    for entry in asyncio.run(shell.upkeep().records(place_of(settings_of(shell))).audit()):
        click.echo(json.dumps(entry))


def _written(content: bytes, file: Path | None, what: str) -> None:
    """Put `content` into a file that its owner alone can read; to the standard output where there is none."""
    if file is None:
        sys.stdout.buffer.write(content)
        return
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as target:
        target.write(content)
    click.echo(f"{what} in {file}; keep it as safe as the database.", err=True)
