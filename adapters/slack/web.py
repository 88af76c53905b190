"""Calls to Slack: the Web API and the addresses it gives us to answer at. Nothing is sent twice by itself."""

from __future__ import annotations

import logging
import math
import random
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.settings import SlackSettings
from bot.errors import DeliveryDelayed, DeliveryError, DeliveryRefused, DeliveryUncertain
from bot.outgoing import guarded
from bot.ports import Problem

log = structlog.get_logger("adapters.slack")

TIMEOUT_S = 10.0
MAX_KEPT = 10_000
MAX_CONNECTIONS = 300
LOGGER = logging.getLogger("slack")
LOGGER.setLevel(logging.WARNING)  # below that the SDK writes payloads, which hold what people said
_MAYBE_SENT = {"fatal_error", "internal_error", "service_unavailable", "request_timeout", "team_added_to_org"}
_GONE = {"message_not_found", "cant_update_message", "edit_window_closed"}
_PROBLEMS = {
    Problem.CHANNEL_GONE: ("channel_not_found", "channel_is_deleted", "invalid_channel"),
    Problem.NOT_IN_CHANNEL: ("not_in_channel",),
    Problem.ARCHIVED: ("is_archived",),
    Problem.NO_PERMISSION: (
        "access_denied",
        "ekm_access_denied",
        "missing_scope",
        "no_permission",
        "not_allowed_token_type",
        "restricted_action",
        "restricted_action_non_threadable_channel",
        "restricted_action_read_only_channel",
        "restricted_action_thread_only_channel",
        "team_access_not_granted",
    ),
    Problem.DM_CLOSED: (
        "cannot_dm_bot",
        "messages_tab_disabled",
        "user_disabled",
        "user_not_found",
        "user_not_visible",
    ),
    Problem.SIGNED_OUT: ("account_inactive", "invalid_auth", "not_authed", "token_expired", "token_revoked"),
}
_PROBLEM_OF = {code: problem for problem, codes in _PROBLEMS.items() for code in codes}


def connector_of(settings: SlackSettings, limit: int = 0) -> aiohttp.TCPConnector:
    """Return a connector for calls to Slack, and for the addresses that Slack names; needs a running loop."""
    usual = str(SlackSettings.model_fields["api_url"].default)
    return aiohttp.TCPConnector(limit=limit, socket_factory=guarded(settings.api_url, usual))


class Refused(DeliveryRefused):
    """Slack said no. `code` is neutral, `said` is Slack's own code, for logs and the operator."""

    def __init__(self, said: str) -> None:
        super().__init__("message_gone" if said in _GONE else _PROBLEM_OF.get(said, Problem.UNKNOWN))
        self.said = said


class Web:
    """One workspace's client. `open` and `close` frame its life; between calls it keeps its connections.

    The SDK's own retries are off: after a lost answer it would post a second time, and only the caller knows whether
    that is right.
    """

    def __init__(self, settings: SlackSettings, token: str | None = None) -> None:
        self._settings = settings
        self.client = AsyncWebClient(
            token=settings.bot_token.get_secret_value() if token is None else token,
            base_url=settings.api_url,
            timeout=int(TIMEOUT_S),
            retry_handlers=[],
            logger=LOGGER,
        )
        self._api = urlsplit(settings.api_url)
        self._session: aiohttp.ClientSession | None = None
        self._direct_channels: dict[str, str] = {}

    def beside(self, token: str) -> Web:
        """Return the client of another workspace, which shares the connections of this one."""
        other = Web(self._settings, token)
        other._session = other.client.session = self._session
        return other

    def open(self) -> None:
        """Make the connection pool; needs a running loop."""
        connector = connector_of(self._settings, MAX_CONNECTIONS)
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT_S), connector=connector)
        self.client.session = self._session

    async def close(self) -> None:
        """Close the pool."""
        if self._session:
            await self._session.close()

    async def call(self, method: str, **arguments: Any) -> dict[str, Any]:
        """Call a Web API method with a JSON body; return what it answered.

        Raises:
            DeliveryRefused: Slack said no. DeliveryDelayed: 429. DeliveryUncertain: no answer, or a fault on Slack's
            side. DeliveryError: Slack could not be reached, nothing was sent.
        """
        body = {key: value for key, value in arguments.items() if value not in (None, "")}
        return await self._judged(self.client.api_call(method, json=body))

    async def look_up(self, method: str, **arguments: Any) -> dict[str, Any]:
        """Call a method that reads; these take a query instead of a JSON body. Raises as `call` does."""
        params = {key: value for key, value in arguments.items() if value not in (None, "")}
        return await self._judged(self.client.api_call(method, http_verb="GET", params=params))

    async def upload(self, name: str, content: bytes, channel: str, thread_ts: str = "") -> None:
        """Share a file in a channel. Raises as `call` does.

        Source: docs.slack.dev, messaging/working-with-files (upload address, upload, completion).
        """
        sent = self.client.files_upload_v2(
            filename=name, title=name, content=content, channel=channel, thread_ts=thread_ts or None
        )
        await self._judged(sent)

    async def socket_url(self, app_token: str) -> str:
        """Return the address of a new Socket Mode connection. Raises as `call` does."""
        answer = await self._judged(self.client.apps_connections_open(app_token=app_token))
        return str(answer["url"])

    async def direct_channel(self, user: str) -> str:
        """Return the channel of the bot's direct messages with somebody, kept in memory. Raises as `call` does."""
        if user not in self._direct_channels:
            answer = await self.call("conversations.open", users=user)
            if len(self._direct_channels) >= MAX_KEPT:
                self._direct_channels.clear()
            self._direct_channels[user] = str((answer.get("channel") or {}).get("id") or "")
        return self._direct_channels[user]

    async def _judged(self, call: Any) -> dict[str, Any]:
        try:
            answer = await call
        except SlackApiError as error:
            judged = _judgement(error)
            if isinstance(judged, Refused):
                log.info("Slack refused a call", said=judged.said)
            raise judged from None
        except aiohttp.ClientConnectorError:
            raise DeliveryError("unreachable") from None
        except TimeoutError:
            raise DeliveryUncertain("timeout") from None
        except (aiohttp.ClientError, SlackClientError, ConnectionError):
            raise DeliveryUncertain("connection_lost") from None
        data = answer.data
        return data if isinstance(data, dict) else {}

    def trusts(self, url: str) -> bool:
        """Say whether an address from a payload may be called: Slack's own hosts over https, or the API's host."""
        try:
            parts = urlsplit(url)
            host = parts.hostname or ""
        except ValueError:
            return False
        if parts.username is not None:
            return False
        if parts.scheme == "https" and (host == "slack.com" or host.endswith(".slack.com")):
            return True
        return parts.scheme in ("https", self._api.scheme) and host == self._api.hostname

    async def respond(self, url: str, body: Mapping[str, Any]) -> None:
        """Post to a `response_url`; the caller has asked `trusts`. Raises as `call` does."""
        if self._session is None:
            raise DeliveryError("not_connected")
        try:
            async with self._session.post(url, json=body, allow_redirects=False) as answer:
                status, text = answer.status, await answer.text()
        except aiohttp.ClientConnectorError:
            raise DeliveryError("unreachable") from None
        except (TimeoutError, aiohttp.ClientError):
            raise DeliveryUncertain("connection_lost") from None
        _raise_for(status, answer.headers.get("Retry-After"), f"http_{status}")
        if '"ok":false' in text.replace(" ", ""):
            raise Refused("response_url_refused")


def _raise_for(status: int, retry_after: str | None, code: str) -> None:
    """Raise what the status of an HTTP answer means; 200 means nothing yet."""
    if status == 429:
        raise DeliveryDelayed(Problem.RATE_LIMITED, seconds_of(retry_after))
    if status >= 500:
        raise DeliveryUncertain(f"http_{status}")
    if status != 200:
        raise Refused(code or f"http_{status}")


def seconds_of(retry_after: str | None) -> float:
    """Return the seconds of a Retry-After header: 1 to 2 (with jitter) where it is missing or no number."""
    try:
        seconds = float(retry_after or "nan")
    except ValueError:
        seconds = math.nan
    return seconds if math.isfinite(seconds) else 1 + random.random()  # noqa: S311 - jitter needs no secrecy


def _judgement(error: SlackApiError) -> DeliveryError:
    answer: Any = error.response
    status = int(getattr(answer, "status_code", 0) or getattr(answer, "status", 0) or 0)
    data = getattr(answer, "data", None)
    code = str(data.get("error", "")) if isinstance(data, dict) else ""
    headers = getattr(answer, "headers", None) or {}
    try:
        _raise_for(status, headers.get("Retry-After"), code)
    except DeliveryError as judged:
        return judged
    return _meaning(code, headers)


def _meaning(code: str, headers: Mapping[str, str]) -> DeliveryError:
    if code in ("ratelimited", "rate_limited"):
        return DeliveryDelayed(Problem.RATE_LIMITED, seconds_of(headers.get("Retry-After")))
    if not code or code in _MAYBE_SENT:
        return DeliveryUncertain(code or "unreadable_answer")
    return Refused(code)
