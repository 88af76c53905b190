"""Which channel of a chapter receives what, and in which language."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from typing import Annotated

from bot.command import Feature, Option
from bot.context import Context
from bot.domain.announcements import Audience, State
from bot.domain.chapters import TOPICS, Chapter, Follow, Takes
from bot.domain.deliveries import Subject
from bot.domain.records import AuditEntry
from bot.domain.times import Zone
from bot.errors import Conflict, DeliveryError, NotFound, UserInputError
from bot.features.chapter_notices import render_loss, render_welcome
from bot.features.planned_times import time_in
from bot.i18n import LANGUAGES, N_, Translator
from bot.markup import escape
from bot.permissions import STEERING, organizer
from bot.ports import Problem, messenger_of
from bot.problems import fix_of, reason_of, sentence_of
from bot.reply import ChannelMention, Choice, Field, Moment, Reply, Section

CHECKED_S = 5.0  # the platform has this long to say whether the bot can post
ALL = "all"
_CHANNEL = re.compile(r"<#([A-Za-z0-9]+)(?:\|[^>]*)?>|([A-Za-z0-9_.:-]+)")

TOPIC_CHOICES = (
    Choice(ALL, N_("Everything")),
    Choice("convenings", N_("Convenings")),
    Choice("announcements", N_("Announcements")),
)
SUBJECTS = {"convenings": Subject.CONVENING, "announcements": Subject.ANNOUNCEMENT}
TAKES_CHOICES = (
    Choice(Takes.ALL, N_("Post it in the channels that follow")),
    Choice(Takes.ASK, N_("Ask organizers first, each time")),
    Choice(Takes.NONE, N_("Post nothing of it")),
)
LANGUAGE_CHOICES = tuple(Choice(code, name) for code, name in LANGUAGES.items())

feature = Feature("channel", summary=N_("Choose which channels receive convenings and announcements"), order=60)
feature.delivers(Subject.WELCOME)(render_welcome)
feature.delivers(Subject.CHANNEL_LOST)(render_loss)

Channel = Annotated[str, Option(N_("Which channel; blank for this one"), N_("Channel"), max_chars=120)]
Topics = Annotated[str, Option(N_("What it receives"), N_("Topics"), "choice", choices=TOPIC_CHOICES)]
Language = Annotated[
    str, Option(N_("The language of what is posted"), N_("Language"), "choice", choices=LANGUAGE_CHOICES)
]


@feature.command(
    "follow",
    summary=N_("Let a channel receive convenings and announcements"),
    check=organizer,
    writes=True,
    example="channel follow topics:all lang:en",
)
async def follow(ctx: Context, channel: Channel = "", topics: Topics = ALL, lang: Language = "") -> Reply:
    channel_id = channel_of(ctx, channel)
    await _refuse_unpostable(ctx, channel_id)
    old = await ctx.uow.follows.get(ctx.workspace_id, channel_id)
    chosen = lang or ("" if old else (await ctx.uow.chapters.get(ctx.workspace_id)).lang)
    new = _followed(ctx, channel_id, old, topics, chosen)
    try:
        await ctx.uow.follows.save(new)
    except Conflict as error:
        raise _unknown_channel(ctx.t) from error
    await _audit(ctx, follow.name, channel_id)
    words = ctx.t("{channel} follows already.", channel=_name(ctx, channel_id))
    if new != old:
        words = ctx.t("{channel} follows now; what was sent before stays unsent.", channel=_name(ctx, channel_id))
    return Reply(words, (Section(fields=_facts(new, ctx)),))


def _followed(ctx: Context, channel_id: str, old: Follow | None, topics: str, lang: str) -> Follow:
    """Return the channel's follow with `topics` added to those that it has."""
    wanted = {*TOPICS} if topics == ALL else {topics, *(old.topics if old else ())}
    ordered = tuple(one for one in TOPICS if one in wanted)
    if old:
        return replace(old, topics=ordered, lang=lang or old.lang, paused_reason="")
    return Follow(ctx.workspace_id, channel_id, ordered, lang or ctx.t.lang, ctx.user_id, ctx.now)


@feature.command(
    "unfollow",
    summary=N_("Let a channel receive nothing more, or one topic less"),
    check=organizer,
    writes=True,
    example="channel unfollow topics:announcements",
)
async def unfollow(ctx: Context, channel: Channel = "", topics: Topics = ALL) -> Reply:
    channel_id = channel_of(ctx, channel)
    old = await ctx.uow.follows.get(ctx.workspace_id, channel_id)
    if old is None:
        return Reply(ctx.t("{channel} follows nothing.", channel=_name(ctx, channel_id)), _link(ctx, channel_id))
    left = () if topics == ALL else tuple(one for one in old.topics if one != topics)
    for topic in {*old.topics} - {*left}:  # what was planned for the channel is not wanted there any more
        await ctx.uow.deliveries.drop_waiting(SUBJECTS[topic], ctx.workspace_id, channel_id=channel_id)
    await _audit(ctx, unfollow.name, channel_id)
    if not left:
        await ctx.uow.follows.remove(ctx.workspace_id, channel_id)
        words = ctx.t("{channel} receives nothing from now on.", channel=_name(ctx, channel_id))
        return Reply(words, _link(ctx, channel_id))
    new = await ctx.uow.follows.save(replace(old, topics=left))
    words = ctx.t("{channel} receives less from now on.", channel=_name(ctx, channel_id))
    return Reply(words, (Section(fields=_facts(new, ctx)),))


@feature.command(
    "chapter",
    summary=N_("Choose what becomes of what the Alliance announces to every chapter, and describe your chapter"),
    check=organizer,
    writes=True,
    form=True,
    form_title=N_("This chapter"),
    example="channel chapter city:Eugene zone:America/Los_Angeles",
)
async def chapter(
    ctx: Context,
    alliance: Annotated[
        str, Option(N_("Announcements to every chapter"), N_("From the Alliance"), "choice", choices=TAKES_CHOICES)
    ] = "",
    until: Annotated[
        str, Option(N_("A pause ends then, like 2027-03-14 18:30 America/New_York; blank: no end"), N_("Until"))
    ] = "",
    city: Annotated[str, Option(N_("Announcements for this city reach you"), N_("City"), max_chars=80)] = "",
    channel: Annotated[
        str, Option(N_("Where organizers are asked; blank for this one"), N_("Channel"), max_chars=120)
    ] = "",
    lang: Annotated[
        str, Option(N_("The language of channels that name none"), N_("Language"), "choice", choices=LANGUAGE_CHOICES)
    ] = "",
    zone: Annotated[
        Zone | None, Option(N_("Time zone of your city, like America/New_York"), N_("Time zone"), max_chars=60)
    ] = None,
) -> Reply:
    """Store what was named; what was left out stays as it is."""
    ends = time_in(ctx, until, "until")
    old = await ctx.uow.chapters.get(ctx.workspace_id)
    new = replace(old, city=_city(ctx, city) or old.city, lang=lang or old.lang, zone=zone or old.zone)
    if alliance:
        new = replace(new, takes=Takes(alliance), until=ends.utc if ends else None)
    if new.takes is Takes.ASK:
        place = channel_of(ctx, channel) if channel or not old.offers_channel_id else old.offers_channel_id
        await _refuse_unpostable(ctx, place)
        new = replace(new, offers_channel_id=place)
    await ctx.uow.chapters.save(new)
    if new.takes_at(ctx.now) is not Takes.ALL:
        await _drop_planned(ctx)
    await _audit(ctx, chapter.name, new.offers_channel_id or ctx.workspace_id)
    return Reply(ctx.t("Your chapter's choice is stored."), (_chapter_section(new, ctx),))


async def _drop_planned(ctx: Context) -> None:
    """Drop what the Alliance planned for this chapter before the chapter chose otherwise."""
    planned = await ctx.uow.announcements.recent(limit=200)
    only = tuple(one.id for one in planned if one.state is State.SENT and one.audience is Audience.ALL)
    await ctx.uow.deliveries.drop_waiting(Subject.ANNOUNCEMENT, ctx.workspace_id, only=only)


def _city(ctx: Context, typed: str) -> str:
    """Return the city as the directory names it, else as it was typed."""
    found = ctx.bank.find_city(typed) if typed else None
    return found.name if found else typed


def _chapter_section(one: Chapter, ctx: Context) -> Section:
    t, takes = ctx.t, one.takes_at(ctx.now)
    fields = [Field(t("From the Alliance"), t(next(some.label for some in TAKES_CHOICES if some.value == takes)))]
    if one.until and takes is not Takes.ALL:
        fields.append(Field(t("Until"), Moment(one.until, ctx.settings.zone)))
    if takes is Takes.ASK:
        fields.append(
            Field(t("Asked in"), ChannelMention(one.offers_channel_id, one.offers_channel_id.partition(":")[2]))
        )
    about = ((t("City"), one.city), (t("Language"), LANGUAGES.get(one.lang, "")), (t("Time zone"), one.zone))
    fields += [Field(label, value) for label, value in about if value]
    return Section(t("This chapter"), fields=tuple(fields))


@feature.command("status", summary=N_("See which channels of this chapter receive what"), check=organizer)
async def status(ctx: Context) -> Reply:
    found = await ctx.uow.follows.of_workspace(ctx.workspace_id)
    if not found:
        text = ctx.t("In the channel that should receive convenings and announcements, type: channel follow")
        return Reply(ctx.t("No channel of this chapter follows anything yet."), (Section(text=escape(text)),))
    summary = ctx.t.plural(
        "{count} channel of this chapter follows.", "{count} channels of this chapter follow.", len(found)
    )
    chosen = _chapter_section(await ctx.uow.chapters.get(ctx.workspace_id), ctx)
    return Reply(summary, (*(Section(_title(ctx, one), fields=_facts(one, ctx)) for one in found), chosen))


def channel_of(ctx: Context, typed: str) -> str:
    """Return the id of the channel that was named, else of this one.

    Raises:
        UserInputError: this is a direct message.
        NotFound: what was typed names no channel of this platform.
    """
    origin = ctx.request.origin
    if not typed:
        if origin.is_direct:
            raise UserInputError(
                ctx.t("A direct message cannot follow anything."),
                ctx.t("Type this in the channel that should."),
                "channel",
            )
        return origin.channel_id
    found = _CHANNEL.fullmatch(typed.strip().removeprefix("#"))
    platform, _, own = (found.group(1) or found.group(2)).rpartition(":") if found else ("", "", "")
    if not own or (platform or origin.platform) != origin.platform:
        raise _unknown_channel(ctx.t)
    return f"{origin.platform}:{own}"


def _unknown_channel(t: Translator) -> NotFound:
    return NotFound(
        t("I do not know that channel."), t("Name a channel of this chapter that I am in, or type this inside it.")
    )


async def _refuse_unpostable(ctx: Context, channel_id: str) -> None:
    """Refuse a channel in which the bot could not post, and say how to change that."""
    messenger = messenger_of(ctx.services.messengers, ctx.request.origin.platform, ctx.workspace_id)
    if messenger is None:
        raise Conflict(ctx.t("Nothing can be posted here."), ctx.t("Type this in a channel of your chapter."))
    try:
        async with asyncio.timeout(CHECKED_S):
            problem = await messenger.channel_problem(channel_id, ctx.workspace_id)
    except (DeliveryError, TimeoutError) as error:
        text, hint = ctx.t("I could not find out whether I can post there."), ctx.t("Try again in a minute.")
        raise Conflict(text, hint) from error
    if problem == Problem.CHANNEL_GONE:
        raise _unknown_channel(ctx.t)
    if problem == Problem.SHARED_OUTSIDE and STEERING in ctx.roles:
        return
    if problem:
        words = ctx.t("I cannot post in that channel: {reason}.", reason=reason_of(problem, ctx.t))
        raise Conflict(words, fix_of(problem, ctx.t))


def _is_here(ctx: Context, channel_id: str) -> bool:
    return channel_id == ctx.request.origin.channel_id


def _name(ctx: Context, channel_id: str) -> str:
    return ctx.t("This channel") if _is_here(ctx, channel_id) else ctx.t("That channel")


def _title(ctx: Context, one: Follow) -> str:
    return ctx.t("This channel") if _is_here(ctx, one.channel_id) else ""


def _link(ctx: Context, channel_id: str) -> tuple[Section, ...]:
    return (Section(fields=(_channel_field(channel_id, ctx.t),)),)


def _channel_field(channel_id: str, t: Translator) -> Field:
    return Field(t("Channel"), ChannelMention(channel_id, channel_id.partition(":")[2]))


def _facts(one: Follow, ctx: Context) -> tuple[Field, ...]:
    t = ctx.t
    labels = {choice.value: t(choice.label) for choice in TOPIC_CHOICES}
    fields = (
        _channel_field(one.channel_id, t),
        Field(t("Receives"), ", ".join(labels[topic] for topic in one.topics)),
        Field(t("Language"), LANGUAGES.get(one.lang, one.lang)),
    )
    if not one.paused_reason:
        return fields
    return (*fields, Field(t("Stopped"), sentence_of(one.paused_reason, t)))


async def _audit(ctx: Context, act: str, channel_id: str) -> None:
    await ctx.uow.audit.add(AuditEntry(ctx.now, ctx.user_id, ctx.workspace_id, act, f"channel:{channel_id}"))
