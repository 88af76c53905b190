"""`hrc-bot manifest` and `hrc-bot commands`: what platforms are told of us."""

from __future__ import annotations

import asyncio

import click

from bot.shell.parts import Shell, named, settings_of, with_app


@click.command()
@click.argument("platform")
@click.pass_obj
def manifest(shell: Shell, platform: str) -> None:
    """Print the app manifest for a platform, made from the commands."""
    import json

    from bot.i18n import CORE_CATALOGUES, Translators
    from bot.plugin import imported, plugins
    from bot.registry import load

    installed = plugins()
    plugin = named(platform, [one for one in installed if one.manifest])
    translators = Translators([CORE_CATALOGUES, *([plugin.locale] if plugin.locale else [])])
    made = imported(plugin.manifest)(load(), settings_of(shell, installed), translators)
    click.echo(json.dumps(made, indent=2, ensure_ascii=False))


@click.group()
def commands() -> None:
    """The commands as platforms know them."""


@commands.command("sync")
@click.argument("platform")
@click.pass_obj
def commands_sync(shell: Shell, platform: str) -> None:
    """Send the commands to a platform, when they changed."""
    from bot.plugin import imported, plugins

    installed = plugins()
    plugin = named(platform, [one for one in installed if one.sync])
    settings = settings_of(shell, installed)
    click.echo(asyncio.run(with_app(shell, settings, [plugin], lambda app: imported(plugin.sync)(app.host))))
