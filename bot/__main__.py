"""Composition root and command line: the one file that may import every package.

Imports stand inside the commands, so that `--help` answers at once.
"""

from __future__ import annotations

import asyncio
import io
import os
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import click

from bot.shell.database import db
from bot.shell.deliveries import deliveries, resume
from bot.shell.email_list import email
from bot.shell.exports import export
from bot.shell.knowledge import knowledge
from bot.shell.parts import Shell, delivering, place_of, quiet_edition, settings_of, with_app
from bot.shell.platforms import commands, manifest
from bot.shell.retention import retention

if TYPE_CHECKING:
    from bot.doctor import Check
    from bot.plugin import Plugin
    from bot.settings import Settings
    from bot.shell.ports import Upkeep

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # each question has a thread of its own; read when numpy loads
ROLES = ("member", "organizer", "steering")


class _OneLine(click.Group):
    """A group whose commands end with one line, and exit code 1, when something that we foresaw is wrong."""

    def invoke(self, ctx: click.Context) -> Any:
        from bot.errors import BotError
        from knowledge.errors import KnowledgeError

        try:
            return super().invoke(ctx)
        except (BotError, KnowledgeError) as error:
            click.echo(f"hrc-bot: {error}", err=True)
            ctx.exit(1)


@click.group(cls=_OneLine, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--config", "config", type=click.Path(path_type=Path), help="Settings file; config.yaml by default.")
@click.pass_context
def main(ctx: click.Context, config: Path | None) -> None:
    """The Human Rights Cities bot: answers with sources, members, convenings and announcements."""
    ctx.obj = Shell(config, _upkeep)
    sys.excepthook = partial(crashed, ctx.obj)


def _upkeep() -> Upkeep:
    """Return what works on databases; SQLAlchemy loads here, for the commands that need it."""
    from storage.upkeep import Upkeep as OfStorage

    return OfStorage()


def crashed(
    shell: Shell,
    kind: type[BaseException],  # noqa: ARG001 - as sys.excepthook gives it
    error: BaseException,
    trace: TracebackType | None,  # noqa: ARG001
) -> None:
    """Tell what nobody foresaw in one line, with the details in the data directory; the exit code stays 1."""
    from datetime import UTC, datetime

    from bot.crashes import told

    click.echo(f"hrc-bot: {told(error, _data_dir(shell), datetime.now(UTC))}", err=True)


def _data_dir(shell: Shell) -> Path:
    """Return the data directory, whatever is broken: even reading the settings may be what failed."""
    try:
        return settings_of(shell).data_dir
    except Exception:
        return Path(os.environ.get("HRC_DATA_DIR") or "data")


@main.command()
@click.option(
    "--role",
    type=click.Choice(["all", "adapters", "deliver"]),
    default="all",
    help="On PostgreSQL: adapters answers people, deliver sends; any number of processes may deliver.",
)
@click.pass_obj
def run(shell: Shell, role: str) -> None:
    """Serve every platform whose tokens are set, and the web pages where they are on; with none, chat here."""
    from bot.plugin import plugins

    installed = plugins()
    settings = settings_of(shell, installed)
    _refuse_role(settings, role)
    chosen = [one for one in installed if one.is_configured(settings)]
    beside = [one for one in chosen if one.accompanies]
    if role == "deliver":
        asyncio.run(delivering(shell, settings, chosen))
    elif role == "adapters" or len(beside) < len(chosen) or (beside and not sys.stdin.isatty()):
        _serve(shell, settings, chosen, delivers=role == "all")
    else:
        _chat(shell, settings, installed, "member", "", beside)


@main.command()
@click.option("--as", "role", type=click.Choice(ROLES), default="member", help="Whose rights to try.")
@click.option("--lang", type=click.Choice(["en", "es"]), default=None, help="Language; that of the system by default.")
@click.pass_obj
def chat(shell: Shell, role: str, lang: str | None) -> None:
    """Chat with the bot in this terminal; no token is needed."""
    from bot.plugin import plugins

    installed = plugins()
    _chat(shell, settings_of(shell, installed), installed, role, lang or "")


@main.command()
@click.argument("question", nargs=-1)
@click.option("--jsonl", is_flag=True, help="Read one JSON object a line (id, text, lang), write one answer a line.")
@click.option("--lang", type=click.Choice(["en", "es"]), default=None, help="Language of the answer.")
@click.pass_obj
def ask(shell: Shell, question: tuple[str, ...], jsonl: bool, lang: str | None) -> None:
    """Answer one question, or a file of them from standard input."""
    from bot.asking import answer_line, answer_text

    edition = quiet_edition(shell)
    lines = io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8", errors="replace")
    if not jsonl:
        click.echo(answer_text(edition, " ".join(question) or lines.read(), lang))
        return
    for line in lines:
        if line.strip():
            click.echo(answer_line(edition, line))


@main.command()
@click.option("--json", "as_json", is_flag=True, help="Print the checks as a JSON list.")
@click.pass_obj
def doctor(shell: Shell, as_json: bool) -> None:
    """Look at everything the bot depends on, and say how to mend it; exit code 1 when something is wrong."""
    import json
    from dataclasses import asdict

    checks = asyncio.run(_examined(shell))
    lines = [json.dumps([asdict(one) for one in checks], indent=2)] if as_json else [one.line() for one in checks]
    click.echo("\n".join(lines))
    sys.exit(any(one.state == "fault" for one in checks))


@main.command()
def version() -> None:
    """Print the version."""
    from importlib.metadata import version as version_of

    click.echo(version_of("hrc-bot"))


async def _examined(shell: Shell) -> list[Check]:
    """Return what `doctor` found; without settings nothing else can be looked at."""
    from bot.doctor import Check, examined
    from bot.errors import ConfigError
    from bot.logs import configure
    from bot.plugin import plugins
    from storage.upkeep import Upkeep as OfStorage

    installed = plugins()
    try:
        settings = settings_of(shell, installed)
    except ConfigError as error:
        return [Check("configuration", "fault", str(error))]
    configure(settings.log.model_copy(update={"level": "error"}))
    return await examined(settings, installed, OfStorage().records(place_of(settings)))


def _chat(
    shell: Shell, settings: Settings, installed: Sequence[Plugin], role: str, lang: str, beside: Sequence[Plugin] = ()
) -> None:
    """Serve the terminal, and what stands `beside` it.

    `role` gives rights here only, where whoever types has the shell anyway; who tries the bot alone acts alone.
    """
    plugin = next(one for one in installed if one.fallback)
    section = settings.sections[plugin.name].model_copy(update={"role": role, "lang": lang})
    log = settings.log.model_copy(update={"level": "warning"})
    steering = (*settings.steering, *([f"{plugin.name}:steering"] if role == "steering" else []))
    sections = {**settings.sections, plugin.name: section}
    approvals = settings.approvals.model_copy(update={"alone": True})
    changes = {"sections": sections, "steering": steering, "approvals": approvals, "log": log}
    _serve(shell, settings.model_copy(update=changes), [plugin, *beside])


def _serve(shell: Shell, settings: Settings, chosen: Sequence[Plugin], *, delivers: bool = True) -> None:
    from bot.app import serve

    asyncio.run(with_app(shell, settings, chosen, serve, delivers=delivers))


def _refuse_role(settings: Settings, role: str) -> None:
    """Refuse a part of the work where one process has to do all of it.

    Raises:
        ConfigError: the database is SQLite, which serves one process.
    """
    from bot.errors import ConfigError

    if role != "all" and settings.url.startswith("sqlite"):
        raise ConfigError(
            f"--role {role}: a SQLite file serves one process, which does everything; leave --role out, or set "
            "DATABASE_URL to PostgreSQL"
        )


for group in (db, knowledge, manifest, commands, deliveries, resume, email, export, retention):
    main.add_command(group)


if __name__ == "__main__":
    main()
