"""Whether anything may be sent: kept in `meta`, so that a restored database brings its pause along."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.deliveries import Subject
from storage.models import MetaRow
from storage.rearming import rearm, wake
from storage.rows import insert_into, run

PAUSED = "sending_paused"


class Sending:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def pause(self, reason: str, subject: Subject | None = None) -> None:
        row = {"name": _name(subject), "value": reason or "paused"}
        statement = insert_into(self._session, MetaRow).values(row)
        changed = statement.on_conflict_do_update(index_elements=["name"], set_={"value": row["value"]})
        await self._session.execute(changed)

    async def resume(self, subject: Subject | None = None) -> None:
        """Take that pause back; every lane is looked at again."""
        await run(self._session, delete(MetaRow).where(MetaRow.name == _name(subject)))
        await rearm(self._session)
        await wake(self._session)

    async def paused(self, subject: Subject | None = None) -> str:
        found = await self._session.scalar(select(MetaRow.value).where(MetaRow.name == _name(subject)))
        return found or ""


def _name(subject: Subject | None) -> str:
    return f"{PAUSED}:{subject}" if subject else PAUSED


async def paused_subjects(session: AsyncSession) -> frozenset[str] | None:
    """Return the subjects that are paused one by one; None when everything is."""
    found = await session.scalars(select(MetaRow.name).where(MetaRow.name.startswith(PAUSED, autoescape=True)))
    names = set(found)
    return None if PAUSED in names else frozenset(name.partition(":")[2] for name in names)
