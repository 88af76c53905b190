"""What the loopback Slack knows and how its Web API answers: people, channels, messages, modals, files."""

from __future__ import annotations

import itertools
import json
from base64 import b64encode
from dataclasses import dataclass, field
from typing import Any

TEAM, BOT_USER, BOT = "T0HRC", "U0BOT", "B0BOT"
CLIENT_SECRET = "client-secret-of-the-loopback"


@dataclass
class Call:
    """One call that reached the server; `method` is "response_url" for those."""

    method: str
    body: dict[str, Any]
    team: str = TEAM


@dataclass
class Message:
    """One message that people see; `only_for` is the one person who does, "" for everybody."""

    channel: str
    ts: str
    body: dict[str, Any]
    only_for: str = ""
    thread: str = ""
    deleted: bool = False

    @property
    def text(self) -> str:
        return str(self.body.get("text", ""))

    def buttons(self) -> dict[str, dict[str, Any]]:
        """Return label to element."""
        return buttons_of(self.body)

    def mrkdwn(self) -> str:
        """Return the words of all blocks, as they were sent."""
        return words_of(self.body)


def buttons_of(body: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return label to element of a message's or a view's buttons."""
    rows = (block["elements"] for block in body.get("blocks") or () if block["type"] == "actions")
    return {one["text"]["text"]: one for row in rows for one in row}


def words_of(body: dict[str, Any]) -> str:
    """Return the words of a message's or a view's blocks, as they were sent."""
    texts: list[str] = []
    for block in body.get("blocks") or ():
        parts = [block.get("text"), *(block.get("fields") or ())]
        texts += [part["text"] for part in parts if isinstance(part, dict)]
    return "\n".join(texts)


@dataclass
class Fault:
    """What happens to one call: an HTTP status, an error code, a delay, or a dropped connection.

    `drop` is "before" (nothing is done) or "after" (the work is done, the answer lost).
    """

    status: int = 200
    error: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    delay_s: float = 0.0
    drop: str = ""
    fields: dict[str, Any] = field(default_factory=dict)


class SlackApi:
    """The methods of the Web API; each returns the fields of its answer."""

    def __init__(self) -> None:
        self.base = ""
        self.scopes = "chat:write,commands"
        self.messages: list[Message] = []
        self.views: list[dict[str, Any]] = []
        self.homes: dict[str, dict[str, Any]] = {}
        self.groups: dict[str, list[str]] = {}
        self.files: list[dict[str, Any]] = []
        self.users: dict[str, dict[str, Any]] = {"U0ANA": {"locale": "en-US"}}
        self.channels: dict[str, dict[str, Any]] = {"C0TOWN": {"is_member": True}}
        self.numbers = itertools.count(1)
        self._used_triggers: set[str] = set()
        self.grants: dict[str, tuple[str, str]] = {}
        self.team_of: dict[str, str] = {}
        self.token = ""

    def answer(self, method: str, body: dict[str, Any]) -> dict[str, Any]:
        """Return what a method answers."""
        handler = getattr(self, "_do_" + method.replace(".", "_"), None)
        return {"ok": False, "error": "unknown_method"} if handler is None else {"ok": True, **handler(body)}

    def shown(self, channel: str, body: dict[str, Any], only_for: str = "") -> Message:
        ts = f"1800000000.{next(self.numbers):06d}"
        self.messages.append(Message(channel, ts, body, only_for, body.get("thread_ts") or ""))
        return self.messages[-1]

    def _do_auth_test(self, _body: dict[str, Any]) -> dict[str, Any]:
        team = self.team_of.get(self.token, TEAM)
        bot_user = BOT_USER if team == TEAM else f"UBOT{team}"
        return {"team_id": team, "user_id": bot_user, "bot_id": BOT, "team": "Town", "user": "hrc"}

    def _do_oauth_v2_access(self, body: dict[str, Any]) -> dict[str, Any]:
        """Exchange a code that somebody got by letting the bot into the workspace `grants` names."""
        grant = self.grants.pop(str(body.get("code")), None)
        if grant is None or self.token != f"Basic {b64encode(f'111.222:{CLIENT_SECRET}'.encode()).decode()}":
            return {"ok": False, "error": "invalid_code"}
        team, user = grant
        token = f"xoxb-{team}-{next(self.numbers)}"
        self.team_of[token] = team
        return {
            "app_id": "A0HRC",
            "access_token": token,
            "token_type": "bot",
            "scope": self.scopes,
            "bot_user_id": f"UBOT{team}",
            "team": {"id": team, "name": f"Town {team}"},
            "authed_user": {"id": user},
            "enterprise": None,
            "is_enterprise_install": False,
        }

    def _do_apps_connections_open(self, _body: dict[str, Any]) -> dict[str, Any]:
        return {"url": self.base.replace("http", "ws") + "/link"}

    def _do_users_info(self, body: dict[str, Any]) -> dict[str, Any]:
        user = self.users.get(body["user"])
        if user is None:
            return {"ok": False, "error": "user_not_found"}
        return {"user": {"id": body["user"], "team_id": TEAM, "real_name": "Ana", **user}}

    def _do_views_open(self, body: dict[str, Any]) -> dict[str, Any]:
        trigger = body["trigger_id"]
        if trigger in self._used_triggers:
            return {"ok": False, "error": "exchanged_trigger_id"}
        self._used_triggers.add(trigger)
        self.views.append({**body["view"], "id": f"V{next(self.numbers)}"})
        return {"view": self.views[-1]}

    def _do_views_publish(self, body: dict[str, Any]) -> dict[str, Any]:
        self.homes[body["user_id"]] = {**body["view"], "id": f"V{next(self.numbers)}"}
        return {"view": self.homes[body["user_id"]]}

    def _do_usergroups_users_list(self, body: dict[str, Any]) -> dict[str, Any]:
        users = self.groups.get(body["usergroup"])
        return {"ok": False, "error": "no_such_subteam"} if users is None else {"users": users}

    def _do_chat_postMessage(self, body: dict[str, Any]) -> dict[str, Any]:  # noqa: N802 - Slack's name
        channel = self.channels.get(body["channel"], {"is_member": body["channel"].startswith("D")})
        if not channel.get("is_member"):
            return {"ok": False, "error": "not_in_channel"}
        return {"ts": self.shown(body["channel"], body).ts, "channel": body["channel"]}

    def _do_chat_postEphemeral(self, body: dict[str, Any]) -> dict[str, Any]:  # noqa: N802 - Slack's name
        if not self.channels.get(body["channel"], {}).get("is_member"):
            return {"ok": False, "error": "not_in_channel"}
        return {"message_ts": self.shown(body["channel"], body, body["user"]).ts}

    def _do_chat_update(self, body: dict[str, Any]) -> dict[str, Any]:
        found = self._find(body)
        if found is None:
            return {"ok": False, "error": "message_not_found"}
        found.body = {"metadata": found.body.get("metadata"), **body}
        return {"ts": found.ts}

    def _do_chat_delete(self, body: dict[str, Any]) -> dict[str, Any]:
        found = self._find(body)
        if found:
            found.deleted = True
        return {}

    def _find(self, body: dict[str, Any]) -> Message | None:
        same = (one for one in self.messages if (one.channel, one.ts) == (body["channel"], body["ts"]))
        return next((one for one in same if not one.deleted), None)

    def _do_conversations_open(self, body: dict[str, Any]) -> dict[str, Any]:
        return {"channel": {"id": "D" + body["users"][1:]}}

    def _do_conversations_info(self, body: dict[str, Any]) -> dict[str, Any]:
        channel = self.channels.get(body["channel"])
        return {"ok": False, "error": "channel_not_found"} if channel is None else {"channel": channel}

    def _do_conversations_history(self, body: dict[str, Any]) -> dict[str, Any]:
        here = [one for one in self.messages if one.channel == body["channel"] and not one.thread and not one.deleted]
        return self._page([one for one in here if float(one.ts) >= float(body["oldest"])][::-1], body)

    def _do_conversations_replies(self, body: dict[str, Any]) -> dict[str, Any]:
        here = [one for one in self.messages if one.channel == body["channel"] and one.thread == body["ts"]]
        return self._page([one for one in here if not one.deleted and float(one.ts) >= float(body["oldest"])], body)

    def _page(self, here: list[Message], body: dict[str, Any]) -> dict[str, Any]:
        at, limit = int(body.get("cursor") or 0), int(body["limit"])
        more = str(at + limit) if at + limit < len(here) else ""
        page = [{**one.body, "ts": one.ts} for one in here[at : at + limit]]
        return {"messages": page, "response_metadata": {"next_cursor": more}}

    def _do_files_getUploadURLExternal(self, body: dict[str, Any]) -> dict[str, Any]:  # noqa: N802 - Slack's name
        self.files.append({"name": body["filename"], "content": b"", "channel": ""})
        return {"upload_url": f"{self.base}/upload/{len(self.files)}", "file_id": f"F{len(self.files)}"}

    def _do_files_completeUploadExternal(self, body: dict[str, Any]) -> dict[str, Any]:  # noqa: N802 - Slack's name
        ids = [one["id"] for one in (json.loads(body["files"]) if isinstance(body["files"], str) else body["files"])]
        for id_ in ids:
            self.files[int(id_[1:]) - 1]["channel"] = body["channel_id"]
        return {"files": [{"id": id_} for id_ in ids]}
