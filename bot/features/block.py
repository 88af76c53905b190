"""Who is kept out: people and chapters, by the committee."""

from __future__ import annotations

from typing import Annotated

from bot.command import RUN, Feature, Option
from bot.context import Context
from bot.domain.grants import Block
from bot.domain.records import PERSON, AuditEntry
from bot.errors import Conflict, NotFound, UserInputError
from bot.i18n import N_, Translator
from bot.naming import account_of, workspace_of
from bot.permissions import steering
from bot.reply import Button, Field, Mention, Moment, Reply, Section
from bot.rights import is_steering

SHOWN = 20

feature = Feature("block", summary=N_("People and chapters that are kept out"), order=75)

_PERSON = Option(N_("A mention, an account, or a member number"), N_("Person"), "person", max_chars=100)
_CHAPTER = Option(N_("In place of a person: here, or the chapter's account"), N_("Chapter"), max_chars=100)
_REASON = Option(N_("Why; they read it, so write nothing about others"), N_("Reason"), max_chars=300)
_NUMBER = Option(N_("Number of the entry; block list shows it"), N_("Number"), minimum=1, maximum=2**31)


@feature.command(
    "add",
    summary=N_("Keep a person or a whole chapter out"),
    check=steering,
    writes=True,
    form=True,
    form_title=N_("Keep somebody out"),
    example='block add person:@Ana reason:"Threats"',
)
async def add(
    ctx: Context,
    reason: Annotated[str, _REASON],
    person: Annotated[str, _PERSON] = "",
    chapter: Annotated[str, _CHAPTER] = "",
) -> Reply:
    """Keep out a person, who can still see and erase their data, or a chapter, which gets nothing more."""
    t = ctx.t
    if bool(person) is bool(chapter):
        raise UserInputError(t("Name a person or a chapter."), t("One of both, not none and not two."), "person")
    account = await account_of(ctx, person) if person else ""
    if account and await is_steering(ctx.uow, ctx.settings, account, ctx.now):
        raise Conflict(t("They are in the steering committee."), t("Take that role back first."))
    new = Block(0, account, "" if account else workspace_of(ctx, chapter), reason, ctx.user_id, ctx.now)
    stored = await ctx.uow.blocks.add(new)
    if stored is None:
        raise Conflict(t("They are kept out already."), t("Type block list to see since when."))
    await _audit(ctx, add.name, stored)
    summary = t("They are kept out from now on.")
    if stored.workspace_id:
        summary = t("The chapter is suspended from now on: it gets nothing, and nobody there can do anything.")
    return Reply(summary, (_entry(stored, t, ctx.settings.zone),))


@feature.command("remove", summary=N_("Let a person or a chapter in again"), check=steering, writes=True)
async def remove(ctx: Context, number: Annotated[int, _NUMBER]) -> Reply:
    gone = await ctx.uow.blocks.remove(number)
    if gone is None:
        raise NotFound(ctx.t("There is no such entry."), ctx.t("Type block list to see them."))
    await _audit(ctx, remove.name, gone)
    text = ctx.t("They are let in again.")
    if gone.workspace_id:
        text = ctx.t("The chapter is let in again. What was not sent meanwhile stays unsent.")
    return Reply(text, replaces=True)


@feature.command("list", summary=N_("See who is kept out"), check=steering)
async def list_(ctx: Context) -> Reply:
    t, found = ctx.t, await ctx.uow.blocks.all()
    summary = t.plural("{count} entry keeps somebody out.", "{count} entries keep somebody out.", len(found))
    if len(found) > SHOWN:
        more = t("These are the newest.")
        summary = f"{summary} {more}"
    return Reply(summary, tuple(_entry(one, t, ctx.settings.zone) for one in found[:SHOWN]))


def _entry(one: Block, t: Translator, zone: str) -> Section:
    who = Field(t("Person"), Mention(one.user_id) if one.user_id else t("somebody who was erased"))
    if one.workspace_id:
        who = Field(t("Chapter"), one.workspace_id)
    facts = (who, Field(t("Reason"), one.reason), Field(t("Since"), Moment(one.at, zone)))
    button = Button(t("Let in again"), RUN, f"block remove {one.id}")
    return Section(f"#{one.id}", fields=tuple(fact for fact in facts if fact.value), buttons=(button,))


async def _audit(ctx: Context, act: str, one: Block) -> None:
    subject = f"{PERSON}{one.user_id}" if one.user_id else f"chapter:{one.workspace_id}"
    await ctx.uow.audit.add(AuditEntry(ctx.now, ctx.user_id, ctx.workspace_id, act, subject))
