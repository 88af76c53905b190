"""The report of an announcement as files for whoever asked: a table, and a picture of the delivery over time."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby

from bot.context import Context
from bot.delivery_picture import Drawing, Line, drawn
from bot.domain.announcements import Announcement
from bot.domain.csv_files import Cell, csv_file
from bot.domain.deliveries import Delivery, Status, Subject
from bot.features.announcement_cards import FAILED, MAIL, numbered
from bot.features.announcement_drafts import announcement_of
from bot.features.announcement_report import is_channel, state_word
from bot.i18n import N_, Translator
from bot.markup import escape
from bot.ports import Problem
from bot.problems import reason_of
from bot.reply import Attachment, Reply, Section

PEOPLE_WORD = "people"  # these two stand where a channel has its id, and are the same in every language
MAIL_WORD = "mail"
UNITS = (
    (1.0, 300.0, N_("seconds since sending began")),
    (60.0, 10_800.0, N_("minutes since sending began")),
    (3600.0, float("inf"), N_("hours since sending began")),
)


async def as_table(ctx: Context, announcement_id: int) -> Reply:
    """Return a row for each channel; people and readers of mail are counts, without times and without ids."""
    found, rows = await _reported(ctx, announcement_id)
    t = ctx.t
    what = (t("Platform"), t("Kind"), t("Destination"), t("Copies"), t("State"))
    when = (t("First try (UTC)"), t("Shown at (UTC)"), t("Reason"))
    content = csv_file((*what, *when), (*_channels(rows, t), *_counted(rows, t)))
    file = Attachment(f"announcement-{found.id}-report.csv", content, "text/csv")
    return _handed(ctx, found, (t("Direct messages and mail are counts: no person is in it."),), file)


async def as_picture(ctx: Context, announcement_id: int) -> Reply:
    """Return the picture; it is drawn in a thread, since that takes a second."""
    found, rows = await _reported(ctx, announcement_id)
    if not any(one.shown_at for one in rows):
        return Reply(ctx.t("Nothing of “{title}” was shown yet: there is nothing to draw.", title=numbered(found)))
    drawing = _drawing(found, rows, ctx.t)
    content = await asyncio.to_thread(drawn, drawing)
    file = Attachment(f"announcement-{found.id}-delivery.png", content, "image/png")
    # What the picture shows is said in words too, for who cannot see it.
    return _handed(ctx, found, tuple(line.label for line in drawing.lines), file)


async def _reported(ctx: Context, announcement_id: int) -> tuple[Announcement, tuple[Delivery, ...]]:
    found = await announcement_of(ctx, announcement_id)
    return found, await ctx.uow.deliveries.of_subject(Subject.ANNOUNCEMENT, found.id)


def _handed(ctx: Context, found: Announcement, lines: Sequence[str], file: Attachment) -> Reply:
    lines = (*lines, _edited(ctx.t)) if found.revision > 1 else lines
    text = "\n".join(f"- {escape(line)}" for line in lines)
    summary = ctx.t("What became of “{title}”", title=numbered(found))
    return Reply(summary, (Section(text=text),), attachments=(file,))


def _edited(t: Translator) -> str:
    return t("Copies were edited since: their times are those of the last edit.")


def _channels(rows: Sequence[Delivery], t: Translator) -> Iterator[tuple[Cell, ...]]:
    for one in rows:
        if is_channel(one):
            place = one.target.channel_id.partition(":")[2]
            times = (_moment(one.first_try_at), _moment(one.shown_at))
            yield (one.target.platform, t("Channel"), place, 1, state_word(one, t), *times, _reason(one, t))


def _counted(rows: Sequence[Delivery], t: Translator) -> Iterator[tuple[Cell, ...]]:
    """Yield how many people and readers are in which state; the time of one person's message is nobody's business."""
    counts = Counter((one.target.platform, state_word(one, t), _reason(one, t)) for one in rows if not is_channel(one))
    for (platform, state, reason), count in sorted(counts.items()):
        is_mail = platform == MAIL
        kind, word = (t("Mail"), MAIL_WORD) if is_mail else (t("Direct messages"), PEOPLE_WORD)
        yield (platform, kind, word, count, state, "", "", reason)


def _moment(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}" if at else ""


def _reason(row: Delivery, t: Translator) -> str:
    """Return in words why it is not shown, "" where nothing is known to be wrong."""
    if row.status in (Status.HELD, Status.VERIFY):
        return reason_of(Problem.UNCERTAIN, t)
    if row.status is Status.GONE:
        return t("Somebody deleted the message.")
    return reason_of(row.error_code, t) if row.status in FAILED or row.error_code else ""


def _drawing(found: Announcement, rows: Sequence[Delivery], t: Translator) -> Drawing:
    shown = [one.shown_at for one in rows if one.shown_at]
    began = (found.when.utc if found.when else found.sent_at) or min(shown)
    span = (max(shown) - began).total_seconds()
    unit, _, label = next(one for one in UNITS if span <= one[1])
    by_platform = groupby(sorted(rows, key=_platform), key=_platform)
    lines = tuple(_line(name, tuple(some), began, unit, t) for name, some in by_platform)
    title = t("Announcement {number}: copies shown over time", number=found.id)
    note = _edited(t) if found.revision > 1 else ""
    return Drawing(title, t("Time ({unit})", unit=t(label)), t("Copies shown (count)"), lines, note)


def _platform(row: Delivery) -> str:
    return row.target.platform


def _line(name: str, rows: Sequence[Delivery], began: datetime, unit: float, t: Translator) -> Line:
    """Return the platform's line; its label also counts what is not shown, or not known."""
    moments = sorted(max((one.shown_at - began).total_seconds(), 0) / unit for one in rows if one.shown_at)
    counts = Counter(state_word(one, t) for one in rows)
    words = ", ".join(f"{count} {state}" for state, count in counts.most_common())
    return Line(f"{t('Mail') if name == MAIL else name.capitalize()}: {words}", tuple(moments))
