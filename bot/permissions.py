"""Checks a command may name, and the roles they look at.

Platform rights give a role in that workspace alone: an administrator of a workspace is an organizer there, never a
member of the steering committee. What the configuration or a grant says of one account holds for all accounts that the
person linked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain import grants
from bot.domain.grants import NOBODY, Standing
from bot.errors import CheckFailure
from bot.request import Request
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.context import Context

ORGANIZER, STEERING = grants.ORGANIZER, grants.STEERING


def roles_of(request: Request, settings: Settings, standing: Standing = NOBODY) -> frozenset[str]:
    """Return the roles that the person holds where the request comes from.

    Args:
        standing: what storage knows of the person now; without it, what configuration and platform say.
    """
    actor = request.actor
    accounts = {actor.user_id, *standing.accounts}
    if not accounts.isdisjoint(settings.steering) or standing.has(STEERING):
        return frozenset({ORGANIZER, STEERING})
    mapped = actor.platform_roles & frozenset(settings.organizer_roles)
    granted = standing.has(ORGANIZER, request.origin.workspace_id)
    return frozenset({ORGANIZER}) if actor.is_admin or mapped or granted else frozenset()


def organizer(ctx: Context) -> None:
    """Let in organizers of this chapter, and the steering committee.

    Raises:
        CheckFailure: says which right is missing and who can give it.
    """
    if ORGANIZER not in ctx.roles and ctx.request.actor.is_guest:
        raise CheckFailure(
            ctx.t("Only organizers of this chapter can do this."),
            ctx.t(
                "As a guest you can ask, look things up, join and answer convenings. For more, ask an organizer here."
            ),
        )
    if ORGANIZER not in ctx.roles:
        raise CheckFailure(
            ctx.t("Only organizers of this chapter can do this."),
            ctx.t("An administrator of this workspace is an organizer; ask one of them, or the steering committee."),
        )


def steering(ctx: Context) -> None:
    """Let in the steering committee.

    Raises:
        CheckFailure: says which right is missing and who can give it.
    """
    if STEERING not in ctx.roles:
        raise CheckFailure(
            ctx.t("Only the Alliance's steering committee can do this."),
            ctx.t("Platform rights do not count here. Ask a member of the steering committee."),
        )


def owns(ctx: Context, workspace_id: str) -> None:
    """Let in the steering committee, and organizers of the chapter that the thing belongs to.

    Raises:
        CheckFailure: it belongs to another chapter.
    """
    if STEERING in ctx.roles or (ORGANIZER in ctx.roles and ctx.workspace_id == workspace_id):
        return
    raise CheckFailure(
        ctx.t("This belongs to another chapter."),
        ctx.t("Its organizers can change it, and so can the steering committee."),
    )


def themes_of(ctx: Context) -> frozenset[str]:
    """Return the themes whose questions the person answers as an expert."""
    accounts = {ctx.user_id, *ctx.standing.accounts}
    named = (theme for theme, some in ctx.settings.experts.items() if not accounts.isdisjoint(some))
    return ctx.standing.themes.union(named)


def expert(ctx: Context) -> None:
    """Let in the steering committee, and those who are named as experts for a theme.

    Raises:
        CheckFailure: says which right is missing and who can give it.
    """
    if STEERING not in ctx.roles and not themes_of(ctx):
        raise CheckFailure(
            ctx.t("Only the steering committee and people named as experts can do this."),
            ctx.t("A member of the steering committee can name you an expert of a theme, with role grant."),
        )


def may_answer(ctx: Context, theme: str) -> bool:
    """Say whether the person may answer questions of the theme, now."""
    return STEERING in ctx.roles or theme in themes_of(ctx)
