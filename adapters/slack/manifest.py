"""The app manifest, made from the commands: what `hrc-bot manifest slack` prints.

Source: github.com/slackapi/manifest-schema, major version 2.
"""

from __future__ import annotations

from typing import Any

from adapters.slack.connection import PATH
from adapters.slack.settings import CALLBACK, SlackSettings, section_of
from bot.errors import ConfigError
from bot.i18n import Translator, Translators
from bot.registry import Registry
from bot.settings import Settings

COMMAND = "/hrc"
MAX_HINT = 1000
SCOPES = {  # each with what does not work without it, for `hrc-bot doctor`
    "app_mentions:read": "it hears no questions in channels",
    "channels:history": "after a lost answer it cannot tell whether a post arrived, so the post is held",
    "channels:read": "it cannot tell whether it may post to a channel that is to follow",
    "chat:write": "it posts nothing and answers nobody",
    "commands": "nobody can type /hrc",
    "files:write": "calendar files and exports reach nobody",
    "groups:history": "after a lost answer it cannot tell whether a post in a private channel arrived",
    "groups:read": "private channels cannot follow anything",
    "im:history": "it hears no questions in direct messages",
    "im:write": "direct messages and answers that fit nowhere else reach nobody",
    "usergroups:read": "user groups that the configuration maps to a role give no rights",
    "users:read": "language and time zone are guessed, and administrators are nobody",
}
EVENTS = (
    *("app_home_opened", "app_mention", "app_uninstalled"),
    *("channel_archive", "channel_deleted", "channel_left", "channel_shared", "channel_unarchive"),
    *("group_archive", "group_deleted", "group_left", "group_unarchive"),
    *("message.im", "tokens_revoked"),
)


def manifest(registry: Registry, settings: Settings, translators: Translators) -> dict[str, Any]:
    """Return the manifest.

    Raises:
        ConfigError: mode http without `slack.public_url`.
    """
    section, t = section_of(settings), translators[settings.language]
    address = _address(section)
    return {
        "_metadata": {"major_version": 2},
        "display_information": {
            "name": "Human Rights Cities",
            "description": t("Answers about human rights cities with sources, convenings and announcements."),
            "background_color": "#1d4e89",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": "Human Rights Cities", "always_online": True},
            "slash_commands": [_command(registry, t, address)],
        },
        "oauth_config": {**_redirects(section), "scopes": {"bot": list(SCOPES)}},
        "settings": {
            "event_subscriptions": {**_url("request_url", address), "bot_events": list(EVENTS)},
            "interactivity": {"is_enabled": True, **_url("request_url", address)},
            "org_deploy_enabled": False,
            "socket_mode_enabled": section.mode == "socket",
            "token_rotation_enabled": False,
        },
    }


def _address(section: SlackSettings) -> str:
    if section.mode == "socket":
        return ""
    if not section.public_url:
        raise ConfigError(
            "slack.public_url (not set): mode http needs it; set it to the https address where Slack reaches the bot"
        )
    return section.public_url.rstrip("/") + PATH


def _redirects(section: SlackSettings) -> dict[str, list[str]]:
    """Return where Slack sends back whoever installs; without client id and secret only the app's owner installs."""
    return {"redirect_urls": [section.public_url.rstrip("/") + CALLBACK]} if section.installs else {}


def _url(key: str, address: str) -> dict[str, str]:
    return {key: address} if address else {}


def _command(registry: Registry, t: Translator, address: str) -> dict[str, Any]:
    """Return the one slash command; names arrive as ids, so that a channel can be named."""
    return {
        "command": COMMAND,
        **_url("url", address),
        "description": t("Ask a question or use a command; alone it shows what I can do"),
        "usage_hint": _hint(registry),
        "should_escape": True,
    }


def _hint(registry: Registry) -> str:
    """Return the first words of the commands, as many as Slack has room for."""
    hint = ""
    for word in dict.fromkeys(name.split()[0] for name in registry.commands):
        more = f"{hint} | {word}" if hint else word
        if len(more) > MAX_HINT - 2:
            break
        hint = more
    return f"[{hint}]"
