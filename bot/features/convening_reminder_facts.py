"""What organizers read of reminders and notices: how many arrived, and why others did not; never whose."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from bot.domain.convenings import Convening
from bot.domain.deliveries import Delivery, Status, Subject
from bot.i18n import Translator
from bot.ports import UnitOfWork
from bot.reply import Field

_NO_LONGER_WANTED = ("not_coming", "reminders_off", "changed", "unchanged", "cancelled", "gone")
_REFUSED = (Status.REFUSED, Status.DEAD, Status.HELD)


async def reminder_facts(uow: UnitOfWork, convening: Convening, t: Translator) -> tuple[Field, ...]:
    """Return one field with the counts, nothing while no reminder was due."""
    reminders = await uow.reminders.of(convening.id)
    rows = [row for one in reminders for row in await uow.deliveries.of_subject(Subject.REMINDER, one.id)]
    words = _words(rows, sum(one.missed for one in reminders), t)
    return (Field(t("Reminders"), ", ".join(words)),) if words else ()


def _words(rows: Sequence[Delivery], missed: int, t: Translator) -> list[str]:
    """Return the counts in words, without those of which there are none."""
    counts = Counter(_kind(row) for row in rows)
    counts["late"] += missed
    texts = {
        "sent": t("{count} sent", count=counts["sent"]),
        "waiting": t("{count} on their way", count=counts["waiting"]),
        "late": t("{count} too late, so not sent", count=counts["late"]),
        "refused": t("{count} could not be delivered", count=counts["refused"]),
    }
    return [text for kind, text in texts.items() if counts[kind]]


def _kind(row: Delivery) -> str:
    if row.status is Status.SHOWN:
        return "sent"
    if row.status in _REFUSED:
        return "refused"
    if row.status is not Status.DROPPED:
        return "waiting"
    return "unwanted" if row.error_code in _NO_LONGER_WANTED else "late"
