"""The keys of the `discord` section."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator

from bot.outgoing import callable_address
from bot.settings import Section, SectionSpec, Settings

NAME = "discord"
APPS = "https://discord.com/developers/applications"


class DiscordSettings(Section):
    """How the bot reaches Discord."""

    api_url: str = Field("https://discord.com/api/v10", description="Base of the REST API; it names the gateway")
    token: SecretStr = Field(SecretStr(""), description="Bot token")
    public_key: str = Field("", description="Public Key of the application, where Discord is to call the bot")
    host: str = Field("127.0.0.1", description="Address to listen on for Discord, with public_key")
    port: int = Field(3001, ge=1, le=65535, description="Port to listen on for Discord, with public_key")

    @field_validator("public_key")
    @classmethod
    def _key(cls, value: str) -> str:
        if value and not re.fullmatch(r"[0-9a-fA-F]{64}", value):
            raise ValueError(f"copy the 64 characters of the Public Key, under General Information at {APPS}")
        return value

    @field_validator("token")
    @classmethod
    def _bare_token(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value().strip().startswith(("Bot ", "xox", "xapp-")):
            raise ValueError(f"this is no bot token of Discord's; copy the token and nothing else from {APPS}")
        return value

    @field_validator("api_url")
    @classmethod
    def _address(cls, value: str) -> str:
        if urlsplit(value).scheme not in ("http", "https") or not urlsplit(value).hostname:
            raise ValueError("write a full address such as https://discord.com/api/v10")
        return callable_address(value).rstrip("/")


SPEC = SectionSpec(NAME, DiscordSettings, {"DISCORD_BOT_TOKEN": "token", "DISCORD_API_URL": "api_url"})


def section_of(settings: Settings) -> DiscordSettings:
    """Return the Discord section."""
    return settings.section(NAME, DiscordSettings)


def is_configured(settings: Settings) -> bool:
    """Say whether a token asks for Discord."""
    return bool(section_of(settings).token.get_secret_value().strip())


def token_line() -> str:
    """Return what to say when Discord refuses the token."""
    return f"discord.token (the variable DISCORD_BOT_TOKEN): Discord refuses it; copy the bot's token from {APPS}"
