"""Where the SDK's own installing keeps what it learns: our storage, where tokens are sealed.

The SDK's stores for databases write tokens as they are and find an installation by its newest row; ours keeps one for
each workspace. Source: slack_sdk.oauth, AsyncInstallationStore and AsyncOAuthStateStore.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from logging import Logger
from typing import Any

from slack_bolt.error import BoltError
from slack_sdk.oauth.installation_store import Installation as Installed
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore

from adapters.slack.web import LOGGER
from adapters.slack.wire import ours
from bot.domain.installations import Installation
from bot.domain.records import AuditEntry
from bot.errors import Busy
from bot.ports import Clock, OpenUnitOfWork

STATE_KEEPS = timedelta(minutes=10)
ACT = "install"


class Installations(AsyncInstallationStore):
    """Keeps each workspace's token."""

    def __init__(self, unit_of_work: OpenUnitOfWork, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock

    @property
    def logger(self) -> Logger:
        return LOGGER

    async def async_save(self, installation: Installed) -> None:
        """Store the token, and note who let the bot in.

        Raises:
            BoltError: it is for a whole organization, without a workspace or a token, or storage is away.
        """
        if installation.is_enterprise_install or not installation.team_id or not installation.bot_token:
            raise BoltError("only single workspaces can install")
        kept = _kept(installation, self._clock())
        entry = AuditEntry(kept.installed_at, kept.installed_by, kept.workspace_id, ACT, kept.workspace_id)
        try:
            async with self._unit_of_work(writes=True) as uow:
                await uow.installations.save(kept)
                await uow.audit.add(entry)
        except Busy as error:
            raise BoltError("storage is busy") from error


class States(AsyncOAuthStateStore):
    """Keeps the code that shows that whoever comes back from Slack is who went there."""

    def __init__(self, unit_of_work: OpenUnitOfWork, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock

    @property
    def logger(self) -> Logger:
        return LOGGER

    async def async_issue(self, *_: Any, **__: Any) -> str:
        """Return a new code, good for ten minutes and one use."""
        state = secrets.token_urlsafe(24)
        async with self._unit_of_work(writes=True) as uow:
            await uow.installations.keep_state(state, self._clock() + STATE_KEEPS)
        return state

    async def async_consume(self, state: str) -> bool:
        """Say whether the code is one of ours and not used up."""
        async with self._unit_of_work(writes=True) as uow:
            return await uow.installations.take_state(state, self._clock())


def _kept(found: Installed, now: Any) -> Installation:
    scopes = found.bot_scopes
    return Installation(
        workspace_id=ours(found.team_id or ""),
        name=found.team_name or "",
        token=found.bot_token or "",
        bot_user=ours(found.bot_user_id or ""),
        bot_id=found.bot_id or "",
        scopes=scopes if isinstance(scopes, str) else ",".join(scopes or ()),
        installed_by=ours(found.user_id),
        installed_at=now,
    )
