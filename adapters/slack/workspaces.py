"""The workspaces that the bot is in: that of the configured token, and those that installed it themselves."""

from __future__ import annotations

import asyncio
import time
from collections.abc import MutableMapping
from typing import Any

import structlog

from adapters.slack.messenger import SlackMessenger, Stopped
from adapters.slack.settings import NAME, SlackSettings
from adapters.slack.web import Web
from adapters.slack.wire import ours, theirs
from bot.errors import Busy, DeliveryError
from bot.ports import Messenger, OpenUnitOfWork, utc_now

log = structlog.get_logger("adapters.slack")

LOOKS_S = 30.0  # for what another process learned of installations
VERIFIES_S = 86_400.0


class Workspaces:
    """Clients by Slack's id of the workspace; all share one pool of connections.

    Args:
        settings: the Slack section.
        unit_of_work: where installations stand; None for the configured token alone.
        messengers: gets the messenger of each workspace that installed the bot, under our form of its id.
    """

    def __init__(
        self, settings: SlackSettings, unit_of_work: OpenUnitOfWork | None, messengers: MutableMapping[str, Messenger]
    ) -> None:
        self.home = Web(settings)
        self.home_team = ""
        self._bot_users: dict[str, str] = {}
        self._settings = settings
        self._unit_of_work = unit_of_work if settings.installs else None
        self._messengers = messengers
        self._webs: dict[str, Web] = {}
        self._tokens: dict[str, str] = {}

    def open(self) -> None:
        """Make the connection pool; needs a running loop."""
        self.home.open()

    async def close(self) -> None:
        """Close the pool."""
        await self.home.close()

    def at_home(self, team: str, bot_user: str) -> None:
        """Say which workspace the configured token belongs to, and who the bot is there."""
        self.home_team = team
        self._bot_users[team] = bot_user

    async def of(self, team: str) -> Web:
        """Return the client for a workspace, that of the configured token for strangers in shared channels."""
        if team != self.home_team and team not in self._webs:
            await self.look()
        return self._webs.get(team, self.home)

    def bot_user(self, team: str) -> str:
        """Return Slack's id of the bot's own account in the workspace, "" when it is not known."""
        return self._bot_users.get(team) or self._bot_users.get(self.home_team, "")

    def has(self, team: str) -> bool:
        """Say whether the bot was let in there, so that the rights of its people count."""
        return bool(team) and (team == self.home_team or team in self._webs)

    async def look(self) -> None:
        """Read the installations."""
        if self._unit_of_work is None:
            return
        try:
            async with self._unit_of_work(writes=False) as uow:
                found = await uow.installations.of_platform(NAME)
        except Busy:
            return  # what was known goes on counting
        now = {theirs(one.workspace_id): one for one in found}
        for team in [one for one in self._webs if one not in now]:
            self._forget(team)
        for team, one in now.items():
            if self._tokens.get(team) != one.token:
                self._take(team, one.token, theirs(one.bot_user))
                await self._verify(team, self._webs[team])

    async def keep_looking(self) -> None:
        """Look again and again until cancelled, and once a day whether each token still opens its own workspace."""
        verified_s = time.monotonic()
        while True:
            await asyncio.sleep(LOOKS_S)
            await self.look()
            if time.monotonic() - verified_s > VERIFIES_S:
                verified_s = time.monotonic()
                await self.verify()

    async def verify(self) -> None:
        """Send nothing more with tokens that open another workspace than their own."""
        for team, web in [*self._webs.items()]:
            await self._verify(team, web)

    async def _verify(self, team: str, web: Web) -> None:
        try:
            opened = str((await web.call("auth.test")).get("team_id") or "")
        except DeliveryError as error:
            log.warning("a token could not be tried", workspace=team, error=error.code)
            return
        if opened != team:
            log.error("a token opens another workspace; let the bot in there anew", workspace=team)
            self._messengers[ours(team)] = Stopped()

    async def remove(self, team: str) -> bool:
        """Forget the token of a workspace that took it back; say whether there was one."""
        if self._unit_of_work is None:
            return False
        async with self._unit_of_work(writes=True) as uow:
            was_there = await uow.installations.remove(ours(team), utc_now())
        self._forget(team)
        return was_there

    def _take(self, team: str, token: str, bot_user: str) -> None:
        web = self.home.beside(token)
        self._webs[team], self._tokens[team], self._bot_users[team] = web, token, bot_user
        self._messengers[ours(team)] = SlackMessenger(web)

    def _forget(self, team: str) -> None:
        known: tuple[dict[str, Any], ...] = (self._webs, self._tokens)
        for one in known:
            one.pop(team, None)
        if team != self.home_team:
            self._bot_users.pop(team, None)
        self._messengers.pop(ours(team), None)
