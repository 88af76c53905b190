"""What became of an announcement: counts and times, and each channel that did not get it with the reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from statistics import median

from bot.context import Context
from bot.domain.announcements import Announcement, State
from bot.domain.deliveries import Delivery, Status, Subject, Target
from bot.domain.records import AuditEntry
from bot.features.announcement_cards import FAILED, MAIL, audience_of, numbered, state_of, when_of
from bot.features.announcement_drafts import announcement_of
from bot.features.announcement_reach import TOPIC
from bot.features.announcement_sending import audit
from bot.features.deliveries import again, leave
from bot.i18n import Translator
from bot.markup import escape
from bot.problems import reason_of
from bot.reply import Button, ChannelMention, Field, Moment, Reply, Section

SHOWN = 10
CSV, PICTURE = "announce.report_csv", "announce.report_picture"  # the files have actions of their own
_WAITS = (Status.PENDING, Status.LEASED, Status.VERIFY)
_RETRIED = (Status.REFUSED, Status.DEAD)


async def report(ctx: Context, announcement_id: int) -> Reply:
    """Return counts by way and state, times, and the channels that need somebody; people and mail are counts alone."""
    found = await announcement_of(ctx, announcement_id)
    rows = await ctx.uow.deliveries.of_subject(Subject.ANNOUNCEMENT, found.id)
    t, summary = ctx.t, ctx.t("What became of “{title}”", title=numbered(found))
    facts = [Field(t("State"), state_of(found, rows, t)), Field(t("Audience"), audience_of(found, t))]
    facts += [Field(t("When"), when_of(found, t))] if found.when else []
    facts += [Field(t("Sent"), Moment(found.sent_at, ctx.settings.zone))] if found.sent_at and not found.when else []
    paused = await ctx.uow.sending.paused(Subject.ANNOUNCEMENT) or await ctx.uow.sending.paused()
    note = escape(t("Sending is paused: what waits goes out after announce resume.")) if paused else ""
    overview = Section(text=note, fields=(*facts, *_ways(rows, t), *_times(found, rows, t)))
    troubled = [one for one in rows if one.status in FAILED and is_channel(one)]
    sections = (overview, *(_trouble(one, t) for one in troubled[:SHOWN]), *_rest(found, rows, len(troubled), t))
    sections += _files(found, rows, t)
    return Reply(summary, sections)


def is_channel(row: Delivery) -> bool:
    """Say whether it goes to a channel, not to a person or by mail."""
    return not row.target.user_id and bool(row.target.channel_id) and row.target.platform != MAIL


def _way(row: Delivery, t: Translator) -> str:
    if row.target.platform == MAIL:
        return t("Mail")
    return t("Channels") if is_channel(row) else t("Direct messages")


def _ways(rows: Sequence[Delivery], t: Translator) -> tuple[Field, ...]:
    """Return a field for each way with its counts by state; what failed privately is told with its reasons."""
    ways = dict.fromkeys(_way(one, t) for one in rows)
    return tuple(Field(way, _counts([one for one in rows if _way(one, t) == way], t)) for way in ways)


def _counts(rows: Sequence[Delivery], t: Translator) -> str:
    by_state = Counter(state_word(one, t) for one in rows)
    reasons = sorted({reason_of(one.error_code, t) for one in rows if one.status in _RETRIED and not is_channel(one)})
    words = [f"{count} {state}" for state, count in by_state.most_common()]
    return ", ".join(words) + (f" ({'; '.join(reasons)})" if reasons else "")


def state_word(row: Delivery, t: Translator) -> str:
    """Return the state in words; what nobody knows is called so."""
    if row.status is Status.VERIFY or row.status is Status.HELD:
        return t("uncertain")
    if row.status in _WAITS:
        return t("waiting")
    if row.status is Status.SHOWN:
        return t("posted")
    if row.status is Status.DROPPED:
        return t("never sent")
    return t("deleted there") if row.status is Status.GONE else t("failed")


def _times(found: Announcement, rows: Sequence[Delivery], t: Translator) -> tuple[Field, ...]:
    """Return after how long half of the destinations, and the last one, had it."""
    began = found.when.utc if found.when else found.sent_at
    shown = sorted(one.shown_at for one in rows if one.shown_at)
    if not began or not shown or found.state is not State.SENT or found.corrected_at:
        return ()  # edits moved the times
    half = timedelta(seconds=median((one - began).total_seconds() for one in shown))
    last = shown[-1] - began
    return (Field(t("Half had it after"), _seconds(half, t)), Field(t("The last one after"), _seconds(last, t)))


def _seconds(span: timedelta, t: Translator) -> str:
    return t("{count} s", count=max(round(span.total_seconds()), 0))


def _trouble(row: Delivery, t: Translator) -> Section:
    """Return one channel that did not get it: what is known, and what can be done."""
    place = Field(t("Channel"), ChannelMention(row.target.channel_id, row.target.channel_id.partition(":")[2]))
    words = {
        Status.HELD: t("It may have arrived, and I cannot look. Look there before you send it again."),
        Status.GONE: t("Somebody deleted the message."),
    }
    text = words.get(row.status) or t("It failed: {reason}.", reason=reason_of(row.error_code, t))
    buttons = (again.button(t("Send it again"), row.id), leave.button(t("Leave it"), row.id))
    return Section(text=escape(text), fields=(place,), buttons=() if row.status is Status.GONE else buttons)


def _rest(found: Announcement, rows: Sequence[Delivery], troubled: int, t: Translator) -> tuple[Section, ...]:
    more = troubled - SHOWN
    text = ""
    if more > 0:
        text = t.plural("{count} more channel is not shown.", "{count} more channels are not shown.", more)
    failed = sum(one.status in _RETRIED for one in rows)
    button = Button(t("Try what failed again"), "announce.retry", str(found.id), "primary")
    buttons = (button,) if failed and found.is_public else ()
    return (Section(text=escape(text), buttons=buttons),) if text or buttons else ()


def _files(found: Announcement, rows: Sequence[Delivery], t: Translator) -> tuple[Section, ...]:
    """Return the buttons for the files that there is something to put in."""
    table, picture = Button(t("As CSV"), CSV, str(found.id)), Button(t("As a picture"), PICTURE, str(found.id))
    if not rows:
        return ()
    return (Section(buttons=(table, picture) if any(one.shown_at for one in rows) else (table,)),)


async def retry(ctx: Context, announcement_id: int) -> Reply:
    """Send again what failed, where it is still asked for; what is uncertain is left to a person's look."""
    found = await announcement_of(ctx, announcement_id)
    rows = await ctx.uow.deliveries.of_subject(Subject.ANNOUNCEMENT, found.id)
    failed = [one for one in rows if one.status in _RETRIED] if found.is_public else []
    count = 0
    for one in failed:
        if is_channel(one) and not await _is_asked_for(ctx, one.target):
            continue
        count += await ctx.uow.deliveries.resolve(one.id, again=True, due=ctx.now)
    await audit(ctx, "announce retry", found)
    words = ctx.t.plural("{count} destination is tried again.", "{count} destinations are tried again.", count)
    return Reply(words, replaces=True)


async def _is_asked_for(ctx: Context, target: Target) -> bool:
    """Say whether the channel still follows; also one that was stopped when it refused."""
    follow = await ctx.uow.follows.get(target.workspace_id, target.channel_id)
    return follow is not None and TOPIC in follow.topics


async def pause(ctx: Context) -> Reply:
    """Stop every announcement, here and everywhere, until somebody in the committee resumes; it survives restarts."""
    await ctx.uow.sending.pause("committee", Subject.ANNOUNCEMENT)
    await _audit_all(ctx, "announce pause")
    hint = ctx.t("Nothing more of any announcement goes out, no correction either, until you type: announce resume")
    return Reply(ctx.t("Announcements are paused."), (Section(text=escape(hint)),))


async def resume(ctx: Context) -> Reply:
    was_paused = await ctx.uow.sending.paused(Subject.ANNOUNCEMENT)
    await ctx.uow.sending.resume(Subject.ANNOUNCEMENT)
    await _audit_all(ctx, "announce resume")
    if await ctx.uow.sending.paused():
        hint = ctx.t("Whoever runs the bot paused all sending, and starts it with: hrc-bot resume")
        return Reply(ctx.t("Announcements stay paused."), (Section(text=escape(hint)),))
    words = ctx.t("Announcements go out again.") if was_paused else ctx.t("Announcements were not paused.")
    return Reply(words)


async def _audit_all(ctx: Context, act: str) -> None:
    await ctx.uow.audit.add(AuditEntry(ctx.now, ctx.user_id, ctx.workspace_id, act))
