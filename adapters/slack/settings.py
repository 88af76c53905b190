"""The keys of the `slack` section."""

from __future__ import annotations

import re
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationInfo, field_validator

from bot.errors import ConfigError
from bot.outgoing import callable_address
from bot.settings import Section, SectionSpec, Settings

NAME = "slack"
APPS = "https://api.slack.com/apps"
INSTALL, CALLBACK = "/slack/install", "/slack/oauth_redirect"
KINDS = {"bot_token": "xoxb-", "app_token": "xapp-"}
_ANY_TOKEN = re.compile(r"\s*(xox[a-z]-|xapp-)")


class SlackSettings(Section):
    """How the bot reaches Slack, and how Slack reaches the bot."""

    api_url: str = Field("https://slack.com/api/", description="Base of the Web API; ends in /")
    mode: Literal["socket", "http"] = Field(
        "socket", description="socket: no public address needed; http: Slack calls us"
    )
    host: str = Field("127.0.0.1", description="Address the http mode listens on")
    port: int = Field(3000, ge=1, le=65535, description="Port the http mode listens on")
    public_url: str = Field("", description="https address at which Slack and people who install reach host and port")
    bot_token: SecretStr = Field(SecretStr(""), description="Bot User OAuth Token (xoxb-)")
    app_token: SecretStr = Field(
        SecretStr(""), description="App-Level Token (xapp-) with connections:write, for mode socket"
    )
    signing_secret: SecretStr = Field(SecretStr(""), description="Signing Secret, for mode http")
    client_id: SecretStr = Field(SecretStr(""), description="Client ID, for workspaces that install the bot themselves")
    client_secret: SecretStr = Field(SecretStr(""), description="Client Secret, with the Client ID")

    @field_validator("api_url", "public_url")
    @classmethod
    def _address(cls, value: str) -> str:
        if value and (urlsplit(value).scheme not in ("http", "https") or not urlsplit(value).hostname):
            raise ValueError("write a full address such as https://slack.com/api/")
        return callable_address(value).rstrip("/") + "/" if value else value

    @field_validator("bot_token", "app_token", "signing_secret")
    @classmethod
    def _right_kind(cls, value: SecretStr, info: ValidationInfo) -> SecretStr:
        """Refuse one of Slack's tokens in the place of another."""
        found = _ANY_TOKEN.match(value.get_secret_value())
        kind = KINDS.get(info.field_name or "", "")
        if found and found[1] != kind:
            wanted = f"the one that begins with {kind}" if kind else "the Signing Secret, which is no token,"
            raise ValueError(f"this is another token of Slack's; copy {wanted} from {APPS}")
        return value

    def checked(self) -> SlackSettings:
        """Return these settings when every secret that the mode needs is there.

        Raises:
            ConfigError: one is missing; names the variable and where to find its value.
        """
        if not self.installs:
            self._need("bot_token", "SLACK_BOT_TOKEN", "Bot User OAuth Token under OAuth & Permissions")
        if self.mode == "socket":
            self._need("app_token", "SLACK_APP_TOKEN", "App-Level Token under Basic Information")
        else:
            self._need("signing_secret", "SLACK_SIGNING_SECRET", "Signing Secret under Basic Information")
        return self

    @property
    def installs(self) -> bool:
        """Whether workspaces can install the bot themselves: who the app is, its secret and its address are known."""
        return bool(self.public_url and self.client_id.get_secret_value() and self.client_secret.get_secret_value())

    def _need(self, key: str, variable: str, where: str) -> None:
        secret: SecretStr = getattr(self, key)
        if not secret.get_secret_value().strip():
            raise ConfigError(
                f"{NAME}.{key} (not set): mode {self.mode} needs it; set {variable} to the {where} at {APPS}"
            )


SPEC = SectionSpec(
    NAME,
    SlackSettings,
    {
        "SLACK_BOT_TOKEN": "bot_token",
        "SLACK_APP_TOKEN": "app_token",
        "SLACK_SIGNING_SECRET": "signing_secret",
        "SLACK_CLIENT_ID": "client_id",
        "SLACK_CLIENT_SECRET": "client_secret",
        "SLACK_API_URL": "api_url",
    },
)


def section_of(settings: Settings) -> SlackSettings:
    """Return the Slack section."""
    return settings.section(NAME, SlackSettings)


def is_configured(settings: Settings) -> bool:
    """Say whether a token asks for Slack; what is missing beside it is told at start."""
    section = section_of(settings)
    return section.installs or bool(section.bot_token.get_secret_value() or section.app_token.get_secret_value())
