"""What is held about the person who asks, whether they joined or only answered a convening."""

from __future__ import annotations

from bot.command import Feature
from bot.context import Context
from bot.domain.convenings import Going
from bot.domain.deliveries import Subject
from bot.domain.members import Kept, Member
from bot.domain.records import AuditEntry
from bot.errors import NotFound
from bot.features.convening_answers import ahead, recount
from bot.features.convening_cards import numbered
from bot.features.question_asking import GONE
from bot.i18n import N_
from bot.markup import escape
from bot.reply import Button, Field, Moment, Reply, Section

feature = Feature("me", N_("What is held about me"), order=31)

LISTED = 10  # answers shown one by one
ANSWERS = {Going.YES: N_("Yes"), Going.MAYBE: N_("Maybe"), Going.NO: N_("No")}


async def _kept(ctx: Context) -> Kept:
    """Return what is kept about the asker.

    Raises:
        NotFound: nothing is.
    """
    kept = await ctx.uow.members.kept(ctx.user_id)
    if not kept:
        raise NotFound(
            ctx.t("You have not joined, so nothing is kept about you as a member."), ctx.t("Type join to join.")
        )
    return kept


@feature.command(summary=N_("See what is kept about you"), example="me")
async def me(ctx: Context) -> Reply:
    """Show the asker's record, answers, and how much else names their account."""
    kept, t = await _kept(ctx), ctx.t
    facts = (*(_record(ctx, kept.member) if kept.member else ()), *_counts(ctx, kept))
    text = (
        t("To change it, join again. To erase all of it, use the button.")
        if kept.member
        else t("You have not joined. To erase all that is kept about your account, use the button.")
    )
    section = Section(text=escape(text), fields=tuple(one for one in facts if one.value), buttons=(_ask_delete(ctx),))
    return Reply(t("This is what is kept about you."), (section, *await _answers(ctx, kept)))


def _record(ctx: Context, member: Member) -> tuple[Field, ...]:
    t = ctx.t
    return (
        Field(t("Name"), member.name),
        Field(t("City"), member.city),
        Field(t("Email"), member.email),
        Field(t("Languages"), member.languages),
        Field(t("Interests"), member.interests),
        Field(t("Time zone"), member.zone),
        Field(t("Email list"), t.either(member.email_list)),
        Field(t("Joined"), Moment(member.created_at, member.zone or ctx.settings.zone)),
    )


def _counts(ctx: Context, kept: Kept) -> tuple[Field, ...]:
    """Return how much there is of everything; what there is nothing of is left out, but for answers."""
    t = ctx.t
    others = {
        t("Settings that you chose"): kept.settings,
        t("Calendar addresses of your own"): kept.calendars,
        t("Subscriptions to the email list"): kept.lists,
        t("Forms not finished"): kept.forms,
        t("Messages to you"): kept.messages,
        t("Questions that you asked a person"): len(kept.questions),
        t("Answers that you gave to questions"): kept.answered,
        t("Convenings, announcements and channels that name you"): kept.authored,
        t("Requests for a second person that name you"): kept.decided,
        t("Roles that you were granted"): kept.grants,
        t("Your entry in the list of those who are kept out"): kept.blocks,
        t("Your acts in the record for the steering committee"): kept.acts,
    }
    counted = (Field(label, str(count)) for label, count in others.items() if count)
    return (Field(t("Answers to convenings"), str(len(kept.answers))), *counted)


async def _answers(ctx: Context, kept: Kept) -> tuple[Section, ...]:
    """Return the newest answers, each beside its convening."""
    if not kept.answers:
        return ()
    lines = []
    for one in kept.answers[:LISTED]:
        convening = await ctx.uow.convenings.get(one.convening_id)
        if convening:
            lines.append(f"- {escape(numbered(convening))}: {escape(ctx.t(ANSWERS[one.answer]))}")
    more = len(kept.answers) - LISTED
    if more > 0:
        older = ctx.t.plural("and {count} older one", "and {count} older ones", more)
        lines.append(f"- {escape(older)}")
    return (Section(ctx.t("Your answers"), "\n".join(lines)),)


def _ask_delete(ctx: Context) -> Button:
    return asked.button(ctx.t("Delete it all"), style="danger")


@feature.command("delete", summary=N_("Erase everything kept about you"), example="me delete")
async def delete(ctx: Context) -> Reply:
    """Ask once before erasing."""
    return _confirm(ctx, await _kept(ctx))


@feature.action("delete")
async def asked(ctx: Context, argument: str) -> Reply:  # noqa: ARG001 - every action takes its argument
    """Ask once before erasing."""
    return _confirm(ctx, await _kept(ctx))


def _confirm(ctx: Context, kept: Kept) -> Reply:
    t = ctx.t
    text = t(
        "Your record, your answers to convenings, your questions to people and messages waiting for you will be erased "
        "at once, for good."
    )
    stays = t(
        "What you published for your chapter stays, without your account; announcements that you never sent go. "
        "The record of acts keeps a code in place of your account."
    )
    words = f"{text} {stays}" if kept.authored or kept.acts else text
    buttons = (erase.button(t("Yes, erase it"), style="danger"), keep.button(t("No, keep it")))
    return Reply(t("Erase everything kept about you?"), (Section(text=escape(words), buttons=buttons),))


@feature.action("erase", writes=True)
async def erase(ctx: Context, argument: str) -> Reply:  # noqa: ARG001 - every action takes its argument
    """Erase the person in one transaction and count those who still come; the audit keeps a code, not who it was."""
    kept = await _kept(ctx)
    before = await ahead(ctx, kept.answers)
    await ctx.uow.audit.add(AuditEntry(ctx.now, ctx.user_id, ctx.workspace_id, "me delete"))
    await ctx.uow.members.erase(ctx.user_id)
    for question_id in kept.questions:
        await ctx.uow.deliveries.raise_wanted(Subject.QUESTION_NOTICE, question_id, GONE, ctx.now)
    for convening, waited in before:
        await recount(ctx, convening, waited)
    return Reply(ctx.t("Everything kept about you is erased."), replaces=True)


@feature.action("keep")
async def keep(ctx: Context, argument: str) -> Reply:  # noqa: ARG001 - every action takes its argument
    """Leave everything as it is."""
    return Reply(ctx.t("Nothing was erased."), replaces=True)
