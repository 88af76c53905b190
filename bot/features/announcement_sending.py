"""From draft to deliveries: every check is made again when somebody presses Send, and an announcement goes out once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from statistics import median

from bot.command import RUN
from bot.context import Context
from bot.domain.announcements import Announcement, Audience, State
from bot.domain.chapters import Follow
from bot.domain.deliveries import Subject
from bot.domain.records import AuditEntry
from bot.errors import CheckFailure, Conflict, NotFound, UserInputError
from bot.features.announcement_cards import audience_of, is_on_its_way, numbered, preview_sections, when_of
from bot.features.planned_times import clock_note
from bot.i18n import Translator
from bot.markup import escape
from bot.permissions import STEERING, owns
from bot.reply import Button, Field, Reply, Section
from bot.rights import steering_accounts

TOPIC = "announcements"
SAME_TEXT = timedelta(minutes=10)
UNUSUAL = 10  # times the usual number of channels
COMPARED = 20  # earlier announcements that tell what is usual


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


async def followers(ctx: Context, announcement: Announcement) -> tuple[Follow, ...]:
    """Return the channels that would get it now."""
    return await ctx.uow.follows.of_topic(TOPIC, _bound(announcement))


def _bound(announcement: Announcement) -> str:
    return announcement.workspace_id if announcement.audience is Audience.CHAPTER else ""


async def preview(ctx: Context, draft: Announcement) -> Reply:
    """Show the draft exactly as it will appear, and the exact number of channels."""
    t, follows = ctx.t, await followers(ctx, draft)
    summary = t.plural(
        "Please check: “{title}” goes to {count} channel. It is not sent yet.",
        "Please check: “{title}” goes to {count} channels. It is not sent yet.",
        len(follows),
        title=numbered(draft),
    )
    twin = await _twin(ctx, draft)
    text = "\n\n".join(escape(note) for note in _notes(t, draft, follows, twin) if note)
    fields = (Field(t("Audience"), audience_of(draft, t)), Field(t("When"), when_of(draft, t)))
    checks = Section(t("Before you send"), text, fields, send_buttons(t, draft, is_repeated=twin is not None))
    return Reply(summary, (*preview_sections(draft, follows), checks))


def _notes(t: Translator, draft: Announcement, follows: Sequence[Follow], twin: Announcement | None) -> tuple[str, ...]:
    return (
        _same_text(t, twin) if twin else "",
        "" if follows else no_channel(t),
        clock_note(t, draft.when) if draft.when else "",
    )


def no_channel(t: Translator) -> str:
    return t("No channel follows announcements yet. In a channel, type: channel follow")


def send_buttons(t: Translator, draft: Announcement, *, is_repeated: bool) -> tuple[Button, ...]:
    """Return the buttons of a draft; one whose text went out just now asks whether that is meant."""
    send = Button(t("Send"), "announce.send", str(draft.id), "primary")
    if is_repeated:
        send = Button(t("Send it anyway"), "announce.anyway", str(draft.id), "danger")
    return (send, Button(t("Discard"), "announce.discard", str(draft.id)))


async def _twin(ctx: Context, draft: Announcement) -> Announcement | None:
    return await ctx.uow.announcements.same_text_since(draft, ctx.now - SAME_TEXT)


def _same_text(t: Translator, twin: Announcement) -> str:
    return t("The same text was sent less than 10 minutes ago, as #{number}. Is it meant twice?", number=twin.id)


async def send(ctx: Context, announcement_id: int, *, is_meant: bool) -> Reply:
    """Send a draft once; `is_meant` says that the person confirmed what looked like a mistake."""
    draft = await announcement_of(ctx, announcement_id)
    if draft.state is State.SENT:
        return await _sent_already(ctx, draft)
    _refuse_stale(ctx, draft)
    follows = await followers(ctx, draft)
    if not follows:
        return Reply(ctx.t("Nothing was sent."), (Section(text=escape(no_channel(ctx.t))),))
    twin = None if is_meant else await _twin(ctx, draft)
    if twin:
        return Reply(_same_text(ctx.t, twin), (Section(buttons=send_buttons(ctx.t, draft, is_repeated=True)),))
    held = await _held(ctx, draft, len(follows), is_meant=is_meant)
    return held or await _go(ctx, draft)


async def _sent_already(ctx: Context, sent: Announcement) -> Reply:
    rows = await ctx.uow.deliveries.of_subject(Subject.ANNOUNCEMENT, sent.id)
    text = ctx.t.plural("It goes to {count} channel, once.", "It goes to {count} channels, once.", len(rows))
    return Reply(ctx.t("“{title}” was sent already.", title=numbered(sent)), (Section(text=text),), replaces=True)


def _refuse_stale(ctx: Context, draft: Announcement) -> None:
    """Refuse what can no longer be sent.

    Raises:
        Conflict: it is cancelled, or its time went by.
    """
    t = ctx.t
    if draft.state is State.CANCELLED:
        raise Conflict(t("“{title}” is cancelled.", title=draft.title), t("Write it anew with announce new."))
    if draft.when and draft.when.utc <= ctx.now:
        when = t.moment(draft.when.aware)
        raise Conflict(t("{when} is in the past.", when=when), t("Nothing was sent. Write it anew with announce new."))


async def _held(ctx: Context, draft: Announcement, count: int, *, is_meant: bool) -> Reply | None:
    """Return a question instead of sending when far more channels would get it than usual.

    Another person confirms by sending it; where nobody else could, the author confirms it once more.
    """
    usual = await _usual(ctx, draft)
    if usual is None or count <= UNUSUAL * usual or not await _is_author(ctx, draft):
        return None
    summary = ctx.t("This would reach {count} channels; usually it is {usual}.", count=count, usual=usual)
    committee = await steering_accounts(ctx.uow, ctx.settings, ctx.now)
    is_alone = draft.audience is Audience.ALL and len(committee) < 2
    if is_alone and is_meant:
        return None
    if is_alone:
        return Reply(summary, (Section(buttons=send_buttons(ctx.t, draft, is_repeated=True)),))
    text = ctx.t("A second person has to confirm it by typing: announce send {number}", number=draft.id)
    return Reply(summary, (Section(text=escape(text)),))


async def _is_author(ctx: Context, draft: Announcement) -> bool:
    """Say whether the person wrote it, from this account or from another one of theirs."""
    author = await ctx.uow.members.by_user(draft.created_by)
    return await ctx.person_id() == (author.id if author else draft.created_by)


async def _usual(ctx: Context, draft: Announcement) -> int | None:
    """Return the usual number of channels for this audience; None when there is nothing to compare with."""
    recent = await ctx.uow.announcements.recent(_bound(draft), COMPARED)
    alike = [one for one in recent if one.state is State.SENT and one.audience is draft.audience]
    counts = [len(await ctx.uow.deliveries.of_subject(Subject.ANNOUNCEMENT, one.id)) for one in alike]
    return round(median(counts)) or 1 if counts else None


async def _go(ctx: Context, draft: Announcement) -> Reply:
    """Store the announcement as sent and its deliveries, in this unit of work."""
    t, sent = ctx.t, await ctx.uow.announcements.save(draft.sent(ctx.user_id, ctx.now))
    due = sent.when.utc if sent.when else ctx.now
    count = await ctx.deliver(Subject.ANNOUNCEMENT, sent.id, TOPIC, sent.revision, workspace_id=_bound(sent), due=due)
    await audit(ctx, "announce send", sent)
    words = t.plural(
        "“{title}” is on its way to {count} channel.",
        "“{title}” is on its way to {count} channels.",
        count,
        title=numbered(sent),
    )
    if sent.when is None:
        return Reply(words, replaces=True)
    words = t.plural(
        "“{title}” goes to {count} channel later.",
        "“{title}” goes to {count} channels later.",
        count,
        title=numbered(sent),
    )
    button = Button(t("Cancel it"), RUN, f"announce cancel {sent.id}", "danger")
    return Reply(words, (Section(fields=(Field(t("When"), when_of(sent, t)),), buttons=(button,)),), replaces=True)


async def discard(ctx: Context, announcement_id: int) -> Reply:
    """Cancel what was not posted everywhere yet: waiting posts are dropped, those that stand say so."""
    found = await announcement_of(ctx, announcement_id)
    t, title = ctx.t, numbered(found)
    if found.state is State.CANCELLED:
        return Reply(t("“{title}” is cancelled.", title=title), replaces=True)
    rows = await ctx.uow.deliveries.of_subject(Subject.ANNOUNCEMENT, found.id)
    if found.state is State.SENT and not is_on_its_way(rows):
        text = t("It was posted everywhere already.")
        raise Conflict(t("“{title}” cannot be cancelled any more.", title=title), text)
    stored = await ctx.uow.announcements.save(found.cancelled())
    await ctx.uow.deliveries.drop_pending(Subject.ANNOUNCEMENT, stored.id)
    await ctx.uow.deliveries.raise_wanted(Subject.ANNOUNCEMENT, stored.id, stored.revision, ctx.now, is_cancelled=True)
    await audit(ctx, "announce cancel", stored)
    text = (
        t("Nothing of it was posted.")
        if not any(one.message_id for one in rows)
        else t("The posts that stand say so now.")
    )
    return Reply(t("“{title}” is cancelled.", title=title), (Section(text=escape(text)),), replaces=True)


async def audit(ctx: Context, act: str, announcement: Announcement) -> None:
    entry = AuditEntry(ctx.now, ctx.user_id, ctx.workspace_id, act, f"announcement:{announcement.id}")
    await ctx.uow.audit.add(entry)
