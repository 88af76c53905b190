"""A convening as a reader of the email list gets it: the card, and a file for their calendar."""

from __future__ import annotations

from dataclasses import replace

from bot.calendars import MEDIA_TYPE, Occasion, calendar_file
from bot.command import Delivering
from bot.domain.convenings import Convening
from bot.domain.subscriptions import PLATFORM
from bot.reply import Attachment, Reply


def for_reader(card: Reply, convening: Convening, delivering: Delivering) -> Reply:
    """Return the card as it is for chat; by mail with the calendar file, and once more when it is cancelled."""
    if delivering.target.platform != PLATFORM:
        return card
    occasion = Occasion(convening, delivering.uow.calendars.uid(convening.id))
    content = calendar_file(occasion, delivering.t, delivering.now)
    file = Attachment(f"convening-{convening.id}.ics", content, MEDIA_TYPE)
    return replace(card, attachments=(file,), follow_up=convening.is_cancelled)
