"""What a workspace's list of events shows of a convening, and what its organizer is told when it cannot."""

from __future__ import annotations

from bot.calendars import described
from bot.command import Delivering, Rendered
from bot.domain.convenings import Convening
from bot.domain.deliveries import Status, Subject, Target
from bot.domain.events import Entry, date_of, ends_at
from bot.features.convenings import feature as convenings
from bot.i18n import Translator
from bot.listing import TOPIC
from bot.markup import escape
from bot.ports import Problem
from bot.problems import sentence_of
from bot.reply import Event, Reply, Section


@convenings.delivers(Subject.EVENT)
async def render(delivering: Delivering) -> Rendered | None:
    """Return the entry; None where it has begun, or was cancelled before anybody saw it."""
    uow = delivering.uow
    entry = await uow.events.get(delivering.subject_id)
    convening = await uow.convenings.get(entry.convening_id) if entry else None
    if entry is None or convening is None:
        return None
    if delivering.target.user_id:
        return await _told(delivering, convening)
    if entry.starts_at <= delivering.now:
        return None
    shown = event(convening, entry, delivering.t)
    if shown.is_cancelled and not delivering.is_posted:
        return None
    return Rendered(Reply(shown.title, event=shown), entry.revision, instead=await _organizer(delivering))


def event(convening: Convening, entry: Entry, t: Translator) -> Event:
    """Return the entry as plain text; a date that the convening has no more is cancelled."""
    date = date_of(entry, convening)
    starts_at = date.utc if date else entry.starts_at
    ends = ends_at(convening, date or convening.starts)
    place = convening.public_place or convening.public_link or t("told to those who answer yes")
    return Event(
        convening.title,
        starts_at,
        ends if date else starts_at,
        ", ".join(one for one in (place, convening.city) if one),
        described(convening, t),
        is_cancelled=convening.is_cancelled or date is None,
    )


async def _organizer(delivering: Delivering) -> Target | None:
    """Return who made the workspace follow convenings: somebody who can give rights there."""
    workspace_id = delivering.target.workspace_id
    follows = await delivering.uow.follows.of_topic(TOPIC, workspace_id)
    who = next((one.created_by for one in follows if one.created_by), "")
    return Target(workspace_id, user_id=who, lang=delivering.target.lang) if who else None


async def _told(delivering: Delivering, convening: Convening) -> Rendered | None:
    """Return the message that the list takes no entry, once for each person; None when they know."""
    uow, target, t = delivering.uow, delivering.target, delivering.t
    rows = await uow.deliveries.of_subject(Subject.EVENT, delivering.subject_id)
    refused = (one for one in rows if one.target.workspace_id == target.workspace_id and one.target.channel_id)
    code = next((one.error_code for one in refused if one.status is Status.REFUSED), "")
    if not delivering.is_posted and (not code or await uow.deliveries.has_shown(Subject.EVENT, target.address)):
        return None
    summary = t("I could not enter “{title}” into the list of events of your workspace.", title=convening.title)
    return Rendered(Reply(summary, (Section(text=escape(_why(code, t))),)), 1)


def _why(code: str, t: Translator) -> str:
    if code != Problem.NO_PERMISSION:
        return sentence_of(code, t)
    return t(
        "I may not make events there. Give my role the right to create events, and the next convening appears in the "
        "list. Cards, answers and reminders work without it. I say this once."
    )
