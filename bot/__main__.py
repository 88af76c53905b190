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

if TYPE_CHECKING:
    from bot.config import Settings
    from bot.doctor import Check
    from bot.knowledge_base import Edition, KnowledgeBase
    from bot.plugin import Plugin

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
    sys.excepthook = partial(crashed, config)
    ctx.obj = config


def crashed(
    config: Path | None,
    kind: type[BaseException],  # noqa: ARG001 - as sys.excepthook gives it
    error: BaseException,
    trace: TracebackType | None,  # noqa: ARG001
) -> None:
    """Tell what nobody foresaw in one line, with the details in the data directory; the exit code stays 1."""
    from datetime import UTC, datetime

    from bot.crashes import told

    click.echo(f"hrc-bot: {told(error, _data_dir(config), datetime.now(UTC))}", err=True)


def _data_dir(config: Path | None) -> Path:
    """Return the data directory, whatever is broken: even reading the settings may be what failed."""
    try:
        return _settings(config).data_dir
    except Exception:
        return Path(os.environ.get("HRC_DATA_DIR") or "data")


@main.command()
@click.pass_obj
def run(config: Path | None) -> None:
    """Serve every platform whose tokens are set; with none, chat in this terminal."""
    from bot.plugin import plugins

    installed = plugins()
    settings = _settings(config, installed)
    chosen = [one for one in installed if one.is_configured(settings)]
    if chosen:
        _serve(settings, chosen)
    else:
        _chat(settings, installed, "member", "")


@main.command()
@click.option("--as", "role", type=click.Choice(ROLES), default="member", help="Whose rights to try.")
@click.option("--lang", type=click.Choice(["en", "es"]), default=None, help="Language; that of the system by default.")
@click.pass_obj
def chat(config: Path | None, role: str, lang: str | None) -> None:
    """Chat with the bot in this terminal; no token is needed."""
    from bot.plugin import plugins

    installed = plugins()
    _chat(_settings(config, installed), installed, role, lang or "")


@main.command()
@click.argument("question", nargs=-1)
@click.option("--jsonl", is_flag=True, help="Read one JSON object a line (id, text, lang), write one answer a line.")
@click.option("--lang", type=click.Choice(["en", "es"]), default=None, help="Language of the answer.")
@click.pass_obj
def ask(config: Path | None, question: tuple[str, ...], jsonl: bool, lang: str | None) -> None:
    """Answer one question, or a file of them from standard input."""
    from bot.asking import answer_line, answer_text

    edition = _quiet_edition(_settings(config))
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
def doctor(config: Path | None, as_json: bool) -> None:
    """Look at everything the bot depends on, and say how to mend it; exit code 1 when something is wrong."""
    import json
    from dataclasses import asdict

    checks = asyncio.run(_examined(config))
    lines = [json.dumps([asdict(one) for one in checks], indent=2)] if as_json else [one.line() for one in checks]
    click.echo("\n".join(lines))
    sys.exit(any(one.state == "fault" for one in checks))


@main.group()
def db() -> None:
    """The database."""


@db.command("upgrade")
@click.pass_obj
def db_upgrade(config: Path | None) -> None:
    """Bring the database up to this release."""
    from storage.migrate import upgrade

    settings = _settings(config)
    _ready_folder(settings.data_dir)
    upgrade(settings.url)
    click.echo("The database is up to date.")


@main.group()
def knowledge() -> None:
    """The knowledge base."""


@knowledge.command("check")
@click.option("--strict", is_flag=True, help="Warnings count as errors.")
@click.pass_obj
def knowledge_check(config: Path | None, strict: bool) -> None:
    """Find faults in the content, that of chapters too; exit code 1 when there are any."""
    from datetime import UTC, datetime

    from knowledge.advice import checked

    errors, warnings = checked(datetime.now(UTC).date(), _settings(config).knowledge.chapters.values())
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
def knowledge_eval(config: Path | None, file: Path, picture: Path | None, shown: bool, as_json: bool) -> None:
    """Ask the questions of a JSON Lines FILE and count: {"id", "text", "gold": [topic ids], "lang", "theme"} a line."""
    import json
    from dataclasses import asdict

    from knowledge.evaluate import ask_all, parted, read_questions
    from knowledge.figures import draw_reliability, misses, table

    questions = read_questions(file)
    edition = _quiet_edition(_settings(config))
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
def knowledge_stats(config: Path | None) -> None:
    """Print how much the knowledge base holds, and when it answers."""
    from knowledge.figures import stats

    edition = _quiet_edition(_settings(config))
    click.echo("\n".join(stats(edition.bank, edition.index)))


@knowledge.command("export")
@click.option("--to", "folder", type=click.Path(path_type=Path), required=True, help="The content folder to write to.")
@click.pass_obj
def knowledge_export(config: Path | None, folder: Path) -> None:
    """Write the topics that people published in chat as content files, and take out those they withdrew."""
    from bot.domain.topic_files import files_of
    from bot.knowledge_files import remove_files, write_files
    from storage.beside import Beside

    beside = Beside(_settings(config).url)
    topics, withdrawn = asyncio.run(beside.published_topics()), asyncio.run(beside.withdrawn_topics())
    written = write_files(files_of(topics), folder)
    for path in written:
        click.echo(path)
    for path in remove_files({one.id for one in withdrawn}, folder, but=written):
        click.echo(f"removed: {path}")
    click.echo(f"{len(topics)} published topics.")


@main.command()
@click.argument("platform")
@click.pass_obj
def manifest(config: Path | None, platform: str) -> None:
    """Print the app manifest for a platform, made from the commands."""
    import json

    from bot.i18n import CORE_CATALOGUES, Translators
    from bot.plugin import imported, plugins
    from bot.registry import load

    installed = plugins()
    plugin = _named(platform, [one for one in installed if one.manifest])
    translators = Translators([CORE_CATALOGUES, *([plugin.locale] if plugin.locale else [])])
    made = imported(plugin.manifest)(load(), _settings(config, installed), translators)
    click.echo(json.dumps(made, indent=2, ensure_ascii=False))


@main.group()
def commands() -> None:
    """The commands as platforms know them."""


@commands.command("sync")
@click.argument("platform")
@click.pass_obj
def commands_sync(config: Path | None, platform: str) -> None:
    """Send the commands to a platform, when they changed."""
    from bot.plugin import imported, plugins

    installed = plugins()
    plugin = _named(platform, [one for one in installed if one.sync])
    settings = _settings(config, installed)
    click.echo(asyncio.run(_with_app(settings, [plugin], lambda app: imported(plugin.sync)(app.host))))


@main.command()
def version() -> None:
    """Print the version."""
    from importlib.metadata import version as version_of

    click.echo(version_of("hrc-bot"))


def _settings(config: Path | None, installed: Sequence[Plugin] | None = None) -> Settings:
    from bot.config import load_settings
    from bot.plugin import plugins

    specs = [one.spec for one in (plugins() if installed is None else installed) if one.spec]
    return load_settings(config, os.environ, specs)


def _named(name: str, some: Sequence[Plugin]) -> Plugin:
    from bot.errors import ConfigError

    for plugin in some:
        if plugin.name == name:
            return plugin
    raise ConfigError(f"{name}: no such platform here; choose {' or '.join(one.name for one in some)}")


def _ready_folder(folder: Path) -> None:
    """Make the data folder when it is missing.

    Raises:
        ConfigError: it cannot be made or written.
    """
    from bot.errors import ConfigError
    from storage.migrate import make_private_folder

    make_private_folder(folder)
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        raise ConfigError(f"data_dir: {folder} is no folder that this account may write; name one (HRC_DATA_DIR)")


async def _whole_knowledge(settings: Settings) -> KnowledgeBase:
    """Return the knowledge base with the topics published in the database, if there is one; the bot may be running."""
    from bot.engine import knowledge_of
    from storage.beside import Beside

    knowledge = knowledge_of(settings)
    beside = Beside(settings.url)
    published, withdrawn = await beside.published_topics(), await beside.withdrawn_topics()
    if published or withdrawn:
        await knowledge.adopt(tuple(one.topic for one in published), [one.id for one in withdrawn])
    return knowledge


def _quiet_edition(settings: Settings) -> Edition:
    """Return what people of no chapter are answered from; the log keeps to warnings."""
    from bot.logs import configure

    configure(settings.log.model_copy(update={"level": "warning"}))
    return asyncio.run(_whole_knowledge(settings)).common


async def _examined(config: Path | None) -> list[Check]:
    """Return what `doctor` found; without settings nothing else can be looked at."""
    from bot.doctor import Check, examined
    from bot.errors import ConfigError
    from bot.logs import configure
    from bot.plugin import plugins
    from storage.beside import Beside

    installed = plugins()
    try:
        settings = _settings(config, installed)
    except ConfigError as error:
        return [Check("configuration", "fault", str(error))]
    configure(settings.log.model_copy(update={"level": "error"}))
    return await examined(settings, installed, Beside(settings.url))


def _chat(settings: Settings, installed: Sequence[Plugin], role: str, lang: str) -> None:
    """Serve the terminal alone; `role` gives rights here only, where whoever types has the shell anyway."""
    plugin = next(one for one in installed if one.fallback)
    section = settings.sections[plugin.name].model_copy(update={"role": role, "lang": lang})
    log = settings.log.model_copy(update={"level": "warning"})
    steering = (*settings.steering, *([f"{plugin.name}:steering"] if role == "steering" else []))
    sections = {**settings.sections, plugin.name: section}
    _serve(settings.model_copy(update={"sections": sections, "steering": steering, "log": log}), [plugin])


def _serve(settings: Settings, chosen: Sequence[Plugin]) -> None:
    from bot.app import serve

    asyncio.run(_with_app(settings, chosen, serve))


async def _with_app(settings: Settings, chosen: Sequence[Plugin], work: Any) -> Any:
    """Open storage and knowledge, build the parts, do `work(app)`, and close storage."""
    from bot.app import build
    from bot.engine import knowledge_of
    from bot.logs import configure
    from bot.memory import share_arena
    from storage import open_storage

    configure(settings.log)
    share_arena()
    _ready_folder(settings.data_dir)
    loading = asyncio.create_task(asyncio.to_thread(knowledge_of, settings, at_once=True))
    storage = await open_storage(settings.url, settings.data_dir)
    try:
        return await work(build(settings, chosen, storage.unit_of_work, await loading))
    finally:
        await storage.close()


if __name__ == "__main__":
    main()
