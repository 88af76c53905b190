"""Giving, renewing and taking back a role: who may, and what everybody concerned is told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot import approvals
from bot.command import Delivering, Rendered, Shown
from bot.context import Context
from bot.domain.approvals import Approval, Approvers, fingerprint_of
from bot.domain.deliveries import Subject, Target
from bot.domain.grants import ASKED, EXPERT, ORGANIZER, STEERING, Grant
from bot.domain.records import PERSON, AuditEntry
from bot.errors import CheckFailure, Conflict, NotFound, UserInputError
from bot.i18n import Translator
from bot.markup import escape
from bot.permissions import owns
from bot.ports import UnitOfWork
from bot.reply import Field, Mention, Moment, Reply, Section
from bot.rights import steering_accounts
from bot.settings import Settings

KIND = "steering grant"
SOON, LAST = timedelta(days=30), timedelta(days=7)
NOTICES = ((Subject.GRANT_SOON, SOON), (Subject.GRANT_LAST, LAST))
RUNS, OVER = 1, 2  # revisions of what the holder is told


@dataclass(frozen=True, slots=True)
class Role:
    """A role as it is typed: "organizer", "steering" or "expert:<theme>"."""

    name: str
    theme: str = ""
    workspace_id: str = ""

    @classmethod
    def of(cls, one: Grant) -> Role:
        return cls(one.role, one.theme, one.workspace_id)


def role_of(ctx: Context, typed: str, theme: str = "") -> Role:
    """Return the role that was typed.

    Raises:
        UserInputError: there is no such role or theme, or no chapter here that somebody could organize.
    """
    t, themes = ctx.t, {one.id for one in ctx.bank.themes}
    name, _, after = typed.strip().casefold().partition(":")
    theme = (after or theme).strip()
    if name == EXPERT and theme in themes:
        return Role(EXPERT, theme)
    if name == EXPERT:
        hint = t("Write expert: and one of these: {themes}.", themes=", ".join(sorted(themes)))
        raise UserInputError(t("An expert needs a theme that I know."), hint, "role")
    if name == ORGANIZER and (ctx.request.origin.is_direct or not ctx.workspace_id):
        raise UserInputError(t("There is no chapter here."), t("Type this in a channel of the chapter."), "role")
    if name in (ORGANIZER, STEERING):
        return Role(name, "", ctx.workspace_id if name == ORGANIZER else "")
    hint = t("Write organizer, steering, or expert: and a theme.")
    raise UserInputError(t("“{text}” is not a role.", text=typed), hint, "role")


def refuse(ctx: Context, role: Role) -> None:
    """Let in the steering committee, and organizers for the organizers of their own chapter.

    Raises:
        CheckFailure: somebody else has to do it.
    """
    if role.name == ORGANIZER:
        owns(ctx, role.workspace_id)
    elif STEERING not in ctx.roles:
        raise CheckFailure(
            ctx.t("Only the Alliance's steering committee gives and takes this role."),
            ctx.t("Organizers can name organizers of their own chapter. Ask a member of the steering committee."),
        )


def end_of(ctx: Context, typed: str) -> datetime:
    """Return when a grant ends: at the end of the day that was typed, else after the configured time.

    Raises:
        UserInputError: it is no date, over, or later than grants may last.
    """
    t, latest = ctx.t, ctx.now + timedelta(days=ctx.settings.roles.grant_days)
    if not typed:
        return latest
    try:
        day = date.fromisoformat(typed.strip())
        until = datetime.combine(day, time.max.replace(microsecond=0), ZoneInfo(ctx.settings.zone))
    except (ValueError, OverflowError):
        raise UserInputError(
            t("“{text}” is not a date that I can read.", text=typed), t("Write it like 2027-03-14."), "until"
        ) from None
    if not ctx.now < until <= latest + timedelta(days=1):
        text = t("A role can end on {latest} at the latest, and not in the past.", latest=f"{latest:%Y-%m-%d}")
        raise UserInputError(text, t("Leave it blank for the longest time."), "until")
    return until


async def grant(ctx: Context, account: str, role: Role, until: datetime) -> Reply:
    """Give or renew a role; one in the committee needs a second person.

    Raises:
        CheckFailure: the person may not give it, or would give it to themselves.
        Conflict: the configuration gives it to them anyway.
    """
    refuse(ctx, role)
    if account in ctx.standing.accounts:
        raise CheckFailure(
            ctx.t("Nobody gives or renews a role of their own."), ctx.t("Somebody else who may has to do it.")
        )
    await _refuse_configured(ctx, account, role)
    new = Grant(0, account, role.name, ctx.user_id, ctx.now, until, role.workspace_id, role.theme)
    if role.name != STEERING:
        return await _given(ctx, new, (ctx.user_id,))
    who, hands = Approvers(STEERING), (ctx.user_id, account)
    if not await approvals.is_needed(ctx, who, hands):
        return await _given(ctx, new, (ctx.user_id,))
    waits = await _asked_before(ctx, new) or await ctx.uow.grants.put(replace(new, role=ASKED))
    asked = await approvals.ask(ctx, KIND, waits.id, _fingerprint(waits), who, hands)
    await _audit(ctx, "role ask", waits)
    summary = ctx.t("It needs a second person: nobody joins the committee by one voice.")
    return Reply(summary, (Section(fields=facts(waits, ctx.t, ctx.settings)), approvals.asked_section(ctx, asked)))


async def _refuse_configured(ctx: Context, account: str, role: Role) -> None:
    accounts = await ctx.uow.members.accounts_of(account)
    named = ctx.settings.steering if role.name == STEERING else ctx.settings.experts.get(role.theme, ())
    if not {*accounts}.isdisjoint(named):
        text = ctx.t("The configuration names them already, without an end.")
        raise Conflict(text, ctx.t("Whoever runs this bot can change that."))


async def _asked_before(ctx: Context, new: Grant) -> Grant | None:
    """Return what waits already for the same person with the same end."""
    waiting = [one for one in await ctx.uow.grants.holders(ASKED, ctx.now) if one.user_id == new.user_id]
    return next((one for one in waiting if (one.until, one.granted_by) == (new.until, new.granted_by)), None)


async def _given(ctx: Context, new: Grant, givers: tuple[str, ...]) -> Reply:
    """Store the grant, with what its holder and whoever gave it will be told and when."""
    stored = await ctx.uow.grants.put(new)
    await _audit(ctx, "role grant", stored)
    uow, settings = ctx.uow, ctx.settings
    holder = await direct(uow, settings, stored.user_id)
    both = (holder, *[await direct(uow, settings, one) for one in givers])
    await uow.deliveries.want(Subject.GRANT, stored.id, (holder,), RUNS, ctx.now)
    for subject, before in NOTICES:
        if stored.until - before > ctx.now:
            await uow.deliveries.want(subject, stored.id, both, RUNS, stored.until - before)
    summary = ctx.t("The role is given; I tell both of you before it ends.")
    return Reply(summary, (Section(fields=facts(stored, ctx.t, settings)),))


async def direct(uow: UnitOfWork, settings: Settings, user_id: str) -> Target:
    """Return somebody's direct messages, in their language."""
    lang = await uow.preferences.language(user_id) or settings.language
    return Target(f"{user_id.partition(':')[0]}:direct", user_id=user_id, lang=lang)


async def revoke(ctx: Context, account: str, role: Role) -> Reply:
    """Take a role back, at once.

    Raises:
        CheckFailure: the person may not take it.
        NotFound: nobody granted it. Conflict: the configuration gives it, or nobody would be left in the committee.
    """
    refuse(ctx, role)
    accounts = await ctx.uow.members.accounts_of(account)
    if role.name == STEERING:
        await _refuse_last(ctx, accounts)
    await _refuse_configured(ctx, account, role)
    found = [one for one in await ctx.uow.grants.all() if one.user_id in accounts and Role.of(one) == role]
    if not found:
        raise NotFound(
            ctx.t("Nobody granted them that role."),
            ctx.t("Rights of an administrator are taken away on the platform. role list shows who was granted what."),
        )
    for one in found:
        await ctx.uow.grants.remove(one.id)
        await _audit(ctx, "role revoke", one)
        await ctx.uow.deliveries.raise_wanted(Subject.GRANT, one.id, OVER, ctx.now)
    return Reply(ctx.t("The role is taken back, from now on."), (Section(fields=facts(found[0], ctx.t, ctx.settings)),))


async def _refuse_last(ctx: Context, accounts: tuple[str, ...]) -> None:
    """Refuse to remove the last person of the committee; the rows are locked, so two cannot remove each other."""
    committee = await steering_accounts(ctx.uow, ctx.settings, ctx.now)
    if {*committee} & {*accounts} and not {*committee} - {*accounts}:
        raise Conflict(
            ctx.t("The last member of the steering committee cannot be removed."),
            ctx.t("Give the role to somebody else first."),
        )


async def _audit(ctx: Context, act: str, one: Grant) -> None:
    role = f"{EXPERT}:{one.theme}" if one.theme else STEERING if one.role == ASKED else one.role
    entry = AuditEntry(ctx.now, ctx.user_id, ctx.workspace_id, f"{act} {role}", f"{PERSON}{one.user_id}")
    await ctx.uow.audit.add(entry)


def facts(one: Grant, t: Translator, settings: Settings) -> tuple[Field, ...]:
    """Return who holds what, until when, from whom."""
    by = Mention(one.granted_by) if one.granted_by else t("somebody who was erased")
    return (
        Field(t("Person"), Mention(one.user_id)),
        Field(t("Role"), name_of(one, t)),
        Field(t("Until"), Moment(one.until, settings.zone)),
        Field(t("Given by"), by),
    )


def name_of(one: Grant, t: Translator) -> str:
    """Return the role in words."""
    if one.role == ORGANIZER:
        return t("organizer of the chapter {chapter}", chapter=one.workspace_id)
    if one.role == EXPERT:
        return t("expert for {theme}", theme=one.theme)
    if one.role == ASKED:
        return t("steering committee, waits for a second person")
    return t("steering committee")


# ---- a second person


async def named(uow: UnitOfWork, subject_id: int, t: Translator) -> str:
    return t("A new member of the steering committee") if await uow.grants.get(subject_id) else ""


async def preview(ctx: Context, subject_id: int) -> Shown | None:
    """Show whom the committee would take in, and until when."""
    waits = await ctx.uow.grants.get(subject_id)
    if waits is None or not waits.runs(ctx.now):
        return None
    return Shown((Section(fields=facts(waits, ctx.t, ctx.settings)),), _fingerprint(waits))


async def apply(ctx: Context, approved: Approval) -> Reply:
    """Give the role that was asked for; it lasts as long as was seen."""
    waits = await ctx.uow.grants.get(approved.subject_id)
    if waits is None:
        raise NotFound(ctx.t("This is not there any more."))
    await ctx.uow.grants.remove(waits.id)
    return await _given(ctx, replace(waits, id=0, role=STEERING), (waits.granted_by,) if waits.granted_by else ())


def _fingerprint(waits: Grant) -> str:
    return fingerprint_of(waits.user_id, waits.until)


# ---- what people are told


async def render_grant(delivering: Delivering) -> Rendered | None:
    """Tell the holder of a new role what it is and until when; that it is over, once it was taken back."""
    t, one = delivering.t, await delivering.uow.grants.get(delivering.subject_id)
    if one is None:
        return Rendered(Reply(t("This role ended.")), OVER) if delivering.is_posted else None
    text = t("Rights end by themselves, so that nobody keeps them by accident. I tell you before.")
    section = Section(text=escape(text), fields=facts(one, t, delivering.settings))
    return Rendered(Reply(t("You were given a role."), (section,)), RUNS)


async def render_ending(delivering: Delivering) -> Rendered | None:
    """Tell holder and giver that a role ends soon; nothing once it was renewed or taken back."""
    t, one = delivering.t, await delivering.uow.grants.get(delivering.subject_id)
    if one is None or not one.runs(delivering.now):
        return None
    days = max(1, round((one.until - delivering.now) / timedelta(days=1)))
    summary = t.plural("A role ends in {count} day.", "A role ends in {count} days.", days)
    is_holder = delivering.target.user_id == one.user_id
    section = Section(text=escape(_what_to_do(t, is_holder=is_holder)), fields=facts(one, t, delivering.settings))
    return Rendered(Reply(summary, (section,)), RUNS)


def _what_to_do(t: Translator, *, is_holder: bool) -> str:
    if is_holder:
        return t("Somebody else has to renew it, in the same way in which it was given. Please ask them.")
    return t("To renew it, type role grant again, in the same chapter.")
