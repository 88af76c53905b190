"""Drafts: who may touch which announcement, and what is shown before one goes out."""

from __future__ import annotations

from datetime import timedelta

from bot.context import Context
from bot.domain.announcements import Announcement, Audience
from bot.domain.approvals import Approvers
from bot.errors import CheckFailure, NotFound, UserInputError
from bot.features.announcement_cards import audience_of, numbered, preview_sections, when_of
from bot.features.announcement_looks import looks_section
from bot.features.announcement_reach import Reach, reach_notes, reach_of
from bot.features.planned_times import clock_note
from bot.i18n import Translator
from bot.markup import escape
from bot.permissions import ORGANIZER, STEERING, owns
from bot.reply import Button, Field, Moment, Reply, Section

SAME_TEXT = timedelta(minutes=10)


async def announcement_of(ctx: Context, announcement_id: int) -> Announcement:
    """Return the announcement for somebody who may send or cancel it.

    Raises:
        NotFound: there is none of that number, or it belongs to another chapter.
        CheckFailure: it is for everybody, and the person is not in the steering committee.
    """
    found = await ctx.uow.announcements.get(announcement_id) if 0 < announcement_id < 2**31 else None
    if found is None or (STEERING not in ctx.roles and found.workspace_id != ctx.workspace_id):
        raise NotFound(ctx.t("I do not know that announcement."), ctx.t("Type announce list to see the newest."))
    owns(ctx, found.workspace_id)
    if found.audience is Audience.ALL:
        refuse_all(ctx)
    return found


def refuse_all(ctx: Context) -> None:
    """Let in those who may announce to every chapter.

    Raises:
        CheckFailure: the person is not in the steering committee; rights in a workspace give none in the Alliance.
    """
    if STEERING not in ctx.roles:
        raise CheckFailure(
            ctx.t("Only the Alliance's steering committee can announce to every chapter."),
            ctx.t("Choose “this chapter” as the audience, or ask a member of the steering committee."),
        )


def audience_for(ctx: Context, typed: str) -> Audience:
    """Return the audience that was chosen, else the widest that the person may address.

    Raises:
        CheckFailure: an organizer chose every chapter.
        UserInputError: the chapter of a place without one.
    """
    default = Audience.ALL if STEERING in ctx.roles else Audience.CHAPTER
    audience = Audience(typed) if typed else default
    if audience is Audience.ALL:
        refuse_all(ctx)
    elif not ctx.workspace_id:
        raise UserInputError(
            ctx.t("There is no chapter here."), ctx.t("Type this in a channel of your chapter."), "audience"
        )
    return audience


def approvers_of(announcement: Announcement) -> Approvers:
    """Return who may approve it: the committee, or an organizer of its chapter."""
    if announcement.audience is Audience.ALL:
        return Approvers(STEERING)
    return Approvers(ORGANIZER, announcement.workspace_id)


async def preview(ctx: Context, draft: Announcement, *, needs_second: bool) -> Reply:
    """Show the draft exactly as it will appear, and the exact number of channels."""
    t, reach = ctx.t, await reach_of(ctx, draft)
    summary = t.plural(
        "Please check: “{title}” goes to {count} channel. It is not sent yet.",
        "Please check: “{title}” goes to {count} channels. It is not sent yet.",
        len(reach.channels),
        title=numbered(draft),
    )
    twin = await twin_of(ctx, draft)
    notes = (same_text(t, twin) if twin else "", *reach_notes(reach, t), *notes_of(t, draft, reach))
    text = "\n\n".join(escape(note) for note in notes if note)
    buttons = send_buttons(t, draft, is_doubtful=twin is not None, needs_second=needs_second)
    looks = looks_section(ctx, draft, reach.targets)
    checks = Section(t("Before you send"), text, facts_of(draft, t), buttons)
    return Reply(summary, (*preview_sections(draft, reach.targets, t), *looks, checks))


def facts_of(draft: Announcement, t: Translator) -> tuple[Field, ...]:
    """Return whom it is for, when it goes out and until when it is true."""
    fields = (Field(t("Audience"), audience_of(draft, t)), Field(t("When"), when_of(draft, t)))
    return (*fields, Field(t("Valid until"), Moment(draft.until.aware, draft.until.zone))) if draft.until else fields


def notes_of(t: Translator, draft: Announcement, reach: Reach) -> tuple[str, ...]:
    """Return what must be known before it goes out, as sentences."""
    notes = ("" if reach else no_channel(t), clock_note(t, draft.when) if draft.when else "")
    return tuple(one for one in notes if one)


def no_channel(t: Translator) -> str:
    return t("No channel that is meant follows announcements yet. In a channel, type: channel follow")


def send_buttons(t: Translator, draft: Announcement, *, is_doubtful: bool, needs_second: bool) -> tuple[Button, ...]:
    """Return the buttons of a draft; one that looks like a mistake asks whether it is meant."""
    action, style = ("announce.anyway", "danger") if is_doubtful else ("announce.send", "primary")
    label = t("Send it anyway") if is_doubtful else t("Send")
    if needs_second:
        label = t("Ask a second person anyway") if is_doubtful else t("Ask a second person")
    number = str(draft.id)
    audience = Button(t("Change the audience"), "announce.audience", number)
    return (Button(label, action, number, style), Button(t("Discard"), "announce.discard", number), audience)


async def twin_of(ctx: Context, draft: Announcement) -> Announcement | None:
    """Return an announcement of the same text that went out just now."""
    return await ctx.uow.announcements.same_text_since(draft, ctx.now - SAME_TEXT)


def same_text(t: Translator, twin: Announcement) -> str:
    return t("The same text was sent less than 10 minutes ago, as #{number}. Is it meant twice?", number=twin.id)
