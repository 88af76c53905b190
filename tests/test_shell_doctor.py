"""`hrc-bot doctor`: what is wrong is told with its fix, before anybody meets it."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.slack.manifest import SCOPES
from bot.domain.chapters import Follow
from storage import open_storage
from tests.command_line import Ended, Shell
from tests.loopback.discord_server import TOKEN, DiscordServer
from tests.loopback.slack_api import Fault
from tests.loopback.slack_server import APP_TOKEN, BOT_TOKEN, SlackServer

NOW = datetime(2026, 11, 24, tzinfo=UTC)


async def examined(folder: Path, *arguments: str, **variables: str) -> Ended:
    return await asyncio.to_thread(Shell(folder).run, "doctor", *arguments, **variables)


def on_slack(slack: SlackServer, **changed: str) -> dict[str, str]:
    return {
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_APP_TOKEN": APP_TOKEN,
        "SLACK_API_URL": slack.api_url,
        **changed,
    }


def on_discord(discord: DiscordServer, **changed: str) -> dict[str, str]:
    return {"DISCORD_BOT_TOKEN": TOKEN, "DISCORD_API_URL": discord.api_url, **changed}


def line_of(ended: Ended, subject: str) -> str:
    return next(line for line in ended.out.splitlines() if line[8:].startswith(f"{subject}:"))


async def follow(folder: Path, channel_id: str) -> None:
    platform = channel_id.partition(":")[0]
    storage = await open_storage(f"sqlite:///{folder}/data/hrc-bot.db", folder / "data")
    async with storage.unit_of_work(writes=True) as uow:
        await uow.follows.save(Follow(f"{platform}:T1", channel_id, ("convenings",), "en", f"{platform}:U1", NOW))
    await storage.close()


async def test_a_fresh_folder_is_fit_to_be_tried(tmp_path):
    ended = await examined(tmp_path)
    assert (ended.code, ended.err) == (0, "")
    assert line_of(ended, "platforms").startswith("warning platforms: no tokens are set. Set the tokens of ")
    assert line_of(ended, "database").endswith("will be made at the first start")
    assert line_of(ended, "search") == (
        "ok      search: lexical, by wording alone, as configured (knowledge.engine is lexical)"
    )


async def test_missing_weights_are_told_with_their_fix(tmp_path):
    ended = await examined(tmp_path, HRC_KNOWLEDGE_ENGINE="auto", HRC_KNOWLEDGE_MODEL_DIR=str(tmp_path / "nowhere"))
    assert ended.code == 0
    assert line_of(ended, "search").startswith("warning search: by wording alone: ")
    assert "nowhere/model.onnx: cannot be read" in line_of(ended, "search")


async def test_a_broken_setting_is_the_one_finding(tmp_path):
    ended = await examined(tmp_path, HRC_ZONE="Mars/Base")
    assert ended.code == 1
    assert ended.out.startswith("fault   configuration: zone (the variable HRC_ZONE)")
    assert ended.out.count("\n") == 1


async def test_a_database_of_somebody_else_is_a_fault_and_nothing_is_changed(tmp_path):
    path = tmp_path / "other.db"
    path.write_bytes(b"this is no database at all, and longer than a header of SQLite's would be" * 9)
    before = path.read_bytes()
    ended = await examined(tmp_path, "--json", DATABASE_URL=f"sqlite:///{path}")
    found = {one["subject"]: one for one in json.loads(ended.out)}
    assert (ended.code, found["database"]["state"]) == (1, "fault")
    assert path.read_bytes() == before


async def test_slack_is_asked_for_token_scopes_clock_and_channels(tmp_path):
    await follow(tmp_path, "slack:C0TOWN")
    await follow(tmp_path, "slack:C0GONE")
    async with SlackServer() as slack:
        slack.scopes = ",".join(SCOPES)
        ended = await examined(tmp_path, **on_slack(slack))
        assert not slack.messages
    assert (ended.code, ended.err) == (1, "")
    assert line_of(ended, "slack bot token") == "ok      slack bot token: signed in to Town as hrc"
    assert line_of(ended, "slack scopes") == f"ok      slack scopes: all {len(SCOPES)} are granted"
    assert line_of(ended, "slack app token").startswith("ok ")
    assert line_of(ended, "clock (slack)").startswith("ok ")
    assert line_of(ended, "channel slack:C0TOWN") == "ok      channel slack:C0TOWN: receives convenings"
    assert line_of(ended, "channel slack:C0GONE") == (
        "fault   channel slack:C0GONE: the channel does not exist any more. Type channel follow in another channel."
    )
    assert BOT_TOKEN not in ended.out


@pytest.mark.parametrize(
    ("scope", "loss"),
    [
        ("chat:write", "it posts nothing and answers nobody"),
        ("channels:history", "after a lost answer it cannot tell whether a post arrived, so the post is held"),
    ],
)
async def test_doctor_bad_scope(tmp_path, scope, loss):
    async with SlackServer() as slack:
        slack.scopes = ",".join(one for one in SCOPES if one != scope)
        ended = await examined(tmp_path, **on_slack(slack))
    assert ended.code == 1
    assert line_of(ended, "slack scopes").startswith(f"fault   slack scopes: not granted: {scope} ({loss}). Paste ")


async def test_missing_scopes_a_refused_token_and_a_wrong_clock_are_faults_of_slack(tmp_path):
    async with SlackServer() as slack:
        slack.faults["auth.test"] = [Fault(headers={"Date": "Mon, 23 Nov 2020 10:00:00 GMT"})]
        slack.faults["apps.connections.open"] = [Fault(error="invalid_auth")]
        ended = await examined(tmp_path, **on_slack(slack))
    assert ended.code == 1
    assert line_of(ended, "slack scopes").startswith("fault   slack scopes: not granted: app_mentions:read (")
    assert "hrc-bot manifest slack" in line_of(ended, "slack scopes")
    assert "ahead of the platform's. Turn on time synchronisation" in line_of(ended, "clock (slack)")
    assert "Slack refuses it (invalid_auth)" in line_of(ended, "slack app token")


async def test_discord_is_asked_for_token_application_gateway_and_channels(tmp_path):
    await follow(tmp_path, "discord:5")
    async with DiscordServer() as discord:
        discord.application = {"interactions_endpoint_url": "https://example.org/hook"}
        ended = await examined(tmp_path, **on_discord(discord))
        assert discord.violations == []
    assert (ended.code, ended.err) == (1, "")
    assert line_of(ended, "discord token").startswith("ok      discord token: signed in as bot")
    assert line_of(ended, "discord application").startswith("fault ")
    assert "Empty Interactions Endpoint URL" in line_of(ended, "discord application")
    assert line_of(ended, "discord gateway").startswith("ok ")
    assert line_of(ended, "clock (discord)").startswith("ok ")
    assert line_of(ended, "channel discord:5").startswith("fault   channel discord:5: the channel does not exist")


@pytest.mark.parametrize("token", ["wrong.token.here", TOKEN])
async def test_a_refused_token_and_a_platform_out_of_reach_end_the_questions_to_it(tmp_path, token):
    async with DiscordServer() as discord:
        variables = on_discord(discord, DISCORD_BOT_TOKEN=token)
    if token != TOKEN:
        async with DiscordServer() as discord:
            ended = await examined(tmp_path, **on_discord(discord, DISCORD_BOT_TOKEN=token))
        assert "Discord refuses it" in line_of(ended, "discord token")
    else:
        ended = await examined(tmp_path, **variables)
        assert "Discord cannot be reached" in line_of(ended, "discord token")
    assert ended.code == 1
    assert "discord gateway" not in ended.out
    assert "Traceback" not in ended.err
