"""What is held about the person who asks, whether they joined or only answered a convening."""

from __future__ import annotations

from bot.command import RUN, Feature
from bot.context import Context
from bot.domain.convenings import Going
from bot.domain.holdings import PERSONAL
from bot.domain.members import NUMBER_LENGTH, Kept, Member
from bot.errors import NotFound
from bot.features.convening_cards import numbered
from bot.i18n import N_
from bot.markup import escape
from bot.reply import Button, Field, Moment, Reply, Section

feature = Feature("me", N_("What is held about me"), order=31)

LISTED = 10  # answers shown one by one
ANSWERS = {Going.YES: N_("Yes"), Going.MAYBE: N_("Maybe"), Going.NO: N_("No")}
RECORD = "member"  # shown field by field


async def kept_of(ctx: Context) -> Kept:
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
    """Show the asker's record, answers, and how much else names them."""
    kept, t = await kept_of(ctx), ctx.t
    facts = (*(_record(ctx, kept.member) if kept.member else ()), *_counts(ctx, kept))
    text = (
        t("You can change it, get all of it as a file, or erase it.")
        if kept.member
        else t("You have not joined. You can get all that is kept about your account as a file, or erase it.")
    )
    buttons = (
        *((Button(t("Change it"), RUN, "me edit"),) if kept.member else ()),
        Button(t("Settings"), RUN, "me settings"),
        Button(t("Get it as a file"), RUN, "me export"),
        Button(t("Delete it all"), RUN, "me delete", "danger"),
    )
    section = Section(text=escape(text), fields=tuple(one for one in facts if one.value), buttons=buttons)
    return Reply(t("This is what is kept about you."), (section, *await _answers(ctx, kept)))


def _counts(ctx: Context, kept: Kept) -> tuple[Field, ...]:
    """Return how much there is of everything; what there is nothing of is left out."""
    shown = (one for one in PERSONAL if one.table != RECORD and kept.counts.get(one.table))
    return tuple(Field(ctx.t(one.title), str(kept.counts[one.table])) for one in shown)


def _record(ctx: Context, member: Member) -> tuple[Field, ...]:
    t = ctx.t
    return (
        Field(t("Name"), member.name),
        Field(t("Member number"), member.id[:NUMBER_LENGTH]),
        Field(t("City"), member.city),
        Field(t("Email"), member.email),
        Field(t("Languages"), member.languages),
        Field(t("Interests"), member.interests),
        Field(t("Time zone"), member.zone),
        Field(t("Email list"), t.either(member.email_list)),
        Field(t("Joined"), Moment(member.created_at, member.zone or ctx.settings.zone)),
    )


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
