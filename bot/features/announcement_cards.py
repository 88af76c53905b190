"""How an announcement looks: in a channel, in its preview and in the list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from bot.command import RUN, Delivering, Rendered
from bot.domain.announcements import Announcement, Audience, State
from bot.domain.chapters import Follow
from bot.domain.deliveries import Delivery, Status
from bot.i18n import LANGUAGES, Translator
from bot.markup import escape
from bot.problems import reason_of
from bot.reply import Button, Field, Moment, Reply, Section
from bot.rights import is_steering

_POSTED = (Status.SHOWN,)
_FAILED = (Status.REFUSED, Status.DEAD, Status.HELD, Status.GONE)
_DROPPED = (Status.DROPPED,)


def posted(announcement: Announcement, t: Translator) -> Reply:
    """Return what a channel shows; the message's small markup works, everything else in it is plain text."""
    if announcement.state is State.CANCELLED:
        text = escape(t("This announcement was cancelled. Please do not pass it on."))
        return Reply(t("Cancelled: {title}", title=announcement.title), (Section(text=text),))
    return Reply(announcement.title, (Section(text=announcement.body(t.lang)),))


async def render(delivering: Delivering) -> Rendered | None:
    """Return what the channel should show; None for one that was cancelled, or lost its right, before it was seen."""
    found = await delivering.uow.announcements.get(delivering.subject_id)
    if found is None or (not delivering.is_posted and not await may_still_go(found, delivering)):
        return None
    return Rendered(posted(found, delivering.t), found.revision)


async def may_still_go(announcement: Announcement, delivering: Delivering) -> bool:
    """Say whether it may be posted now: a scheduled one for everybody needs a sender who is in the committee still."""
    if announcement.state is not State.SENT:
        return False
    is_scheduled_for_all = announcement.when is not None and announcement.audience is Audience.ALL
    if not is_scheduled_for_all:
        return True
    return await is_steering(delivering.uow, delivering.settings, announcement.sent_by, delivering.now)


def preview_sections(announcement: Announcement, follows: Sequence[Follow]) -> tuple[Section, ...]:
    """Return the announcement as each language's channels will show it, with their number."""
    counts = Counter(one.lang for one in follows)
    written = ("en", "es") if announcement.message_es else ("en",)
    wanted = [lang for lang in LANGUAGES if lang in written or counts[lang]]
    return tuple(_in_language(announcement, lang, counts[lang]) for lang in wanted)


def _in_language(announcement: Announcement, lang: str, count: int) -> Section:
    title = f"{LANGUAGES[lang]} ({count}): {announcement.title}"
    return Section(title, announcement.body(lang))


def when_of(announcement: Announcement, t: Translator) -> str | Moment:
    """Return when it goes out."""
    if announcement.when is None:
        return t("as soon as you press Send")
    return Moment(announcement.when.aware, announcement.when.zone)


def audience_of(announcement: Announcement, t: Translator) -> str:
    everybody = announcement.audience is Audience.ALL
    return t("every chapter of the Alliance") if everybody else t("this chapter")


def entry(announcement: Announcement, deliveries: Sequence[Delivery], t: Translator) -> Section:
    """Return one line of the list: state, audience, time, and what became of each destination."""
    fields = [
        Field(t("State"), state_of(announcement, deliveries, t)),
        Field(t("Audience"), audience_of(announcement, t)),
    ]
    if announcement.when:
        fields.append(Field(t("When"), when_of(announcement, t)))
    elif announcement.sent_at:
        fields.append(Field(t("Sent"), Moment(announcement.sent_at)))
    if deliveries:
        fields.append(Field(t("Destinations"), report_line(deliveries, t)))
    return Section(numbered(announcement), fields=tuple(fields), buttons=_buttons(announcement, deliveries, t))


def numbered(announcement: Announcement) -> str:
    """Return the title with the number that commands take."""
    return f"{announcement.title} (#{announcement.id})"


def state_of(announcement: Announcement, deliveries: Sequence[Delivery], t: Translator) -> str:
    if announcement.state is State.DRAFT:
        return t("draft, not sent")
    if announcement.state is State.CANCELLED:
        return t("cancelled")
    if not is_on_its_way(deliveries):
        return t("sent")
    is_untouched = not any(one.message_id for one in deliveries)
    return t("scheduled") if announcement.when and is_untouched else t("on its way")


def is_on_its_way(deliveries: Sequence[Delivery]) -> bool:
    return any(one.status in (Status.PENDING, Status.LEASED, Status.VERIFY) for one in deliveries)


def report_line(deliveries: Sequence[Delivery], t: Translator) -> str:
    """Return how many destinations show it, wait, or failed and why: "3 posted, 1 failed (the channel is archived)"."""
    counts = Counter(one.status for one in deliveries)
    shown = sum(counts[status] for status in _POSTED)
    failed = sum(counts[status] for status in _FAILED)
    dropped = sum(counts[status] for status in _DROPPED)
    waiting = len(deliveries) - shown - failed - dropped
    words = [t("{count} posted", count=shown)] if shown else []
    words += [t("{count} waiting", count=waiting)] if waiting else []
    words += [t("{count} never sent", count=dropped)] if dropped else []
    words += [_failures(deliveries, failed, t)] if failed else []
    return ", ".join(words)


def _failures(deliveries: Sequence[Delivery], count: int, t: Translator) -> str:
    reasons = sorted({_reason(one, t) for one in deliveries if one.status in _FAILED})
    return t("{count} failed ({reasons})", count=count, reasons="; ".join(reasons))


def _reason(one: Delivery, t: Translator) -> str:
    return t("somebody deleted the message") if one.status is Status.GONE else reason_of(one.error_code, t)


def _buttons(announcement: Announcement, deliveries: Sequence[Delivery], t: Translator) -> tuple[Button, ...]:
    cancel = Button(t("Cancel it"), RUN, f"announce cancel {announcement.id}", "danger")
    if announcement.state is State.DRAFT:
        return (Button(t("Send"), RUN, f"announce send {announcement.id}", "primary"), cancel)
    return (cancel,) if announcement.state is State.SENT and is_on_its_way(deliveries) else ()
