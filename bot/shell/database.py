"""`hrc-bot db`: the database, its keys and its copies."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import click

from bot.shell.parts import key_place, ready_folder, settings_of


@click.group()
def db() -> None:
    """The database, its keys and its copies."""


@db.command("upgrade")
@click.pass_obj
def db_upgrade(config: Path | None) -> None:
    """Bring the database up to this release."""
    from storage.migrate import upgrade

    settings = settings_of(config)
    ready_folder(settings.data_dir)
    upgrade(settings.url, key_place(settings))
    click.echo("The database is up to date.")


@db.command("check")
@click.option("--json", "as_json", is_flag=True, help="Print what was found as a JSON list.")
@click.pass_obj
def db_check(config: Path | None, as_json: bool) -> None:
    """Look at tables, soundness, keys, every encrypted value and the audit; exit code 1 when something is wrong."""
    from dataclasses import asdict

    from storage.checks import examine

    settings = settings_of(config)
    found = asyncio.run(examine(settings.url, key_place(settings)))
    lines = [f"{'ok' if one.is_well else 'fault':<8}{one.subject}: {one.said}" for one in found]
    click.echo(json.dumps([asdict(one) for one in found], indent=2) if as_json else "\n".join(lines))
    sys.exit(not all(one.is_well for one in found))


@db.command("make-key")
def db_make_key() -> None:
    """Print a fresh key for HRC_SECRET_KEYS."""
    from storage.keys import new_key

    click.echo(new_key())


@db.command("rotate-keys")
@click.option("--json", "as_json", is_flag=True, help="Print what was done as a JSON object.")
@click.pass_obj
def db_rotate_keys(config: Path | None, as_json: bool) -> None:
    """Encrypt everything anew with the newest key; secret.keys gets a new one. Goes on where it was cut off."""
    from dataclasses import asdict

    from storage.rotation import rotation

    settings = settings_of(config)
    place = key_place(settings)
    with (
        rotation(settings.url, place) as run,
        click.progressbar(length=run.count, label="rows", file=sys.stderr) as bar,
    ):
        done = run.run(bar.update)
    if as_json:
        click.echo(json.dumps(asdict(done)))
    else:
        click.echo(f"{done.rows} rows are encrypted with the newest key of {place.name}.")
        click.echo("\n".join([f"fault: {one}" for one in done.unopened] or [_older(place.name)]))
    sys.exit(bool(done.unopened))


def _older(name: str) -> str:
    return f"Keep the older keys of {name} for as long as there are backups made with them."


@db.command("backup")
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_obj
def db_backup(config: Path | None, file: Path) -> None:
    """Write an encrypted copy of a SQLite database to FILE; the bot may be running."""
    from datetime import UTC, datetime

    from storage.backup import back_up

    settings = settings_of(config)
    place = key_place(settings)
    with click.progressbar(length=_size(settings.url), label="bytes", file=sys.stderr) as bar:
        size = back_up(settings.url, place, file, datetime.now(UTC), bar.update)
    click.echo(f"{file} holds {size} bytes. It opens with the keys of {place.name} alone: keep these elsewhere.")


@db.command("restore")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Move a database that is there aside.")
@click.pass_obj
def db_restore(config: Path | None, file: Path, force: bool) -> None:
    """Put a backup in the place of the database; the bot must be stopped, and starts with sending paused."""
    from storage.backup import restore

    settings = settings_of(config)
    ready_folder(settings.data_dir)
    size = file.stat().st_size if file.is_file() else 0
    with click.progressbar(length=size, label="bytes", file=sys.stderr) as bar:
        made_at = restore(settings.url, key_place(settings), file, bar.update, force=force)
    click.echo(f"The database is that of {made_at:%Y-%m-%d %H:%M} UTC. {_RESUME}")


@db.command("hold")
@click.option("--since", type=click.DateTime(), required=True, help="When the copy was made, UTC: 2027-03-14T18:30:00")
@click.pass_obj
def db_hold(config: Path | None, since: object) -> None:
    """Pause sending after you restored PostgreSQL yourself; what is unfinished is looked up before it is sent."""
    from datetime import UTC, datetime

    from storage.backup import hold

    if not isinstance(since, datetime):
        raise TypeError("--since is a time")
    count = hold(settings_of(config).url, since.replace(tzinfo=UTC))
    click.echo(f"{count} deliveries will be looked up. {_RESUME}")


_RESUME = "Sending is paused; start the bot, look around, then run hrc-bot resume."


def _size(url: str) -> int:
    from storage.engine import file_of

    path = file_of(url)
    return path.stat().st_size if path and path.exists() else 0
