"""`hrc-bot deliveries` and `hrc-bot resume`: what goes out, seen from the shell; the bot may be running."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import click

from bot.shell.parts import Shell, place_of, settings_of

if TYPE_CHECKING:
    from bot.domain.deliveries import Delivery


@click.command()
@click.option("--announcement", type=int, help="Number of one announcement; a line for each place it goes to.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def deliveries(shell: Shell, announcement: int | None, as_json: bool) -> None:
    """Show what was sent and what waits: in numbers, or each place of one announcement."""
    import json

    from bot.domain.deliveries import Subject

    records = shell.upkeep().records(place_of(settings_of(shell)))
    if announcement is None:
        overview = asyncio.run(records.deliveries_overview())
        lines = [f"{name}: {value}" for name, value in overview.items()]
        click.echo(json.dumps(overview, indent=2) if as_json else "\n".join(lines))
        return
    rows = asyncio.run(records.deliveries_of(Subject.ANNOUNCEMENT, announcement))
    told = [_told(one) for one in rows]
    if as_json:
        click.echo(json.dumps(told, indent=2))
    elif not told:
        click.echo(f"hrc-bot: no delivery of an announcement {announcement} is stored")
    else:
        click.echo("\n".join(" ".join(f"{value}" for value in one.values() if value not in ("", None)) for one in told))


@click.command()
@click.pass_obj
def resume(shell: Shell) -> None:
    """Start sending again, after a restored backup or a pause; every message that may have gone out is looked up."""
    reason = asyncio.run(shell.upkeep().copies(place_of(settings_of(shell))).resume())
    click.echo("Sending goes on." if reason else "Sending was not paused.")


def _told(row: Delivery) -> dict[str, str | int | None]:
    """Return a row for the operator; a person's account is not told."""
    return {
        "id": row.id,
        "place": row.target.channel_id or f"{row.target.platform}: a direct message",
        "status": row.status.value,
        "wanted": row.wanted,
        "shown": row.shown,
        "attempts": row.attempts,
        "error": row.error_code,
        "next_attempt_at": row.next_attempt_at.isoformat(timespec="seconds"),
        "shown_at": row.shown_at.isoformat(timespec="seconds") if row.shown_at else None,
    }
