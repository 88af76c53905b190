"""What waits for a second person: told, seen, approved, declined."""

from __future__ import annotations

from typing import Annotated

from bot import approvals
from bot.approvals import WAITS, approval_of, is_own, is_told, may_approve
from bot.command import Delivering, Feature, Option, Rendered
from bot.context import Context
from bot.domain.approvals import Approval, Verdict
from bot.domain.deliveries import Subject
from bot.errors import NotFound
from bot.i18n import N_, Translator
from bot.markup import escape
from bot.reply import Button, Field, Moment, Reply, Section

SHOWN = 10

feature = Feature("approvals", summary=N_("What waits for a second person"), order=45)

Number = Annotated[
    int, Option(N_("Number of the request; approvals list shows it"), N_("Number"), minimum=1, maximum=2**31)
]


@feature.command("list", summary=N_("See what waits for a second person"))
async def list_waiting(ctx: Context) -> Reply:
    """Show what the person may approve, and what waits of their own."""
    t, found = ctx.t, [one for one in await ctx.uow.approvals.waiting() if one.waits(ctx.now)]
    sections = []
    for one in found:
        own = await is_own(ctx, one.hands)
        if own or may_approve(ctx, one.approvers):
            sections.append(await _entry(ctx, one, own=own))
    if not sections:
        return Reply(t("Nothing waits for a second person that concerns you."))
    summary = t.plural(
        "{count} request waits for a second person.", "{count} requests wait for a second person.", len(sections)
    )
    return Reply(summary, tuple(sections[:SHOWN]))


async def _entry(ctx: Context, asked: Approval, *, own: bool) -> Section:
    t, kind = ctx.t, ctx.services.registry.approvables[asked.kind]
    name = await kind.named(ctx.uow, asked.subject_id, t)
    facts = (Field(t("Number"), str(asked.id)), Field(t("Waits until"), Moment(asked.expires_at, ctx.settings.zone)))
    text = t("It is yours: somebody else has to approve it.") if own else ""
    return Section(name, escape(text), facts, (_check_button(asked.id, t),))


def _check_button(number: int, t: Translator) -> Button:
    return Button(t("Check it"), approvals.CHECK, str(number), "primary")


@feature.command("show", summary=N_("See exactly what would happen, and approve or decline it"))
async def show(ctx: Context, number: Number) -> Reply:
    return await approvals.show(ctx, await approval_of(ctx, number))


@feature.command(
    "decline",
    summary=N_("Keep something from happening, and say why"),
    writes=True,
    form=True,
    form_title=N_("Decline a request"),
    example='approvals decline 4 reason:"The date is wrong."',
)
async def decline(
    ctx: Context,
    number: Number,
    reason: Annotated[str, Option(N_("Whoever asked reads it; be friendly"), N_("Reason"), "text", max_chars=500)],
) -> Reply:
    return await approvals.decline(ctx, number, reason)


@feature.action("check")
async def check(ctx: Context, argument: str) -> Reply:
    """Show a request whose notice was pressed."""
    return await approvals.show(ctx, await approval_of(ctx, number_in(ctx, argument)))


@feature.action("approve", writes=True)
async def approve(ctx: Context, argument: str) -> Reply:
    """Let happen what was seen; rights, hands and the thing are looked at again."""
    number, _, seen = argument.partition(":")
    return await approvals.approve(ctx, number_in(ctx, number), seen)


def number_in(ctx: Context, typed: str) -> int:
    """Return the number that a button carries.

    Raises:
        NotFound: it carries something else.
    """
    if not typed.isascii() or not typed.isdigit() or len(typed) > 12:
        raise NotFound(ctx.t("I do not know that request."), ctx.t("Type approvals list to see what waits."))
    return int(typed)


@feature.delivers(Subject.APPROVAL)
async def render_request(delivering: Delivering) -> Rendered | None:
    """Return what somebody who may approve reads: that it waits, then that it is settled."""
    asked, t = await delivering.uow.approvals.get(delivering.subject_id), delivering.t
    if asked is None or not asked.waits(delivering.now):
        return Rendered(Reply(t("This request is settled.")), 2) if delivering.is_posted else None
    if not await is_told(delivering, asked.approvers):
        return None
    kind = delivering.approvables[asked.kind]
    name = await kind.named(delivering.uow, asked.subject_id, t)
    until = Field(t("Waits until"), Moment(asked.expires_at, delivering.settings.zone))
    return Rendered(
        Reply(t(kind.waits), (Section(name, fields=(until,), buttons=(_check_button(asked.id, t),)),)), WAITS
    )


@feature.delivers(Subject.VERDICT)
async def render_verdict(delivering: Delivering) -> Rendered | None:
    """Return what whoever asked reads of the decision."""
    asked, t = await delivering.uow.approvals.get(delivering.subject_id), delivering.t
    if asked is None:
        return None
    name = await delivering.approvables[asked.kind].named(delivering.uow, asked.subject_id, t)
    fields = (Field(t("The reason"), asked.reason),) if asked.reason else ()
    return Rendered(Reply(_verdict(asked.verdict, t), (Section(name, fields=fields),)), 1)


def _verdict(verdict: Verdict, t: Translator) -> str:
    if verdict is Verdict.APPROVED:
        return t("What you asked for is approved.")
    if verdict is Verdict.DECLINED:
        return t("What you asked for was declined.")
    return t("What you asked for was not approved: it changed meanwhile. Ask again if it is still meant.")
