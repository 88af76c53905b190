"""Who somebody is: language, time zone and rights, as the workspace knows them."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from adapters.slack.web import Web
from adapters.slack.wire import ours
from bot.errors import DeliveryError
from bot.request import Actor

KEPT_S = 300.0
KEPT = 5_000


class People:
    """Looks people up with `users.info`, and remembers them for five minutes.

    Somebody who cannot be looked up in time has no rights and the default language.
    """

    def __init__(self, web: Web) -> None:
        self._web = web
        self._known: OrderedDict[str, tuple[float, Actor]] = OrderedDict()
        self._asked: dict[str, asyncio.Task[Actor | None]] = {}

    async def actor(self, user: str, team: str, timeout_s: float) -> Actor:
        """Return the person with Slack's id `user`, asked for at most `timeout_s` seconds."""
        kept = self._known.get(f"{team}|{user}")
        if kept and kept[0] > time.monotonic():
            return kept[1]
        try:
            found = await asyncio.wait_for(asyncio.shield(self._question(user, team)), timeout_s)
        except TimeoutError:
            found = None
        return found or Actor(ours(user))

    def forget(self) -> None:
        """Stop all look-ups."""
        for task in self._asked.values():
            task.cancel()

    def _question(self, user: str, team: str) -> asyncio.Task[Actor | None]:
        """Return the look-up under way: one for each person, which goes on when somebody stops waiting."""
        task = self._asked.get(user)
        if task is None:
            task = asyncio.create_task(self._look_up(user, team))
            self._asked[user] = task
            task.add_done_callback(lambda _done: self._asked.pop(user, None))
        return task

    async def _look_up(self, user: str, team: str) -> Actor | None:
        try:
            answer = await self._web.look_up("users.info", user=user, include_locale="true")
        except DeliveryError:
            return None
        actor = actor_of(user, team, answer.get("user") or {})
        self._known[f"{team}|{user}"] = (time.monotonic() + KEPT_S, actor)
        while len(self._known) > KEPT:
            self._known.popitem(last=False)
        return actor


def actor_of(user: str, team: str, info: Mapping[str, Any]) -> Actor:
    """Return the person that `users.info` describes; rights count in their own workspace only."""
    profile = info.get("profile") or {}
    name = profile.get("display_name") or info.get("real_name") or profile.get("real_name") or ""
    is_own = info.get("team_id") == team
    is_admin = is_own and not info.get("deleted") and bool(info.get("is_admin") or info.get("is_owner"))
    return Actor(ours(user), str(name), str(info.get("locale") or ""), str(info.get("tz") or ""), is_admin)
