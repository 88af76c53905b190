"""`hrc-bot email`: the email list from the shell, and the end of a mail server's pipe."""

from __future__ import annotations

import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from bot.shell.parts import Shell, ready_folder, settings_of, within

if TYPE_CHECKING:
    from bot.ports import OpenUnitOfWork, UnitOfWork
    from bot.settings import Settings


@click.group()
def email() -> None:
    """The email list."""


@email.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
@click.pass_obj
def import_list(shell: Shell, file: BinaryIO, as_json: bool) -> None:
    """Add addresses whose owners agreed: CSV with the columns address, consented (YYYY-MM-DD) and lang."""
    import json

    from bot.errors import ConfigError
    from bot.mailing_files import Outcome
    from bot.mailing_files import import_list as add
    from bot.ports import utc_now

    try:
        text = file.read().decode("utf-8-sig")
        found = _within(shell, lambda uow, settings: add(uow, settings, text, utc_now()), writes=True)
    except ValueError as error:  # also of the encoding
        raise ConfigError(f"{file.name}: {error}; nothing was added") from None
    counts = {one: found[one] for one in Outcome}
    lines = [f"{count}: {outcome.value}" for outcome, count in counts.items() if count or outcome is Outcome.ADDED]
    click.echo(json.dumps({one.name.lower(): count for one, count in counts.items()}) if as_json else "\n".join(lines))


@email.command("export")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.pass_obj
def export_list(shell: Shell, file: Path | None) -> None:
    """Write the confirmed addresses as CSV to FILE (readable by you alone), or print them."""
    from bot import mailing_files

    content: bytes = _within(shell, mailing_files.export_list, writes=False)
    if file is None:
        sys.stdout.buffer.write(content)
        return
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as target:
        target.write(content)
    count = len(content.splitlines()) - 1
    click.echo(f"{count} addresses are in {file}; keep it as safe as the database.", err=True)


@email.command("bounce")
@click.option("--to", "recipient", default="", help="The envelope's recipient, when your mail server tells it.")
@click.pass_obj
def bounce(shell: Shell, recipient: str) -> None:
    """Take one mail that came back from standard input; the running bot acts on it. For a mail server's pipe."""
    settings = settings_of(shell)
    ready_folder(settings.data_dir)
    known = recipient or os.environ.get("ORIGINAL_RECIPIENT", "")  # Source: Postfix local(8), pipe to a command
    _adapter("bounce")(settings.data_dir, sys.stdin.buffer, known)


@email.command("signed")
def signed() -> None:
    """Say whether the signature (DKIM) of a received mail, read from standard input, covers what lists need."""
    is_well, said = _adapter("signed")(sys.stdin.buffer)
    click.echo(said)
    sys.exit(0 if is_well else 1)


def _adapter(command: str) -> Any:
    """Return what the adapter that reads mail does for the command."""
    from bot.plugin import imported, plugins

    return imported(next(one.commands[command] for one in plugins() if command in one.commands))


def _within(shell: Shell, work: Callable[[UnitOfWork, Settings], Awaitable[Any]], *, writes: bool) -> Any:
    """Return what `work` returns in one unit of work on the configured database."""

    async def in_one(settings: Settings, unit_of_work: OpenUnitOfWork) -> Any:
        async with unit_of_work(writes=writes) as uow:
            return await work(uow, settings)

    return within(shell, in_one)
