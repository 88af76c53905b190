"""`hrc-bot db`: the database, its keys and its copies."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import click

from bot.shell.parts import Shell, place_of, ready_folder, settings_of


@click.group()
def db() -> None:
    """The database, its keys and its copies."""


@db.command("upgrade")
@click.pass_obj
def db_upgrade(shell: Shell) -> None:
    """Bring the database up to this release."""
    settings = settings_of(shell)
    ready_folder(settings.data_dir)
    shell.upkeep().tables(place_of(settings)).upgrade()
    click.echo("The database is up to date.")


@db.command("check")
@click.option("--json", "as_json", is_flag=True, help="Print what was found as a JSON list.")
@click.pass_obj
def db_check(shell: Shell, as_json: bool) -> None:
    """Look at tables, soundness, keys, every encrypted value and the audit; exit code 1 when something is wrong."""
    from dataclasses import asdict

    found = asyncio.run(shell.upkeep().tables(place_of(settings_of(shell))).examine())
    lines = [f"{'ok' if one.is_well else 'fault':<8}{one.subject}: {one.said}" for one in found]
    click.echo(json.dumps([asdict(one) for one in found], indent=2) if as_json else "\n".join(lines))
    sys.exit(not all(one.is_well for one in found))


@db.command("make-key")
@click.pass_obj
def db_make_key(shell: Shell) -> None:
    """Print a fresh key for HRC_SECRET_KEYS."""
    click.echo(shell.upkeep().new_key())


@db.command("rotate-keys")
@click.option("--json", "as_json", is_flag=True, help="Print what was done as a JSON object.")
@click.pass_obj
def db_rotate_keys(shell: Shell, as_json: bool) -> None:
    """Encrypt everything anew with the newest key; secret.keys gets a new one. Goes on where it was cut off."""
    from dataclasses import asdict

    tables = shell.upkeep().tables(place_of(settings_of(shell)))
    with (
        tables.rotation() as run,
        click.progressbar(length=run.count, label="rows", file=sys.stderr) as bar,
    ):
        done = run.run(bar.update)
    if as_json:
        click.echo(json.dumps(asdict(done)))
    else:
        click.echo(f"{done.rows} rows are encrypted with the newest key of {tables.key_name}.")
        click.echo("\n".join([f"fault: {one}" for one in done.unopened] or [_older(tables.key_name)]))
    sys.exit(bool(done.unopened))


def _older(name: str) -> str:
    return f"Keep the older keys of {name} for as long as there are backups made with them."


@db.command("backup")
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_obj
def db_backup(shell: Shell, file: Path) -> None:
    """Write an encrypted copy of a SQLite database to FILE; the bot may be running."""
    from datetime import UTC, datetime

    place, upkeep = place_of(settings_of(shell)), shell.upkeep()
    copies, name = upkeep.copies(place), upkeep.tables(place).key_name
    with click.progressbar(length=copies.size, label="bytes", file=sys.stderr) as bar:
        size = copies.back_up(file, datetime.now(UTC), bar.update)
    click.echo(f"{file} holds {size} bytes. It opens with the keys of {name} alone: keep these elsewhere.")


@db.command("restore")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Move a database that is there aside.")
@click.pass_obj
def db_restore(shell: Shell, file: Path, force: bool) -> None:
    """Put a backup in the place of the database; the bot must be stopped, and starts with sending paused."""
    settings = settings_of(shell)
    ready_folder(settings.data_dir)
    size = file.stat().st_size if file.is_file() else 0
    with click.progressbar(length=size, label="bytes", file=sys.stderr) as bar:
        made_at = shell.upkeep().copies(place_of(settings)).restore(file, bar.update, force=force)
    click.echo(f"The database is that of {made_at:%Y-%m-%d %H:%M} UTC. {_RESUME}")


@db.command("hold")
@click.option("--since", type=click.DateTime(), required=True, help="When the copy was made, UTC: 2027-03-14T18:30:00")
@click.pass_obj
def db_hold(shell: Shell, since: object) -> None:
    """Pause sending after you restored PostgreSQL yourself; what is unfinished is looked up before it is sent."""
    from datetime import UTC, datetime

    if not isinstance(since, datetime):
        raise TypeError("--since is a time")
    count = shell.upkeep().copies(place_of(settings_of(shell))).hold(since.replace(tzinfo=UTC))
    click.echo(f"{count} deliveries will be looked up. {_RESUME}")


_RESUME = "Sending is paused; start the bot, look around, then run hrc-bot resume."
