"""Who holds a right now, beside whoever acts: named in the configuration or granted, as storage knows it."""

from __future__ import annotations

from datetime import datetime

from bot.domain.grants import EXPERT, ORGANIZER, STEERING
from bot.ports import UnitOfWork
from bot.settings import Settings


async def steering_accounts(uow: UnitOfWork, settings: Settings, now: datetime) -> tuple[str, ...]:
    """Return the committee's accounts, those of the configuration first."""
    granted = (one.user_id for one in await uow.grants.holders(STEERING, now))
    return tuple(dict.fromkeys((*settings.steering, *granted)))


async def expert_accounts(uow: UnitOfWork, settings: Settings, theme: str, now: datetime) -> tuple[str, ...]:
    """Return the accounts of a theme's experts, those of the configuration first."""
    if not theme:
        return ()
    granted = (one.user_id for one in await uow.grants.holders(EXPERT, now, theme))
    return tuple(dict.fromkeys((*settings.experts.get(theme, ()), *granted)))


async def organizer_accounts(uow: UnitOfWork, workspace_id: str, now: datetime) -> tuple[str, ...]:
    """Return the accounts that were granted a chapter; its administrators are known to its platform alone."""
    granted = await uow.grants.holders(ORGANIZER, now)
    return tuple(one.user_id for one in granted if one.workspace_id == workspace_id)


async def is_steering(uow: UnitOfWork, settings: Settings, user_id: str, now: datetime) -> bool:
    """Say whether whoever acted from the account is in the committee, by this account or by a linked one."""
    standing = await uow.grants.standing(user_id, "", now)
    return standing.has(STEERING) or not {*standing.accounts}.isdisjoint(settings.steering)
