"""Several accounts of one person: linked by a code that is proved on both, and unlinked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

from bot.command import Delivering, Option, Rendered
from bot.context import Context
from bot.domain.deliveries import Subject, Target
from bot.domain.links import MAX_TRIES, Link, Side, merged, new_code
from bot.domain.members import Member
from bot.domain.records import AuditEntry
from bot.errors import CheckFailure, NotFound
from bot.features.convening_answers import ahead, recount
from bot.features.me import feature
from bot.features.privacy import age
from bot.i18n import N_, Translator
from bot.markup import escape
from bot.reply import Choice, Field, Reply, Section
from bot.request import Kind

NAMES = {
    "name": N_("Name"),
    "city": N_("City"),
    "email": N_("Email"),
    "languages": N_("Languages"),
    "interests": N_("Interests"),
    "zone": N_("Time zone"),
}


@feature.command("link", summary=N_("Link your accounts on several platforms"), writes=True, example="me link")
async def link(
    ctx: Context,
    code: Annotated[str, Option(N_("The code that the bot gave you on the other platform"), label=N_("Code"))] = "",
) -> Reply:
    """Give a code, take one, or ask for the confirmation that is due."""
    if code:
        return await _take(ctx, code)
    waiting = await ctx.uow.links.made_by(ctx.user_id, ctx.now)
    return await _ask_maker(ctx, waiting) if waiting else await _give(ctx)


async def _give(ctx: Context) -> Reply:
    t, code = ctx.t, new_code()
    await ctx.uow.links.make(_side(ctx), code, ctx.now + ctx.settings.retention.links_last)
    how = t(
        "Type me link {code} to this bot on the other platform, within {age}. Then come back here to confirm it. "
        "Give the code to nobody: whoever types it asks to become one person with you.",
        code=code,
        age=age("links_minutes", ctx.settings, t),
    )
    return Reply(t("Your code is {code}.", code=code), (Section(text=escape(how)),))


def _side(ctx: Context) -> Side:
    return Side(ctx.user_id, ctx.request.actor.name, ctx.workspace_id)


async def _take(ctx: Context, code: str) -> Reply:
    """Use the code up, and ask whether the account behind it is the same person's."""
    t = ctx.t
    if await ctx.uow.links.tries(ctx.user_id, ctx.now) >= MAX_TRIES:
        text = t("Wait an hour, then make a new code on the other platform.")
        return Reply(t("Too many wrong codes came from this account."), (Section(text=escape(text)),))
    found = await ctx.uow.links.take(code, _side(ctx), ctx.now)
    if found is None:
        await ctx.uow.links.failed(ctx.user_id, ctx.now)
        text = t("A code holds for minutes, and once. Type me link on the other platform for a new one.")
        return Reply(t("This code is not valid, or not any more."), (Section(text=escape(text)),))
    if found.maker.user_id in await ctx.uow.members.accounts_of(ctx.user_id):
        await ctx.uow.links.drop(found.id)
        return Reply(t("These accounts are linked already."))
    warning = t(
        "Go on only if that is you. Both accounts become one person: each can see, change and erase everything kept "
        "about you, and you count once. The other account has to confirm it too."
    )
    buttons = (taken.button(t("Yes, that is me"), found.id, "primary"), dropped.button(t("No"), found.id))
    asked = t("The code was made by {who}. Is that you?", who=_called(found.maker, t))
    return Reply(asked, (Section(text=escape(warning), buttons=buttons),))


def _called(side: Side, t: Translator) -> str:
    return t("“{name}” on {platform}", name=side.name or "?", platform=side.platform.capitalize())


@feature.action("taken", writes=True)
async def taken(ctx: Context, argument: str) -> Reply:
    """The second account confirmed; ask the first one, by direct message too."""
    found = await _mine(ctx, argument, is_maker=False)
    if not found.is_taken:
        await ctx.uow.links.confirm(found, ctx.now + ctx.settings.retention.links_last)
        target = Target(found.maker.workspace_id, user_id=found.maker.user_id, lang=await _language(ctx, found.maker))
        await ctx.uow.deliveries.want(Subject.LINK, found.id, (target,), 1, ctx.now)
    text = ctx.t("Confirm it there within minutes: press the button in my message, or type me link.")
    said = ctx.t("Now confirm it as {who}.", who=_called(found.maker, ctx.t))
    return Reply(said, (Section(text=escape(text)),), replaces=True)


async def _language(ctx: Context, side: Side) -> str:
    return await ctx.uow.preferences.language(side.user_id) or ctx.t.lang


@feature.delivers(Subject.LINK)
async def render(delivering: Delivering) -> Rendered | None:
    """Return what asks the first account to confirm; None once it is too late or done."""
    found = await delivering.uow.links.get(delivering.subject_id, delivering.now)
    if found is None or not found.is_taken:
        return None
    return Rendered(_question(found, (), delivering.t), 1)


async def _ask_maker(ctx: Context, found: Link) -> Reply:
    return _question(found, await _preview(ctx, found), ctx.t)


def _question(found: Link, more: tuple[Section, ...], t: Translator) -> Reply:
    warning = t(
        "Both accounts become one person: each can see, change and erase everything kept about you. If you did not "
        "type your code there, say no."
    )
    buttons = (linked.button(t("Link the accounts"), found.id, "primary"), dropped.button(t("No"), found.id))
    asked = t("{who} typed your code. Is that you?", who=_called(found.taker, t))
    return Reply(asked, (*more, Section(text=escape(warning), buttons=buttons)))


async def _preview(ctx: Context, found: Link) -> tuple[Section, ...]:
    """Return the record that two records become; nothing where one side has not joined."""
    one, other = [await ctx.uow.members.by_user(side.user_id) for side in (found.maker, found.taker)]
    if one is None or other is None:
        return ()
    both, t = merged(one, other), ctx.t
    fields = tuple(Field(t(NAMES[name]), getattr(both, name)) for name in NAMES if getattr(both, name))
    note = t("Both accounts joined. Of each field what was told last stays; what may be seen is the narrower of both.")
    return (Section(t("Your record will be"), escape(note), fields),)


@feature.action("linked", writes=True)
async def linked(ctx: Context, argument: str) -> Reply:
    """The first account confirmed: make one person of two, count once, and tell who has a place now."""
    found = await _mine(ctx, argument, is_maker=True)
    if not found.is_taken:
        raise NotFound(ctx.t("The other account has not confirmed it yet."), ctx.t("Press the button there first."))
    one, other = [await ctx.uow.members.by_user(side.user_id) for side in (found.maker, found.taker)]
    if one is None and other is None:
        raise CheckFailure(ctx.t("One of the accounts must be a member."), ctx.t("Type join here, then confirm again."))
    answers = [await ctx.uow.members.kept(side.user_id) for side in (found.maker, found.taker)]
    before = await ahead(ctx, tuple(one for kept in answers for one in kept.answers))
    await _join(ctx, found, one, other)
    await ctx.uow.links.drop(found.id)
    await ctx.uow.audit.add(AuditEntry(ctx.now, ctx.user_id, ctx.workspace_id, "me link"))
    for convening, waited in before:
        await recount(ctx, convening, waited)
    for side in (found.maker, found.taker):
        ctx.services.readers.forget(side.user_id)
    text = ctx.t("Type me to see what is kept about you, and me unlink to part them again.")
    return Reply(ctx.t("Both accounts are you now."), (Section(text=escape(text)),), replaces=True)


async def _join(ctx: Context, found: Link, one: Member | None, other: Member | None) -> None:
    if one and other:
        await ctx.uow.members.merge(merged(one, other), other.id)
        return
    member, side = (one, found.taker) if one else (other, found.maker)
    if member:
        await ctx.uow.members.save(member, side.user_id, side.workspace_id)


async def _mine(ctx: Context, argument: str, *, is_maker: bool) -> Link:
    """Return the link whose maker, or taker, the asker is.

    Raises:
        NotFound: it is too old, done, or another's.
    """
    found = await ctx.uow.links.get(int(argument), ctx.now) if argument.isascii() and argument.isdigit() else None
    if found is None or (found.maker if is_maker else found.taker).user_id != ctx.user_id:
        raise NotFound(ctx.t("This is too old, or done."), ctx.t("Type me link for a new code."))
    return found


@feature.action("dropped", writes=True)
async def dropped(ctx: Context, argument: str) -> Reply:
    """Either side said no; the code is used up."""
    found = await ctx.uow.links.get(int(argument), ctx.now) if argument.isascii() and argument.isdigit() else None
    if found and ctx.user_id in (found.maker.user_id, found.taker.user_id):
        await ctx.uow.links.drop(found.id)
    return Reply(ctx.t("Nothing was linked."), replaces=True)


async def suggest_accounts(ctx: Context, typed: str) -> Sequence[Choice]:
    """Return the asker's own accounts."""
    found = enumerate(await ctx.uow.members.accounts_of(ctx.user_id), 1)
    return [Choice(str(number), _label(number, one, ctx)) for number, one in found if typed in ("", str(number))]


def _label(number: int, account: str, ctx: Context) -> str:
    platform = account.partition(":")[0].capitalize()
    here = ctx.t("this one") if account == ctx.user_id else ""
    return f"{number}. {platform} ({here})" if here else f"{number}. {platform}"


@feature.command("unlink", summary=N_("Part one of your accounts from the others"), writes=True, example="me unlink 2")
async def unlink(
    ctx: Context,
    account: Annotated[
        int | None,
        Option(N_("The account's number in the list"), label=N_("Account"), suggest=suggest_accounts, minimum=1),
    ] = None,
) -> Reply:
    """List the accounts, or part one: it is nobody any more, and everything stays with the others."""
    t = ctx.t
    accounts = await ctx.uow.members.accounts_of(ctx.user_id)
    if len(accounts) < 2:
        raise NotFound(
            t("This account is linked with no other."), t("Type me link to link it, me delete to erase all.")
        )
    if account is None:
        labels = [_label(number, one, ctx) for number, one in enumerate(accounts, 1)]
        buttons = tuple(parted.button(label, number) for number, label in enumerate(labels, 1))
        return Reply(t("Which account do you want to part from the others?"), (Section(buttons=buttons),))
    return await _part(ctx, accounts, account)


@feature.action("parted", writes=True)
async def parted(ctx: Context, argument: str) -> Reply:
    """Part the account whose button was pressed."""
    accounts = await ctx.uow.members.accounts_of(ctx.user_id)
    number = int(argument) if argument.isascii() and argument.isdigit() else 0
    return await _part(ctx, accounts, number if len(accounts) > 1 else 0)


async def _part(ctx: Context, accounts: tuple[str, ...], number: int) -> Reply:
    if not 0 < number <= len(accounts):
        raise NotFound(ctx.t("There is no such account of yours."), ctx.t("Type me unlink to see them."))
    away = accounts[number - 1]
    await ctx.uow.members.part(away)
    await ctx.uow.audit.add(AuditEntry(ctx.now, ctx.user_id, ctx.workspace_id, "me unlink"))
    ctx.services.readers.forget(away)
    text = ctx.t("Everything that is kept stays with your other accounts.")
    shown = Reply(ctx.t("The account is not linked any more."), (Section(text=escape(text)),))
    return replace(shown, replaces=ctx.request.kind is Kind.ACTION)
