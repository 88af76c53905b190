"""Who somebody is: language, time zone and rights, as the workspace knows them."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from adapters.slack.user_groups import KEPT_S, UserGroups
from adapters.slack.web import Web
from adapters.slack.wire import ours
from adapters.slack.workspaces import Workspaces
from bot.errors import DeliveryError
from bot.request import Actor

KEPT = 5_000


@dataclass(frozen=True, slots=True)
class _Known:
    """A person as looked up at `at`; `oldest` is when the oldest fact was, both in monotonic seconds."""

    actor: Actor
    at: float
    oldest: float

    def holds(self, since: float) -> bool:
        """Say whether it may be used for a request that came at `since`: a right is never taken from memory."""
        has_rights = self.actor.is_admin or self.actor.platform_roles
        return self.at >= since or (not has_rights and self.is_young)

    @property
    def is_young(self) -> bool:
        return time.monotonic() - self.oldest < KEPT_S


class People:
    """Looks people up with `users.info` and the mapped user groups, and remembers them for a minute.

    Somebody with rights is looked up for every request, so that a right that was taken away is refused at the next
    press; where Slack does not answer in time, what it said within the last minute counts. Somebody unknown has no
    rights and the default language.
    """

    def __init__(self, workspaces: Workspaces, roles: Iterable[str]) -> None:
        self._workspaces = workspaces
        self._roles = tuple(roles)
        self._groups: dict[str, UserGroups] = {}
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._asked: dict[str, asyncio.Task[Actor | None]] = {}

    async def actor(self, user: str, team: str, since: float, timeout_s: float) -> Actor:
        """Return the person with Slack's id `user`, asked for at most `timeout_s` seconds.

        Args:
            since: when the request came, in monotonic seconds.
        """
        kept = self._known.get(f"{team}|{user}")
        if kept and kept.holds(since):
            return kept.actor
        try:
            found = await asyncio.wait_for(asyncio.shield(self._question(user, team, since)), timeout_s)
        except TimeoutError:
            found = None
        if found is None and kept and kept.is_young:
            return kept.actor
        return found or Actor(ours(user))

    def forget(self) -> None:
        """Stop all look-ups."""
        for task in self._asked.values():
            task.cancel()

    def _question(self, user: str, team: str, since: float) -> asyncio.Task[Actor | None]:
        """Return the look-up under way: one for each person, which goes on when somebody stops waiting."""
        key = f"{team}|{user}"
        task = self._asked.get(key)
        if task is None:
            task = asyncio.create_task(self._look_up(user, team, since))
            self._asked[key] = task
            task.add_done_callback(lambda _done: self._asked.pop(key, None))
        return task

    async def _look_up(self, user: str, team: str, since: float) -> Actor | None:
        at = oldest = time.monotonic()
        try:
            web = await self._workspaces.of(team)
            answer = await web.look_up("users.info", user=user, include_locale="true")
        except DeliveryError:
            return None
        actor = actor_of(user, team, answer.get("user") or {})
        if self._workspaces.has(team):
            groups = self._groups_of(team, web)
            roles, seen_at = (frozenset(), at) if actor.is_guest else await groups.of(user, since)
            actor, oldest = replace(actor, platform_roles=roles), min(at, seen_at)
        else:
            actor = replace(actor, is_admin=False, is_guest=True)
        self._remember(f"{team}|{user}", _Known(actor, at, oldest))
        return actor

    def _groups_of(self, team: str, web: Web) -> UserGroups:
        """Return the mapped groups of a workspace, anew once it let the bot in again."""
        found = self._groups.get(team)
        if found is None or found.web is not web:
            found = self._groups[team] = UserGroups(web, self._roles)
        return found

    def _remember(self, key: str, known: _Known) -> None:
        self._known[key] = known
        self._known.move_to_end(key)
        while len(self._known) > KEPT:
            self._known.popitem(last=False)


def actor_of(user: str, team: str, info: Mapping[str, Any]) -> Actor:
    """Return the person that `users.info` describes; rights count in their own workspace only."""
    profile = info.get("profile") or {}
    name = profile.get("display_name") or info.get("real_name") or profile.get("real_name") or ""
    is_own = info.get("team_id") == team
    is_restricted = any(info.get(one) for one in ("is_restricted", "is_ultra_restricted", "is_stranger"))
    is_admin = is_own and not info.get("deleted") and bool(info.get("is_admin") or info.get("is_owner"))
    locale, zone = str(info.get("locale") or ""), str(info.get("tz") or "")
    return Actor(ours(user), str(name), locale, zone, is_admin and not is_restricted, is_restricted or not is_own)
