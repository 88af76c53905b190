"""Chapters that want to be asked first: an organizer takes an announcement into their channels, or leaves it."""

from __future__ import annotations

from bot.command import Delivering, Rendered
from bot.context import Context
from bot.domain.announcements import Announcement, Audience, State
from bot.domain.deliveries import Subject
from bot.errors import Conflict, NotFound
from bot.features.announcement_cards import posted
from bot.features.announcement_reach import channel_target, fitting_follows
from bot.features.announcement_sending import audit
from bot.markup import escape
from bot.reply import Button, Reply, Section

TAKE, LEAVE = "announce.take", "announce.leave"


async def render_offer(delivering: Delivering) -> Rendered | None:
    """Return the question to a chapter with what would be posted; what is settled says so where it stands."""
    t, found = delivering.t, await delivering.uow.announcements.get(delivering.subject_id)
    if found is None:
        return None
    choice = await delivering.uow.chapters.chosen(found.id, delivering.target.workspace_id)
    if found.state is not State.SENT or choice is not None:
        settled = Rendered(Reply(t("This question is settled.")), found.revision)
        return settled if delivering.is_posted else None
    shown = posted(found, t)
    buttons = (
        Button(t("Post it here"), TAKE, str(found.id), "primary"),
        Button(t("Not in this chapter"), LEAVE, str(found.id)),
    )
    note = escape(t("Only organizers of this chapter can decide. Nothing is posted before one of them does."))
    title = Section(shown.summary)
    summary = t("The Alliance announces something; shall it be posted in this chapter's channels?")
    return Rendered(Reply(summary, (title, *shown.sections, Section(text=note, buttons=buttons))), found.revision)


async def take(ctx: Context, announcement_id: int) -> Reply:
    """Post it in the chapter's channels that follow announcements."""
    found = await _offered(ctx, announcement_id, is_taken=True)
    chapters = {ctx.workspace_id: await ctx.uow.chapters.get(ctx.workspace_id)}
    follows = await fitting_follows(ctx, found, chapters, ctx.workspace_id)
    due = max(found.when.utc if found.when else ctx.now, ctx.now)
    targets = tuple(channel_target(one) for one in follows)
    await ctx.uow.deliveries.want(Subject.ANNOUNCEMENT, found.id, targets, found.revision, due)
    await audit(ctx, "announce take", found)
    words = ctx.t.plural(
        "“{title}” is posted in {count} channel of this chapter.",
        "“{title}” is posted in {count} channels of this chapter.",
        len(targets),
        title=found.title,
    )
    return Reply(words, replaces=True)


async def leave(ctx: Context, announcement_id: int) -> Reply:
    found = await _offered(ctx, announcement_id, is_taken=False)
    await audit(ctx, "announce leave", found)
    return Reply(ctx.t("“{title}” is not posted in this chapter.", title=found.title), replaces=True)


async def _offered(ctx: Context, announcement_id: int, *, is_taken: bool) -> Announcement:
    """Return an announcement that this chapter is asked about, with the chapter's choice stored.

    Raises:
        NotFound: this chapter is not asked about it.
        Conflict: it was taken back meanwhile, or another organizer decided.
    """
    found = await ctx.uow.announcements.get(announcement_id)
    rows = await ctx.uow.deliveries.of_subject(Subject.OFFER, announcement_id) if found else ()
    is_asked = any(one.target.workspace_id == ctx.workspace_id for one in rows)
    if found is None or not is_asked or found.audience is not Audience.ALL:
        raise NotFound(ctx.t("I do not know that announcement."), ctx.t("Type channel status to see what comes here."))
    if found.state is not State.SENT:
        raise Conflict(ctx.t("“{title}” was taken back already.", title=found.title), ctx.t("Nothing is to decide."))
    if not await ctx.uow.chapters.choose(found.id, ctx.workspace_id, is_taken=is_taken):
        raise Conflict(ctx.t("Another organizer decided already."), ctx.t("Nothing is to decide."))
    return found
