"""Everything is kept for its age and no longer: what the daily work and `hrc-bot retention run` do."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.domain.subscriptions import CONFIRMS_WITHIN
from bot.ports import OpenUnitOfWork, UnitOfWork
from bot.settings import Retention

ENDED_ROLES_KEPT = timedelta(days=90)  # so that people see in the list what ended


async def deleted(uow: UnitOfWork, ages: Retention, now: datetime) -> dict[str, int]:
    """Delete what is older than its age; return how many there were of each kind, by the name of its age."""
    return {
        "inbox_hours": await uow.inbox.forget(now - timedelta(hours=ages.inbox_hours)),
        "forms_minutes": await uow.drafts.forget(now),
        "links_minutes": await uow.links.forget(now),
        "conversations": await uow.conversations.forget_expired(now),
        "unconfirmed_subscriptions": await uow.subscriptions.forget_unconfirmed(now - CONFIRMS_WITHIN),
        "questions_days": await uow.questions.forget(now - timedelta(days=ages.questions_days)),
        "rsvps_days": await uow.retention.answers(now - timedelta(days=ages.rsvps_days)),
        "deliveries_days": await uow.retention.deliveries(now - timedelta(days=ages.deliveries_days)),
        "notices_of_changes": await uow.notices.forget(now - timedelta(days=ages.deliveries_days)),
        "reports_days": await uow.reports.forget(now - timedelta(days=ages.reports_days)),
        "ended_roles": await uow.grants.forget(now - ENDED_ROLES_KEPT),
        "audit_days": await uow.audit.forget(now - timedelta(days=ages.audit_days)),
    }


class _OnlyLooking(Exception):
    """Ends a unit of work that should change nothing."""


async def due(open_unit_of_work: OpenUnitOfWork, ages: Retention, now: datetime) -> dict[str, int]:
    """Return what `deleted` would delete; nothing is."""
    found: dict[str, int] = {}
    try:
        async with open_unit_of_work(writes=True) as uow:
            found = await deleted(uow, ages, now)
            raise _OnlyLooking
    except _OnlyLooking:
        return found
