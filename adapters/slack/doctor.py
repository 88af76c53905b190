"""What `hrc-bot doctor` asks Slack: tokens, scopes, clock, followed channels. Nothing is posted."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError

from adapters.slack.manifest import SCOPES
from adapters.slack.messenger import SlackMessenger
from adapters.slack.settings import APPS, NAME, SlackSettings, section_of
from adapters.slack.web import Web
from bot import doctor
from bot.doctor import Check
from bot.domain.chapters import Follow
from bot.errors import ConfigError
from bot.ports import utc_now
from bot.settings import Settings

UNREACHABLE = "Look whether this machine reaches the internet, and whether slack.api_url is right."


async def examined(settings: Settings, follows: Sequence[Follow]) -> list[Check]:
    """Return what Slack says about the configuration and the channels that follow."""
    section = section_of(settings)
    try:
        section.checked()
    except ConfigError as error:
        return [Check("slack", "fault", str(error))]
    web = Web(section)
    web.open()
    try:
        return [check async for check in _checks(web, section, follows)]
    finally:
        await web.close()


async def _checks(web: Web, section: SlackSettings, follows: Sequence[Follow]) -> AsyncIterator[Check]:
    answer, problem = await _asked(web.client.auth_test(), "slack bot token")
    if problem:
        yield problem
        return
    yield Check("slack bot token", "ok", f"signed in to {answer.data.get('team')} as {answer.data.get('user')}")
    headers = {name.lower(): value for name, value in answer.headers.items()}
    yield _scopes(headers)
    yield doctor.clock(headers.get("date", ""), utc_now(), NAME)
    if section.mode == "socket":
        token = section.app_token.get_secret_value()
        _, problem = await _asked(web.client.apps_connections_open(app_token=token), "slack app token")
        yield problem or Check("slack app token", "ok", "opens Socket Mode connections")
    messenger = SlackMessenger(web)
    for follow in follows:
        yield doctor.channel(follow, await messenger.channel_problem(follow.channel_id, follow.workspace_id))


async def _asked(call: Any, subject: str) -> tuple[Any, Check | None]:
    """Return Slack's answer, or what is wrong."""
    try:
        return await call, None
    except SlackApiError as error:
        said = f"Slack refuses it ({error.response.get('error')})"
        return None, Check(subject, "fault", said, f"Copy it again from your app at {APPS}.")
    except (aiohttp.ClientError, SlackClientError, OSError, TimeoutError) as error:
        return None, Check(subject, "fault", f"Slack cannot be reached ({type(error).__name__})", UNREACHABLE)


def _scopes(headers: Mapping[str, str]) -> Check:
    """Compare the granted scopes with those of the manifest. Source: docs.slack.dev, the header X-OAuth-Scopes."""
    if "x-oauth-scopes" not in headers:
        return Check("slack scopes", "warning", "Slack did not say which are granted")
    granted = {one.strip() for one in str(headers["x-oauth-scopes"]).split(",")}
    missing = [one for one in SCOPES if one not in granted]
    if missing:
        fix = f"Paste `hrc-bot manifest slack` under App Manifest at {APPS} and install the app again."
        losses = "; ".join(f"{one} ({SCOPES[one]})" for one in missing)
        return Check("slack scopes", "fault", f"not granted: {losses}", fix)
    return Check("slack scopes", "ok", f"all {len(SCOPES)} are granted")
