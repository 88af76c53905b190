"""The accounts, the server and the channels of the loopback Discord, as they stand in payloads."""

from __future__ import annotations

from typing import Any

BOT, APPLICATION, GUILD, CHANNEL, ROLE = 900, 901, 700, 710, 720
CLOSED, THREAD = CHANNEL + 1, CHANNEL + 2
ANA, BEN = 801, 802
_BEGAN = "2026-11-23T00:00:00+00:00"


def application() -> dict[str, Any]:
    """Return what the bot is told of itself."""
    return {
        "id": str(APPLICATION),
        "name": "Bot",
        "description": "",
        "icon": None,
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "",
        "flags": 0,
        "owner": user(1, "Owner"),
        "summary": "",
    }


def user(number: int, name: str, *, bot: bool = False) -> dict[str, Any]:
    """Return an account as it stands in payloads."""
    named = {"id": str(number), "username": name.lower(), "global_name": name, "discriminator": "0"}
    return named | {"avatar": None, "bot": bot}


def guild() -> dict[str, Any]:
    """Return the one server, with its channels and roles and the bot in it."""
    may_post = str(1 << 10 | 1 << 11 | 1 << 14 | 1 << 16 | 1 << 38)
    everyone = {"id": str(GUILD), "name": "@everyone", "permissions": may_post, "position": 0}
    organizers = {"id": str(ROLE), "name": "Organizers", "permissions": "0", "position": 1}
    colors = {"primary_color": 0, "secondary_color": None, "tertiary_color": None}
    look = {"color": 0, "colors": colors, "hoist": False, "managed": False, "mentionable": False, "flags": 0}
    return {
        "id": str(GUILD),
        "name": "Eugene",
        "owner_id": "1",
        "roles": [everyone | look, organizers | look],
        "channels": [channel(CHANNEL, "general"), channel(CLOSED, "closed", deny=str(1 << 10))],
        "threads": [thread(THREAD)],
        "members": [{"user": user(BOT, "Bot", bot=True), "roles": [], "joined_at": None, "flags": 0}],
        "emojis": [],
        "stickers": [],
        "features": [],
        "voice_states": [],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "member_count": 2,
        "verification_level": 0,
        "default_message_notifications": 0,
        "explicit_content_filter": 0,
        "mfa_level": 0,
        "afk_timeout": 0,
        "afk_channel_id": None,
        "system_channel_id": None,
        "system_channel_flags": 0,
        "premium_tier": 0,
        "preferred_locale": "en-US",
        "nsfw_level": 0,
        "premium_progress_bar_enabled": False,
        "icon": None,
        "splash": None,
        "banner": None,
        "discovery_splash": None,
        "description": None,
        "application_id": None,
        "rules_channel_id": None,
        "public_updates_channel_id": None,
        "vanity_url_code": None,
        "large": False,
        "unavailable": False,
    }


def thread(number: int) -> dict[str, Any]:
    """Return a public thread of the general channel, with the bot in it."""
    kept = {"archived": False, "locked": False, "auto_archive_duration": 1440, "archive_timestamp": _BEGAN}
    place = {"id": str(number), "type": 11, "name": "a thread", "guild_id": str(GUILD), "parent_id": str(CHANNEL)}
    counts = {"message_count": 1, "member_count": 2, "rate_limit_per_user": 0, "last_message_id": None, "flags": 0}
    return place | counts | {"owner_id": str(ANA), "thread_metadata": kept}


def channel(number: int, name: str, deny: str = "0") -> dict[str, Any]:
    """Return a text channel; `deny` takes rights from everybody."""
    overwrites = [{"id": str(GUILD), "type": 0, "allow": "0", "deny": deny}]
    place = {"id": str(number), "type": 0, "name": name, "position": 0, "guild_id": str(GUILD), "parent_id": None}
    return place | {"permission_overwrites": overwrites, "nsfw": False, "topic": None, "last_message_id": None}
