"""Where a request came from and where its answer may go, read from Slack's payloads: pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from adapters.slack.wire import ours
from bot.request import Origin

Payload = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """Slack's own ids; `team` is the workspace that let the bot in.

    `pressed` is the time stamp of the message whose button was pressed.

    `is_ours` says that the bot itself takes part in the direct conversation, so that a plain message is private there.
    `is_home` says that it is the bot's own Home tab, which has no channel and is seen by one person.
    """

    user: str
    team: str
    channel: str
    thread: str = ""
    team_name: str = ""
    response_url: str = ""
    trigger_id: str = ""
    pressed: str = ""
    pressed_is_private: bool = False
    is_ours: bool = False
    is_home: bool = False

    @property
    def is_direct(self) -> bool:
        return self.is_home or self.channel.startswith("D")

    def origin(self) -> Origin:
        """Return the place as the core knows it."""
        return Origin(ours(self.team), ours(self.channel), self.thread, self.is_direct, self.team_name)

    def kept(self) -> dict[str, str]:
        """Return what a modal must remember to answer here; who asks and when comes with its submission."""
        home = "yes" if self.is_home else ""
        return {"channel": self.channel, "thread": self.thread, "response_url": self.response_url, "home": home}


def of_command(body: Payload) -> Place:
    """Return the place of a slash command."""
    return Place(
        str(body["user_id"]),
        str(body.get("team_id") or ""),
        str(body.get("channel_id") or ""),
        team_name=str(body.get("team_domain") or ""),
        response_url=str(body.get("response_url") or ""),
        trigger_id=str(body.get("trigger_id") or ""),
    )


def of_press(body: Payload) -> Place:
    """Return the place of a pressed button."""
    container, message, team = body.get("container") or {}, body.get("message") or {}, body.get("team") or {}
    channel = str((body.get("channel") or {}).get("id") or container.get("channel_id") or "")
    return Place(
        str(body["user"]["id"]),
        str(_of_view(body) or team.get("id") or body["user"].get("team_id") or ""),
        channel,
        thread=str(message.get("thread_ts") or container.get("thread_ts") or ""),
        team_name=str(team.get("domain") or ""),
        response_url=str(body.get("response_url") or ""),
        trigger_id=str(body.get("trigger_id") or ""),
        pressed=str(container.get("message_ts") or message.get("ts") or ""),
        pressed_is_private=bool(container.get("is_ephemeral")),
        is_home=container.get("type") == "view",
    )


def of_submission(body: Payload, origin: Mapping[str, str]) -> Place:
    """Return the place of a submitted modal: where it was opened from."""
    team = body.get("team") or {}
    return Place(
        str(body["user"]["id"]),
        str(_of_view(body) or team.get("id") or body["user"].get("team_id") or ""),
        str(origin.get("channel") or ""),
        thread=str(origin.get("thread") or ""),
        team_name=str(team.get("domain") or ""),
        response_url=str(origin.get("response_url") or ""),
        trigger_id=str(body.get("trigger_id") or ""),
        is_home=bool(origin.get("home")),
    )


def of_home(body: Payload) -> Place:
    """Return the place of an opened Home tab."""
    return Place(str(body["event"]["user"]), workspace_of(body), "", is_home=True)


def _installed(body: Payload) -> str:
    """Return the workspace that let the bot in; in shared channels an event may name the other one first.

    Source: docs.slack.dev, apis/events-api, "authorizations".
    """
    given = body.get("authorizations") or ()
    return str(given[0].get("team_id") or "") if given else ""


def workspace_of(body: Payload) -> str:
    """Return the workspace that an event is about."""
    return _installed(body) or str(body.get("team_id") or "")


def _of_view(body: Payload) -> str:
    return str((body.get("view") or {}).get("app_installed_team_id") or "")


def of_event(body: Payload) -> Place:
    """Return the place of a message: a direct one is answered beside it, a mention in its thread."""
    event = body["event"]
    is_direct = event.get("channel_type") == "im" or str(event["channel"]).startswith("D")
    thread = event.get("thread_ts") or ("" if is_direct else event["ts"])
    return Place(
        str(event["user"]),
        _installed(body) or str(body.get("team_id") or event.get("team") or ""),
        str(event["channel"]),
        thread=str(thread),
        is_ours=is_direct,
    )


def is_from_a_person(event: Payload, bot_user: str) -> bool:
    """Say whether a message event is somebody's own new words: no bot's, no edit, no notice."""
    if (
        event.get("bot_id")
        or event.get("hidden")
        or event.get("subtype") not in (None, "file_share", "thread_broadcast")
    ):
        return False
    return bool(event.get("user")) and event.get("user") != bot_user and bool(event.get("ts"))
