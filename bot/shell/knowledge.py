"""`hrc-bot knowledge`: the content, and how well it is found."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import click

from bot.shell.parts import Shell, place_of, quiet_edition, settings_of


@click.group()
def knowledge() -> None:
    """The knowledge base."""


@knowledge.command("check")
@click.option("--strict", is_flag=True, help="Warnings count as errors.")
@click.pass_obj
def knowledge_check(shell: Shell, strict: bool) -> None:
    """Find faults in the content, that of chapters too; exit code 1 when there are any."""
    from datetime import UTC, datetime

    from knowledge.advice import checked

    errors, warnings = checked(datetime.now(UTC).date(), settings_of(shell).knowledge.chapters.values())
    for error in errors:
        click.echo(f"error: {error}")
    for hint in warnings:
        click.echo(f"warning: {hint}")
    click.echo(f"{len(errors)} errors, {len(warnings)} warnings.")
    sys.exit(bool(errors or (strict and warnings)))


@knowledge.command("eval")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--picture", type=click.Path(path_type=Path), help="Draw how far confidence can be trusted (PNG).")
@click.option("--misses", "shown", is_flag=True, help="List the questions that were not answered rightly.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as one JSON object.")
@click.pass_obj
def knowledge_eval(shell: Shell, file: Path, picture: Path | None, shown: bool, as_json: bool) -> None:
    """Ask the questions of a JSON Lines FILE and count: {"id", "text", "gold": [topic ids], "lang", "theme"} a line."""
    import json
    from dataclasses import asdict

    from knowledge.evaluate import ask_all, parted, read_questions
    from knowledge.figures import draw_reliability, misses, table

    questions = read_questions(file)
    edition = quiet_edition(shell)
    asked = ask_all(edition.index, questions, edition.bank.topics)
    parts = parted(asked, {topic.id: topic.theme for topic in edition.bank.topics.values()})
    for line in misses(asked) if shown else ():
        click.echo(line)
    if as_json:
        click.echo(json.dumps({name: asdict(found) for name, found in parts.items()}, indent=2))
    else:
        click.echo("\n".join([f"engine: {edition.index.engine}", *table(parts)]))
    if picture:
        draw_reliability(picture, asked, edition.index.calibration.answer_from)


@knowledge.command("stats")
@click.pass_obj
def knowledge_stats(shell: Shell) -> None:
    """Print how much the knowledge base holds, and when it answers."""
    from knowledge.figures import stats

    edition = quiet_edition(shell)
    click.echo("\n".join(stats(edition.bank, edition.index)))


@knowledge.command("export")
@click.option("--to", "folder", type=click.Path(path_type=Path), required=True, help="The content folder to write to.")
@click.pass_obj
def knowledge_export(shell: Shell, folder: Path) -> None:
    """Write the topics that people published in chat as content files, and take out those they withdrew."""
    from bot.domain.topic_files import files_of
    from bot.knowledge_files import remove_files, write_files

    records = shell.upkeep().records(place_of(settings_of(shell)))
    topics, withdrawn = asyncio.run(records.published_topics()), asyncio.run(records.withdrawn_topics())
    written = write_files(files_of(topics), folder)
    for path in written:
        click.echo(path)
    for path in remove_files({one.id for one in withdrawn}, folder, but=written):
        click.echo(f"removed: {path}")
    click.echo(f"{len(topics)} published topics.")
