"""`hrc-bot retention`: how long data is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from bot.shell.parts import Shell, within

if TYPE_CHECKING:
    from bot.ports import OpenUnitOfWork
    from bot.settings import Settings


@click.group()
def retention() -> None:
    """How long data is kept."""


@retention.command("run")
@click.option("--dry-run", is_flag=True, help="Say what would be deleted; delete nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the counts as one JSON object.")
@click.pass_obj
def retention_run(shell: Shell, dry_run: bool, as_json: bool) -> None:
    """Delete what is older than its age; a running bot does the same every hour."""
    import json

    counts = within(shell, _looked if dry_run else _deleted)
    if as_json:
        click.echo(json.dumps(counts))
        return
    would = "would be deleted" if dry_run else "deleted"
    click.echo("\n".join(f"{name}: {count} {would}" for name, count in counts.items()))


async def _deleted(settings: Settings, opened: OpenUnitOfWork) -> dict[str, int]:
    from bot.ports import utc_now
    from bot.retention import deleted

    async with opened(writes=True) as uow:
        return await deleted(uow, settings.retention, utc_now())


async def _looked(settings: Settings, opened: OpenUnitOfWork) -> dict[str, int]:
    from bot.ports import utc_now
    from bot.retention import due

    return await due(opened, settings.retention, utc_now())
