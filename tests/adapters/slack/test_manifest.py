"""The app manifest: valid by Slack's own schema, and asking for no more than is used."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from adapters.slack import plugin
from adapters.slack.manifest import manifest
from bot.config import load_settings
from bot.errors import ConfigError
from bot.plugin import imported
from bot.registry import load
from tests.adapters.slack.conftest import translators

SHARED = Path(__file__).parents[4] / "shared" / "platforms" / "slack"
SCHEMA = SHARED / "manifest-schema" / "manifest.schema.2.0.0.json"


def made(**variables: str) -> dict:
    return manifest(load(), load_settings(None, variables, [plugin.spec]), translators())


@pytest.mark.parametrize(
    "variables", [{}, {"HRC_SLACK_MODE": "http", "HRC_SLACK_PUBLIC_URL": "https://bot.example.org"}]
)
def test_the_manifest_fits_the_schema(variables, record_property):
    record_property("schema", "read" if SCHEMA.exists() else "absent: ../shared is not here")
    if SCHEMA.exists():
        jsonschema.validate(made(**variables), json.loads(SCHEMA.read_text()))
    assert made(**variables)["_metadata"] == {"major_version": 2}


def test_one_slash_command_names_the_commands():
    (command,) = made()["features"]["slash_commands"]
    assert command["command"] == "/hrc"
    assert "ask" in command["usage_hint"]
    assert "convening" in command["usage_hint"]
    assert 2 < len(command["usage_hint"]) <= 1000
    assert 0 < len(command["description"]) <= 2000


def test_the_home_tab_and_the_user_groups_are_asked_for():
    features, scopes = made()["features"], made()["oauth_config"]["scopes"]["bot"]
    assert features["app_home"] == {
        "home_tab_enabled": True,
        "messages_tab_enabled": True,
        "messages_tab_read_only_enabled": False,
    }
    assert "usergroups:read" in scopes
    assert len(features["bot_user"]["display_name"]) <= 80
    assert len(made()["display_information"]["name"]) <= 35
    assert len(made()["display_information"]["description"]) <= 140


def test_http_mode_tells_slack_where_to_call():
    built = made(HRC_SLACK_MODE="http", HRC_SLACK_PUBLIC_URL="https://bot.example.org")
    assert built["settings"]["socket_mode_enabled"] is False
    assert built["settings"]["interactivity"]["request_url"] == "https://bot.example.org/slack/events"
    with pytest.raises(ConfigError, match="public_url"):
        made(HRC_SLACK_MODE="http")


def test_socket_mode_needs_no_address():
    assert made()["settings"]["socket_mode_enabled"] is True
    assert "request_url" not in made()["settings"]["event_subscriptions"]
    heard = made()["settings"]["event_subscriptions"]["bot_events"]
    assert {"app_home_opened", "app_mention", "app_uninstalled", "message.im", "tokens_revoked"} <= {*heard}
    assert not {"message.channels", "message.groups", "member_left_channel"} & {*heard}  # what people say and do


def test_the_command_line_finds_the_manifest():
    assert imported(plugin.manifest) is manifest


def test_payloads_read_here_have_the_names_that_slack_records():
    samples = SHARED / "json-logs" / "app-backend"
    if samples.exists():
        command = json.loads((samples / "slash-commands" / "SlashCommandPayload.json").read_text())
        assert {"team_id", "team_domain", "channel_id", "user_id", "text", "response_url", "trigger_id"} <= set(command)
        press = json.loads((samples / "interactive-components" / "BlockActionPayload.json").read_text())
        assert {"user", "team", "channel", "container", "message", "response_url", "trigger_id", "actions"} <= set(
            press
        )
        assert {"type", "message_ts", "channel_id", "is_ephemeral", "thread_ts"} <= set(press["container"])
        opened = json.loads((samples.parent / "events" / "AppHomeOpenedPayload.json").read_text())
        assert {"user", "tab"} <= set(opened["event"])
        members = json.loads((samples.parent / "api" / "usergroups.users.list.json").read_text())
        assert "users" in members
