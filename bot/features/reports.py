"""Reports as moderators see them: listed, and closed with an answer."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from bot.command import RUN, Delivering, Feature, Option, Rendered
from bot.context import Context
from bot.domain.deliveries import Subject
from bot.domain.records import AuditEntry
from bot.domain.reports import Report
from bot.errors import CheckFailure, Conflict, NotFound
from bot.features.report import notify
from bot.features.role_grants import direct
from bot.i18n import N_
from bot.markup import escape
from bot.permissions import STEERING, organizer
from bot.reply import Button, Field, Moment, Reply, Section

SHOWN = 10

feature = Feature("reports", summary=N_("Reports that wait for a moderator"), order=77)

_NUMBER = Option(N_("Number of the report; reports list shows it"), N_("Report"), minimum=1, maximum=2**31)
_ANSWER = Option(N_("For whoever reported it, if they want to hear"), N_("Answer"), "text", max_chars=1500)


@feature.command("list", summary=N_("See the reports that wait for a moderator"), check=organizer)
async def list_(ctx: Context) -> Reply:
    """Show the committee every report, organizers those about their chapter's convenings."""
    t, found = ctx.t, [one for one in await ctx.uow.reports.open() if _is_moderator(ctx, one)]
    summary = t.plural("{count} report waits for a moderator.", "{count} reports wait for a moderator.", len(found))
    if len(found) > SHOWN:
        more = t("These are the oldest.")
        summary = f"{summary} {more}"
    return Reply(summary, tuple(_entry(ctx, one) for one in found[:SHOWN]))


def _is_moderator(ctx: Context, one: Report) -> bool:
    return STEERING in ctx.roles or bool(one.workspace_id and one.workspace_id == ctx.workspace_id)


def _entry(ctx: Context, one: Report) -> Section:
    t = ctx.t
    facts = (
        Field(t("About"), one.text),
        Field(t("Why"), one.why),
        Field(t("When"), Moment(one.at, ctx.settings.zone)),
        Field(t("Wants an answer"), t.either(bool(one.reporter_id))),
    )
    close_it = Button(t("Close it"), RUN, f"reports close {one.id}")
    return Section(f"#{one.id}", fields=tuple(fact for fact in facts if fact.value), buttons=(close_it,))


@feature.command(
    "close",
    summary=N_("Close a report, with an answer to whoever wants one"),
    check=organizer,
    writes=True,
    example='reports close 3 answer:"The address is gone now."',
)
async def close(ctx: Context, number: Annotated[int, _NUMBER], answer: Annotated[str, _ANSWER] = "") -> Reply:
    t, found = ctx.t, await ctx.uow.reports.get(number)
    if found is None or not _is_moderator(ctx, found):
        raise NotFound(t("I do not know that report."), t("Type reports list to see those that wait."))
    if found.reporter_id and found.reporter_id in ctx.standing.accounts and STEERING not in ctx.roles:
        raise CheckFailure(t("Nobody closes their own report."), t("Another organizer, or the committee, has to."))
    if found.closed_at:
        raise Conflict(t("It is closed already."), t("Type reports list to see those that wait."))
    await ctx.uow.reports.save(found.closed(ctx.user_id, answer, ctx.now))
    await ctx.uow.audit.add(AuditEntry(ctx.now, ctx.user_id, ctx.workspace_id, close.name, f"report:{found.id}"))
    await ctx.uow.deliveries.drop_pending(Subject.REPORT, found.id)
    await _tell_others(ctx, found)
    if found.reporter_id:
        target = replace(await direct(ctx.uow, ctx.settings, found.reporter_id), lang=found.lang)
        await ctx.uow.deliveries.want(Subject.REPORT_ANSWER, found.id, (target,), 1, ctx.now)
    return Reply(t("The report is closed."))


async def _tell_others(ctx: Context, gone: Report) -> None:
    """Let another report that waits carry the notice that its moderators were still to get."""
    alike = [one for one in await ctx.uow.reports.open() if one.workspace_id == gone.workspace_id]
    if gone.noticed_at and gone.noticed_at > ctx.now and alike:
        await notify(ctx, alike[0])


@feature.delivers(Subject.REPORT_ANSWER)
async def render_answer(delivering: Delivering) -> Rendered | None:
    """Tell whoever reported something what became of it; None once they are erased."""
    t, one = delivering.t, await delivering.uow.reports.get(delivering.subject_id)
    if one is None or not one.reporter_id:
        return None
    sections = [Section(t("What you reported"), escape(one.text))]
    sections += [Section(t("The answer"), escape(one.answer))] if one.answer else []
    return Rendered(Reply(t("Moderators looked at what you reported."), tuple(sections)), 1)
