"""Members of a chapter, for its organizers: how many, and what each lets them see."""

from __future__ import annotations

from bot.command import Feature
from bot.context import Context
from bot.domain.csv_files import csv_file
from bot.domain.records import AuditEntry
from bot.domain.visibility import FIELDS, Viewer
from bot.i18n import N_
from bot.markup import escape
from bot.member_lists import shown
from bot.permissions import STEERING, organizer
from bot.reply import Attachment, Reply, Section

feature = Feature("members", N_("Members of this chapter"), order=42)

LISTED = 20


@feature.command("list", summary=N_("See how many members there are, and what they show"), check=organizer, writes=True)
async def list_(ctx: Context) -> Reply:
    """List the members of this chapter, for the steering committee of all; hidden fields are left out."""
    is_steering = STEERING in ctx.roles
    viewer = Viewer(frozenset() if is_steering else frozenset({ctx.workspace_id}), is_steering, is_member=True)
    members = [one for one in await ctx.uow.members.all() if is_steering or ctx.workspace_id in one.chapters]
    rows = shown(members, viewer)
    await ctx.uow.audit.add(AuditEntry(ctx.now, ctx.user_id, ctx.workspace_id, "members list"))
    t, counted = ctx.t, ctx.t.plural("{count} member.", "{count} members.", len(members))
    note = t("{count} of them show you something; the others are counted alone.", count=len(rows))
    lines = "\n".join(f"- {escape(' · '.join(one for one in row if one))}" for row in rows[:LISTED])
    file = (Attachment("members.csv", csv_file(FIELDS, rows), "text/csv"),) if rows else ()
    return Reply(counted, (Section(text=escape(note)), Section(text=lines)), attachments=file)
