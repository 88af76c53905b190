"""The workspace's user groups that the configuration maps to a role, and who is in them."""

from __future__ import annotations

import time
from collections.abc import Iterable

import structlog

from adapters.slack.settings import NAME
from adapters.slack.web import Web
from adapters.slack.wire import ours, theirs
from bot.errors import DeliveryError

log = structlog.get_logger("adapters.slack")

KEPT_S = 60.0  # a right taken away is gone after this time at the latest


class UserGroups:
    """Looks up the members of each mapped group with `usergroups.users.list`.

    Args:
        roles: the configured platform roles; those of other platforms are left out.
    """

    def __init__(self, web: Web, roles: Iterable[str]) -> None:
        self.web = web
        self._groups = tuple(theirs(one) for one in roles if one.startswith(f"{NAME}:"))
        self._members: dict[str, tuple[float, frozenset[str]]] = {}

    async def of(self, user: str, since: float) -> tuple[frozenset[str], float]:
        """Return the mapped groups that somebody is in, in our form of ids, and when the oldest look-up of them was.

        A membership is asked for again unless it was seen at or after `since` (monotonic seconds); where Slack cannot
        tell, what it said within the last minute counts, and nothing else.
        """
        looked_up = [(group, *await self._members_of(group, user, since)) for group in self._groups]
        mine = frozenset(ours(group) for group, _, members in looked_up if user in members)
        return mine, min((at for _, at, _ in looked_up), default=time.monotonic())

    async def _members_of(self, group: str, user: str, since: float) -> tuple[float, frozenset[str]]:
        now = time.monotonic()
        at, members = self._members.get(group, (-KEPT_S, frozenset[str]()))
        is_young = now - at < KEPT_S
        if at >= since or (is_young and user not in members):
            return at, members
        try:
            answer = await self.web.look_up("usergroups.users.list", usergroup=group)
        except DeliveryError as error:
            log.warning("the members of a user group are not known", group=group, error=error.code)
            return (at, members) if is_young else (now, frozenset())
        self._members[group] = (now, frozenset(str(one) for one in answer.get("users") or ()))
        return self._members[group]
