"""`hrc-bot db`: the database."""

from __future__ import annotations

from pathlib import Path

import click

from bot.shell.parts import key_place, ready_folder, settings_of


@click.group()
def db() -> None:
    """The database."""


@db.command("upgrade")
@click.pass_obj
def db_upgrade(config: Path | None) -> None:
    """Bring the database up to this release."""
    from storage.migrate import upgrade

    settings = settings_of(config)
    ready_folder(settings.data_dir)
    upgrade(settings.url, key_place(settings))
    click.echo("The database is up to date.")
