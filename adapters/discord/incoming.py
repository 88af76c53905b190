"""Interactions and messages as requests."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import discord

from bot.request import Actor, Kind, Origin, Request

PLATFORM = "discord"
DIRECT = "discord:@me"
_SUBCOMMAND, _GROUP, _USER, _CHANNEL = 1, 2, 6, 7
_NAMED = re.compile(r"<(#|@!?)(\d+)>")


def own(number: object) -> str:
    """Return a snowflake as the core knows it: platform in front."""
    return f"{PLATFORM}:{number}"


def actor_of(person: discord.User | discord.Member, permissions: discord.Permissions, locale: str) -> Actor:
    """Return who asks; administrators are those who may administer or manage this server."""
    roles = getattr(person, "roles", ())
    is_admin = permissions.administrator or permissions.manage_guild
    mapped = frozenset(own(role.id) for role in roles)
    return Actor(own(person.id), person.display_name, locale, is_admin=is_admin, platform_roles=mapped)


def origin_of(guild: discord.Guild | None, channel: Any, channel_id: int | None, question: int | None = None) -> Origin:
    """Return where it was asked; a thread belongs to its channel.

    Args:
        question: the message that asked, to which a later answer is a reply.
    """
    is_thread = isinstance(channel, discord.Thread)
    home = channel.parent_id if is_thread else channel_id
    thread = own(channel_id) if is_thread else ""
    if guild is None:
        return Origin(DIRECT, own(home), is_direct=True)
    anchor = own(f"{channel_id}.{question}") if question else ""
    return Origin(own(guild.id), own(home), thread, workspace_name=guild.name or "", anchor_id=anchor)


def request_of(
    interaction: discord.Interaction[Any],
    kind: Kind,
    name: str,
    text: str = "",
    arguments: Mapping[str, str] | None = None,
) -> Request:
    """Return what an interaction asks; its id is what makes a repeated delivery known."""
    return Request(
        kind,
        name,
        actor_of(interaction.user, interaction.permissions, str(interaction.locale)),
        origin_of(_guild(interaction), interaction.channel, interaction.channel_id, _question(interaction.message)),
        text,
        arguments or {},
        key=own(interaction.id),
    )


def _guild(interaction: discord.Interaction[Any]) -> discord.Guild | None:
    if interaction.guild_id is None:
        return None
    return interaction.client.get_guild(interaction.guild_id) or interaction.guild


def _question(pressed: discord.Message | None) -> int | None:
    """Return the message that the pressed one replies to; nothing can be below what only one person sees."""
    if pressed is None or pressed.flags.ephemeral or pressed.reference is None:
        return None
    return pressed.reference.message_id


def message_request(message: discord.Message, me: int) -> Request:
    """Return a direct message or a mention as plain words, without the mention."""
    text = re.sub(rf"<@!?{me}>", " ", message.content).strip()
    permissions = getattr(message.author, "guild_permissions", discord.Permissions.none())
    return Request(
        Kind.MESSAGE,
        "",
        actor_of(message.author, permissions, ""),
        origin_of(message.guild, message.channel, message.channel.id, message.id),
        text,
        key=own(message.id),
        is_event=True,
    )


def path_of(data: Mapping[str, Any]) -> tuple[str, Sequence[Mapping[str, Any]]]:
    """Return the words of the command as it is registered, and its options."""
    words, options = [str(data["name"])], data.get("options") or []
    while options and options[0].get("type") in (_SUBCOMMAND, _GROUP):
        words.append(str(options[0]["name"]))
        options = options[0].get("options") or []
    return " ".join(words), options


def arguments_of(options: Sequence[Mapping[str, Any]], guild: discord.Guild | None) -> dict[str, str]:
    """Return option name to text."""
    return dict(_argument(one, guild) for one in options)


def _argument(option: Mapping[str, Any], guild: discord.Guild | None) -> tuple[str, str]:
    value = option.get("value", "")
    if option.get("type") in (_USER, _CHANNEL):
        return option["name"], own(value)
    if isinstance(value, bool):
        return option["name"], "yes" if value else "no"
    return option["name"], _named(str(value), guild)


def _named(text: str, guild: discord.Guild | None) -> str:
    """Return a value that is nothing but a mention as an id; channels of other servers stay plain text."""
    found = _NAMED.fullmatch(text.strip())
    if not found:
        return text
    mark, number = found.groups()
    is_foreign = mark == "#" and not (guild and guild.get_channel_or_thread(int(number)))
    return text if is_foreign else own(number)


def focused(options: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Yield the option that is being typed."""
    return (one for one in options if one.get("focused"))
