"""Workspaces that let the bot in by themselves, each with a token of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Installation:
    """A workspace where the bot was installed.

    `workspace_id`, `bot_user` and `installed_by` have the platform in front. `token` is a secret, "" once the
    workspace took it back at `removed_at`. `scopes` are the platform's words, with commas.
    """

    workspace_id: str
    name: str
    token: str
    bot_user: str
    bot_id: str
    scopes: str
    installed_by: str
    installed_at: datetime
    removed_at: datetime | None = None


class InstallationStore(Protocol):
    """Installations by workspace, and the codes that tie the two ends of an installation together."""

    async def save(self, installation: Installation) -> None:
        """Store a new one, or what a second installation in the same workspace changed."""

    async def get(self, workspace_id: str) -> Installation | None:
        """Return the installation, a removed one too."""

    async def of_platform(self, platform: str) -> tuple[Installation, ...]:
        """Return those of a platform that are not removed, by workspace."""

    async def remove(self, workspace_id: str, now: datetime) -> bool:
        """Forget the token; say whether there was one."""

    async def keep_state(self, state: str, until: datetime) -> None:
        """Remember that somebody began to install; only a hash is stored."""

    async def take_state(self, state: str, now: datetime) -> bool:
        """Say whether the code was kept and is not over; it is taken once."""
