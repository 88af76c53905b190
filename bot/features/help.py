"""What the bot can do."""

from __future__ import annotations

from typing import Annotated

from bot.command import RUN, Command, Feature, Option
from bot.context import Context
from bot.errors import CheckFailure, NotFound
from bot.i18n import N_, Translator
from bot.markup import escape
from bot.reply import Button, Reply, Section

QUESTIONS = (N_("What is a human rights city?"), N_("How do I join?"), N_("When is the next convening?"))
feature = Feature("help", N_("What I can do"), order=1)


@feature.command(summary=N_("What I can do, with examples"), example="help")
async def help_(ctx: Context, command: Annotated[str, Option(N_("A command to explain"))] = "") -> Reply:
    """Show every command that the person may use, or explain one."""
    return _explained(ctx, command) if command else _overview(ctx)


def _overview(ctx: Context) -> Reply:
    t = ctx.t
    buttons = tuple(Button(t(one), RUN, f"ask {t(one)}") for one in QUESTIONS)
    first = Section(t("Try one of these questions"), buttons=buttons)
    return Reply(t("Ask me about human rights cities in your own words, or use a command."), (first, *_groups(ctx)))


def _groups(ctx: Context) -> tuple[Section, ...]:
    """Return one section with a line for each command that the person may use."""
    lines = [
        f"- `{command.name}` {escape(ctx.t(command.summary))}"
        for feature_ in ctx.services.registry.features
        for command in feature_.commands
        if may(ctx, command)
    ]
    return (Section(ctx.t("Commands"), "\n".join(lines)),)


def may(ctx: Context, command: Command) -> bool:
    """Say whether the person may use the command here."""
    try:
        command.check(ctx)
    except CheckFailure:
        return False
    return True


def _explained(ctx: Context, name: str) -> Reply:
    registry, t = ctx.services.registry, ctx.t
    command, _ = registry.split(name)
    some = (command,) if command else registry.group(name.split()[0])
    if not some:
        near = ", ".join(registry.nearest(name))
        hint = t("Did you mean: {names}?", names=near) if near else t("Type help to see what I can do.")
        raise NotFound(t("I do not know the command “{name}”.", name=name), hint)
    return Reply(t("How to use {name}.", name=command.name if command else name), tuple(_usage(one, t) for one in some))


def _usage(command: Command, t: Translator) -> Section:
    """Return a command's summary, its options and an example."""
    lines = [escape(t(command.summary))]
    for one in command.parameters:
        needed = t("needed") if one.required else t("optional")
        lines.append(f"- `{one.name}` ({needed}): {escape(t(one.option.description))}")
    if command.example:
        lines += ["", escape(t("Example:")) + f" `{command.example}`"]
    return Section(command.name, "\n".join(lines))
