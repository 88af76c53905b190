"""From one chapter to every chapter: trusted hosts at once, others once the steering committee approves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot import approvals
from bot.command import Approvable, Shown
from bot.context import Context
from bot.domain.approvals import Approval, Approvers, fingerprint_of
from bot.domain.convenings import Convening, Scope
from bot.domain.deliveries import Subject
from bot.errors import Conflict, NotFound
from bot.features.convening_cards import numbered
from bot.features.convening_plans import TOPIC, as_posted, audit, editable, fingerprint, update_copies
from bot.features.convening_values import is_proposed, is_trusted
from bot.i18n import N_, Translator
from bot.markup import escape
from bot.permissions import STEERING
from bot.ports import UnitOfWork
from bot.reply import Field, Reply, Section

KIND = "convening"
COMMITTEE = Approvers(STEERING)


async def wished(ctx: Context, stored: Convening, values: Mapping[str, Any]) -> tuple[Convening, tuple[Section, ...]]:
    """Propose the stored convening to every chapter if `values` wish for it; return it and what to tell."""
    if not is_proposed(stored, values):
        return stored, ()
    return await _proposed(ctx, stored)


async def share(ctx: Context, convening_id: int) -> Reply:
    """Show a chapter's convening to every chapter, or propose it.

    Raises:
        Conflict: it is shown to every chapter already, cancelled or over, or nobody could approve it.
    """
    convening = await editable(ctx, convening_id)
    if convening.audience is Scope.ALL:
        raise Conflict(ctx.t("“{title}” is shown to every chapter already.", title=numbered(convening)))
    if is_trusted(ctx):
        return _told(ctx, await widened(ctx, convening))
    stored, sections = await _proposed(ctx, convening)
    if stored.audience is Scope.ALL:
        return _told(ctx, stored)
    summary = ctx.t("“{title}” is proposed to every chapter.", title=numbered(stored))
    return Reply(summary, sections, replaces=True)


async def _proposed(ctx: Context, convening: Convening) -> tuple[Convening, tuple[Section, ...]]:
    hands = tuple(dict.fromkeys(one for one in (ctx.user_id, convening.created_by) if one))
    if not await approvals.is_needed(ctx, COMMITTEE, hands):
        return await widened(ctx, convening), ()
    asked = await approvals.ask(ctx, KIND, convening.id, fingerprint(convening), COMMITTEE, hands)
    text = ctx.t("Until it is approved, it is shown in this chapter alone. A change ends the proposal.")
    return convening, (Section(text=escape(text)), approvals.asked_section(ctx, asked))


async def widened(ctx: Context, convening: Convening) -> Convening:
    """Show it to every chapter: in their lists, and in every channel that follows convenings."""
    stored = await ctx.uow.convenings.save(replace(convening.revised(), audience=Scope.ALL))
    await ctx.deliver(Subject.CONVENING, stored.id, TOPIC, stored.revision)
    await update_copies(ctx, stored)
    await audit(ctx, "convening share", f"convening:{stored.id}")
    return stored


def _told(ctx: Context, convening: Convening) -> Reply:
    return Reply(ctx.t("“{title}” is shown to every chapter now.", title=numbered(convening)), replaces=True)


async def _named(uow: UnitOfWork, convening_id: int, _t: Translator) -> str:
    found = await uow.convenings.get(convening_id)
    return numbered(found) if found else ""


async def _preview(ctx: Context, convening_id: int) -> Shown | None:
    """Return the card and the number of channels that get it; None for what is shown to all, cancelled or over."""
    found = await ctx.uow.convenings.get(convening_id)
    if found is None or found.is_cancelled or found.audience is Scope.ALL or found.over_at <= ctx.now:
        return None
    t, follows = ctx.t, await ctx.uow.follows.of_topic(TOPIC)
    facts = (Field(t("Shown to"), t("every chapter")), Field(t("Channels that get it"), str(len(follows))))
    sections = (*await as_posted(ctx, found), Section(fields=facts))
    print_ = fingerprint(found)
    return Shown(sections, print_, fingerprint_of(print_, len(follows)))


async def _apply(ctx: Context, approval: Approval) -> Reply:
    found = await ctx.uow.convenings.get(approval.subject_id)
    if found is None:
        raise NotFound(ctx.t("I do not know that convening."))
    return _told(ctx, await widened(ctx, found))


SHARING = Approvable(N_("A convening is proposed to every chapter."), _named, _preview, _apply)
