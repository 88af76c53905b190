"""What is held about the person who asks."""

from __future__ import annotations

from bot.command import Feature
from bot.context import Context
from bot.domain.members import Member
from bot.domain.records import AuditEntry
from bot.errors import NotFound
from bot.i18n import N_
from bot.markup import escape
from bot.reply import Button, Field, Moment, Reply, Section

feature = Feature("me", N_("What is held about me"), order=31)


async def _member(ctx: Context) -> Member:
    """Return the asker's record.

    Raises:
        NotFound: this account has not joined.
    """
    member = await ctx.uow.members.by_user(ctx.user_id)
    if member is None:
        raise NotFound(
            ctx.t("You have not joined, so nothing is kept about you as a member."), ctx.t("Type join to join.")
        )
    return member


@feature.command(summary=N_("See what is kept about you"), example="me")
async def me(ctx: Context) -> Reply:
    """Show the member's own record and answers."""
    member, t = await _member(ctx), ctx.t
    rsvps = await ctx.uow.convenings.attending(member.id)
    facts = (
        Field(t("Name"), member.name),
        Field(t("City"), member.city),
        Field(t("Email"), member.email),
        Field(t("Languages"), member.languages),
        Field(t("Interests"), member.interests),
        Field(t("Time zone"), member.zone),
        Field(t("Email list"), t.either(member.email_list)),
        Field(t("Joined"), Moment(member.created_at, member.zone or ctx.settings.zone)),
        Field(t("Answers to convenings"), str(len(rsvps))),
    )
    text = escape(t("To change it, join again. To erase all of it, use the button."))
    section = Section(text=text, fields=tuple(one for one in facts if one.value), buttons=(_ask_delete(ctx),))
    return Reply(t("This is what is kept about you."), (section,))


def _ask_delete(ctx: Context) -> Button:
    return asked.button(ctx.t("Delete it all"), style="danger")


@feature.command("delete", summary=N_("Erase everything kept about you"), example="me delete")
async def delete(ctx: Context) -> Reply:
    """Ask once before erasing."""
    await _member(ctx)
    return _confirm(ctx)


@feature.action("delete")
async def asked(ctx: Context, argument: str) -> Reply:  # noqa: ARG001 - every action takes its argument
    """Ask once before erasing."""
    await _member(ctx)
    return _confirm(ctx)


def _confirm(ctx: Context) -> Reply:
    t = ctx.t
    text = escape(
        t("Your record, your answers to convenings and messages waiting for you will be erased at once, for good.")
    )
    buttons = (erase.button(t("Yes, erase it"), style="danger"), keep.button(t("No, keep it")))
    return Reply(t("Erase everything kept about you?"), (Section(text=text, buttons=buttons),))


@feature.action("erase", writes=True)
async def erase(ctx: Context, argument: str) -> Reply:  # noqa: ARG001 - every action takes its argument
    """Erase the member in one transaction; the audit keeps that it happened, not who it was."""
    await ctx.uow.members.erase(await _member(ctx))
    await ctx.uow.audit.add(AuditEntry(ctx.now, "", ctx.workspace_id, "me delete"))
    return Reply(ctx.t("Everything kept about you is erased."), replaces=True)


@feature.action("keep")
async def keep(ctx: Context, argument: str) -> Reply:  # noqa: ARG001 - every action takes its argument
    """Leave everything as it is."""
    return Reply(ctx.t("Nothing was erased."), replaces=True)
