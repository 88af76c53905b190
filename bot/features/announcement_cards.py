"""How an announcement looks: in a channel, in its preview and in the list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from bot.command import RUN, Delivering, Rendered
from bot.domain.announcements import Announcement, Audience, State
from bot.domain.deliveries import Delivery, Status, Target
from bot.i18n import LANGUAGES, N_, Translator
from bot.markup import escape
from bot.problems import reason_of
from bot.reply import Button, Field, Moment, Reply, Section
from bot.rights import is_steering

MAIL = "email"  # the platform of readers by mail
_POSTED = (Status.SHOWN,)
FAILED = (Status.REFUSED, Status.DEAD, Status.HELD, Status.GONE)
ROLES = {"member": N_("members"), "organizer": N_("organizers"), "steering": N_("the steering committee")}
_DROPPED = (Status.DROPPED,)
_ENDED = {State.CANCELLED: N_("cancelled"), State.WITHDRAWN: N_("withdrawn"), State.OVER: N_("over")}


def posted(announcement: Announcement, t: Translator) -> Reply:
    """Return what a channel shows; the message's small markup works, everything else in it is plain text."""
    title = announcement.title
    if announcement.state is State.CANCELLED:
        text = escape(t("This announcement was cancelled. Please do not pass it on."))
        return Reply(t("Cancelled: {title}", title=title), (Section(text=text),), follow_up=True)
    if announcement.state is State.WITHDRAWN:
        text = escape(t("This announcement was withdrawn. Please do not pass it on."))
        section = Section(text=text, fields=_reason_field(announcement, t))
        return Reply(t("Withdrawn: {title}", title=title), (section,), follow_up=True)
    summary = t("This is over: {title}", title=title) if announcement.state is State.OVER else title
    sections = (Section(text=announcement.body(t.lang)), *_marks(announcement, t))
    return Reply(
        summary, sections, follow_up=announcement.corrected_at is not None and announcement.state is State.SENT
    )


def _reason_field(announcement: Announcement, t: Translator) -> tuple[Field, ...]:
    return (Field(t("The reason"), announcement.reason),) if announcement.reason else ()


def _marks(announcement: Announcement, t: Translator) -> tuple[Section, ...]:
    """Return what stands below the text: the language where it is another one, the end, a correction."""
    note = "" if announcement.speaks(t.lang) else escape(t("This text exists in English only."))
    until, marks = announcement.until, tuple[Field, ...]()
    if until:
        marks = (Field(t("Valid until"), Moment(until.aware, until.zone)),)
    if announcement.corrected_at:
        marks = (*marks, Field(t("Corrected"), Moment(announcement.corrected_at)))
    return (Section(text=note, fields=marks),) if note or marks else ()


async def render(delivering: Delivering) -> Rendered | None:
    """Return what the channel should show; None for one that ended, or lost its right, before it was seen."""
    found = await delivering.uow.announcements.get(delivering.subject_id)
    if found is None:
        return None
    is_late = not delivering.is_posted and found.is_over(delivering.now)
    if is_late or (
        not delivering.is_posted and not (await may_still_go(found, delivering) and await _asks(delivering))
    ):
        return None
    return Rendered(posted(found, delivering.t), found.revision)


async def _may_begin(announcement: Announcement, delivering: Delivering) -> bool:
    """Say whether the target may be shown what it does not show yet."""
    is_late = announcement.is_over(delivering.now)
    return not is_late and await may_still_go(announcement, delivering) and await _asks(delivering)


async def _asks(delivering: Delivering) -> bool:
    """Say whether a person still wants direct messages; who reads by mail left the list by itself."""
    target = delivering.target
    if not target.user_id or target.platform == MAIL:
        return True
    return (await delivering.uow.preferences.of(target.user_id)).direct_announcements


async def may_still_go(announcement: Announcement, delivering: Delivering) -> bool:
    """Say whether it may be posted now: a scheduled one for everybody needs a sender who is in the committee still."""
    if announcement.state is not State.SENT:
        return False
    is_scheduled_for_all = announcement.when is not None and announcement.audience is Audience.ALL
    if not is_scheduled_for_all:
        return True
    return await is_steering(delivering.uow, delivering.settings, announcement.sent_by, delivering.now)


def preview_sections(announcement: Announcement, targets: Sequence[Target], t: Translator) -> tuple[Section, ...]:
    """Return the announcement as each language's readers will see it, with the number of channels."""
    counts = Counter(one.lang for one in targets)
    wanted = [lang for lang in LANGUAGES if announcement.speaks(lang) or counts[lang]]
    return tuple(_in_language(announcement, lang, counts[lang], t) for lang in wanted)


def _in_language(announcement: Announcement, lang: str, count: int, t: Translator) -> Section:
    title = f"{LANGUAGES[lang]} ({count}): {announcement.title}"
    note = "" if announcement.speaks(lang) else escape(t("A note below says that it exists in English only."))
    return Section(title, "\n\n".join(one for one in (announcement.body(lang), note) if one))


def when_of(announcement: Announcement, t: Translator) -> str | Moment:
    """Return when it goes out."""
    if announcement.when is None:
        return t("as soon as it is confirmed")
    return Moment(announcement.when.aware, announcement.when.zone)


def audience_of(announcement: Announcement, t: Translator) -> str:
    """Return whom it is for in words: "this chapter; language: Español"."""
    only = announcement.only
    words = [t("every chapter of the Alliance") if announcement.audience is Audience.ALL else t("this chapter")]
    words += [t("city: {name}", name=only.city)] if only.city else []
    words += [t("part of the world: {name}", name=only.region)] if only.region else []
    words += [t("theme: {name}", name=only.theme)] if only.theme else []
    words += [t("language: {name}", name=LANGUAGES[only.lang])] if only.lang else []
    words += [t("by direct message only, to: {role}", role=t(ROLES[only.role]))] if only.role else []
    return "; ".join(words)


def entry(announcement: Announcement, deliveries: Sequence[Delivery], t: Translator, *, waits: bool) -> Section:
    """Return one line of the list: state, audience, time, and what became of each destination.

    `waits`: somebody asked for a second person.
    """
    state = t("waits for a second person") if waits else state_of(announcement, deliveries, t)
    fields = [
        Field(t("State"), state),
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
    if announcement.state in _ENDED:
        return t(_ENDED[announcement.state])
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
    failed = sum(counts[status] for status in FAILED)
    dropped = sum(counts[status] for status in _DROPPED)
    waiting = len(deliveries) - shown - failed - dropped
    words = [t("{count} posted", count=shown)] if shown else []
    words += [t("{count} waiting", count=waiting)] if waiting else []
    words += [t("{count} never sent", count=dropped)] if dropped else []
    words += [_failures(deliveries, failed, t)] if failed else []
    return ", ".join(words)


def _failures(deliveries: Sequence[Delivery], count: int, t: Translator) -> str:
    reasons = sorted({_reason(one, t) for one in deliveries if one.status in FAILED})
    return t("{count} failed ({reasons})", count=count, reasons="; ".join(reasons))


def _reason(one: Delivery, t: Translator) -> str:
    return t("somebody deleted the message") if one.status is Status.GONE else reason_of(one.error_code, t)


def _buttons(announcement: Announcement, deliveries: Sequence[Delivery], t: Translator) -> tuple[Button, ...]:
    number = announcement.id
    cancel = Button(t("Cancel it"), RUN, f"announce cancel {number}", "danger")
    if announcement.state is State.DRAFT:
        return (Button(t("Send"), RUN, f"announce send {number}", "primary"), cancel)
    if not announcement.is_public:
        return ()
    report = Button(t("Report"), RUN, f"announce report {number}")
    withdraw = Button(t("Withdraw it"), RUN, f"announce withdraw {number}", "danger")
    correct = (Button(t("Correct it"), "announce.rewrite", str(number)),) if announcement.state is State.SENT else ()
    return (report, *correct, cancel if is_on_its_way(deliveries) else withdraw)
