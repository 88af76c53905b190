"""Reports to moderators: anyone may send one, privately and without their name."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Annotated

from bot.command import RUN, Delivering, Feature, Option, Rendered
from bot.context import Context
from bot.domain.deliveries import Subject
from bot.domain.reports import Report
from bot.features.role_grants import direct
from bot.i18n import N_
from bot.markup import escape
from bot.reply import Button, Reply, Section
from bot.rights import organizer_accounts, steering_accounts

NOTICE_EVERY = timedelta(hours=1)
_CONVENING = re.compile(r"(?:convening|convocatoria|encuentro|reunión|#)[\s:#]*(\d{1,9})", re.IGNORECASE)

feature = Feature("report", summary=N_("Tell moderators that something is wrong"), order=88)

_WHAT = Option(N_("An answer, a practice, or a convening with its number"), N_("What is it about?"), max_chars=200)
_WHY = Option(N_("What is wrong with it"), N_("Why?"), "text", max_chars=1500)
_ANSWER_ME = Option(N_("Yes stores your account with the report, for the answer alone"), N_("Do you want an answer?"))


@feature.command(
    summary=N_("Report an answer, a practice or a convening to moderators"),
    writes=True,
    form=True,
    form_title=N_("Report something"),
    a_day=5,
    example='report what:"convening 12" why:"The address is somebody\'s home"',
)
async def report(
    ctx: Context,
    what: Annotated[str, _WHAT],
    why: Annotated[str, _WHY] = "",
    answer_me: Annotated[bool, _ANSWER_ME] = False,
) -> Reply:
    """Store the report without its author, unless they want an answer, and tell the moderators."""
    t = ctx.t
    subject, workspace_id = await _subject(ctx, what)
    reporter = ctx.user_id if answer_me else ""
    new = Report(0, subject, what, why, workspace_id, ctx.t.lang, ctx.now, reporter)
    stored = await ctx.uow.reports.add(new)
    await notify(ctx, stored)
    more = t("Your account is not stored with it.") if not answer_me else t("You will hear what became of it.")
    return Reply(t("Thank you. The moderators are told."), (Section(text=escape(more)),))


async def _subject(ctx: Context, what: str) -> tuple[str, str]:
    """Return the convening that is meant, and its chapter; nothing for anything else."""
    found = _CONVENING.search(what)
    convening = await ctx.uow.convenings.get(int(found.group(1))) if found else None
    return (f"convening:{convening.id}", convening.workspace_id) if convening else ("", "")


async def notify(ctx: Context, new: Report) -> None:
    """Tell moderators now, an hour after they were told last, or not at all while they are going to be told."""
    alike = [one for one in await ctx.uow.reports.open() if one.workspace_id == new.workspace_id]
    last = max((one.noticed_at for one in alike if one.noticed_at), default=None)
    if last and last > ctx.now:
        return
    due = max(ctx.now, last + NOTICE_EVERY) if last else ctx.now
    await ctx.uow.reports.save(replace(new, noticed_at=due))
    committee = await steering_accounts(ctx.uow, ctx.settings, ctx.now)
    organizers = await organizer_accounts(ctx.uow, new.workspace_id, ctx.now) if new.workspace_id else ()
    told = dict.fromkeys((*organizers, *committee))
    targets = tuple([await direct(ctx.uow, ctx.settings, one) for one in told])
    await ctx.uow.deliveries.want(Subject.REPORT, new.id, targets, 1, due)


@feature.delivers(Subject.REPORT)
async def render_notice(delivering: Delivering) -> Rendered | None:
    """Tell a moderator how many reports wait; what they say stands in the list alone."""
    t, uow, user_id = delivering.t, delivering.uow, delivering.target.user_id
    first = await uow.reports.get(delivering.subject_id)
    if first is None or first.closed_at:
        return None
    committee = await steering_accounts(uow, delivering.settings, delivering.now)
    own = await organizer_accounts(uow, first.workspace_id, delivering.now) if first.workspace_id else ()
    if user_id not in (*committee, *own):
        return None
    every, chapter = user_id in committee, first.workspace_id
    waiting = [one for one in await uow.reports.open() if every or one.workspace_id == chapter]
    summary = t.plural("{count} report waits for a moderator.", "{count} reports wait for a moderator.", len(waiting))
    return Rendered(Reply(summary, (Section(buttons=(Button(t("See them"), RUN, "reports list", "primary"),)),)), 1)
