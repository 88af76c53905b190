"""Whom an announcement reaches: channels that ask for it, readers by mail, and people who chose direct messages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.context import Context
from bot.domain.announcements import Announcement, Audience
from bot.domain.chapters import Chapter, Follow, Takes
from bot.domain.deliveries import Subject, Target
from bot.domain.preferences import Reader
from bot.domain.quiet import after_quiet
from bot.i18n import Translator
from bot.mailing import mail_targets
from bot.permissions import ORGANIZER, STEERING
from bot.rights import organizer_accounts, steering_accounts
from bot.text import fold

TOPIC = "announcements"
AFTER_CHANNELS = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Reach:
    """What gets it, and whom it asks first.

    `people` have when each may be written to, outside of their quiet hours. `offers` are the channels in which chapters
    are asked; `declined` counts the channels of chapters that take nothing of the kind now.
    """

    channels: tuple[Target, ...] = ()
    mail: tuple[Target, ...] = ()
    people: tuple[tuple[Target, datetime], ...] = ()
    offers: tuple[Target, ...] = ()
    declined: int = 0

    @property
    def targets(self) -> tuple[Target, ...]:
        return (*self.channels, *self.mail, *(target for target, _ in self.people))

    def __bool__(self) -> bool:
        return bool(self.targets or self.offers)

    @property
    def mark(self) -> tuple[object, ...]:
        """Return what of it an approver sees: the numbers."""
        counts = (len(self.mail), len(self.people), len(self.offers), self.declined)
        return (sorted(counted(self.channels).items()), counts)


def bound(announcement: Announcement) -> str:
    """Return the workspace that the announcement stays in, "" for one to every chapter."""
    return announcement.workspace_id if announcement.audience is Audience.CHAPTER else ""


async def targets_of(ctx: Context, announcement: Announcement) -> tuple[Target, ...]:
    """Return everything that would get it now: channels, then mail, then people."""
    return (await reach_of(ctx, announcement)).targets


async def reach_of(ctx: Context, announcement: Announcement) -> Reach:
    """Return whom it would reach now."""
    people = await _people(ctx, announcement)
    if announcement.only.role:
        return Reach(people=people)
    chapters = {one.workspace_id: one for one in await ctx.uow.chapters.all()}
    follows = await fitting_follows(ctx, announcement, chapters)
    here, asked, declined = [], {}, 0
    for one in follows:
        takes = chapters[one.workspace_id].takes_at(ctx.now) if one.workspace_id in chapters else Takes.ALL
        if bound(announcement) or takes is Takes.ALL:
            here.append(channel_target(one))
        elif takes is Takes.ASK:
            place = chapters[one.workspace_id].offers_channel_id
            asked[one.workspace_id] = Target(one.workspace_id, place, lang=one.lang)
        else:
            declined += 1
    return Reach(tuple(here), await _mail(ctx, announcement), people, tuple(asked.values()), declined)


def channel_target(follow: Follow) -> Target:
    return Target(follow.workspace_id, follow.channel_id, lang=follow.lang)


async def fitting_follows(
    ctx: Context, announcement: Announcement, chapters: Mapping[str, Chapter], workspace_id: str = ""
) -> tuple[Follow, ...]:
    """Return the channels that follow announcements and that its audience is not narrowed past."""
    only = announcement.only
    follows = await ctx.uow.follows.of_topic(TOPIC, workspace_id or bound(announcement))
    spoken = (one for one in follows if only.lang in ("", one.lang))
    unknown = Chapter("")
    return tuple(one for one in spoken if is_there(ctx, chapters.get(one.workspace_id, unknown).city, announcement))


def is_there(ctx: Context, city: str, announcement: Announcement) -> bool:
    """Say whether a city is the one that the announcement is for, or lies in its part of the world."""
    only, known = announcement.only, ctx.bank.find_city(city) if city else None
    if only.city and fold(known.name if known else city) != fold(only.city):
        return False
    return not only.region or (known is not None and known.region == only.region)


async def _mail(ctx: Context, announcement: Announcement) -> tuple[Target, ...]:
    """Return the readers of the email list; what is narrowed to a place is not for all of them."""
    only = announcement.only
    if bound(announcement) or only.city or only.region:
        return ()
    return tuple(one for one in await mail_targets(ctx.uow, ctx.settings) if only.lang in ("", one.lang))


async def _people(ctx: Context, announcement: Announcement) -> tuple[tuple[Target, datetime], ...]:
    """Return those who chose direct messages and are meant, each person once, a little after the channels."""
    named = await _holders(ctx, announcement)
    begins = max(announcement.when.utc if announcement.when else ctx.now, ctx.now) + AFTER_CHANNELS
    found = []
    for one in await ctx.uow.preferences.readers():
        account = next((name for name in one.accounts if name.partition(":")[0] in ctx.services.messengers), "")
        lang = one.preferences.lang or ctx.settings.language
        if (
            account
            and _is_meant(ctx, one, lang, announcement)
            and (named is None or not named.isdisjoint(one.accounts))
        ):
            target = Target(f"{account.partition(':')[0]}:direct", user_id=account, lang=lang)
            found.append((target, after_quiet(begins, ctx.settings.zone, one.preferences)))
    return tuple(found)


async def _holders(ctx: Context, announcement: Announcement) -> frozenset[str] | None:
    """Return the accounts with the role that the announcement is for; None when it is for everybody."""
    if announcement.only.role == STEERING:
        return frozenset(await steering_accounts(ctx.uow, ctx.settings, ctx.now))
    if announcement.only.role == ORGANIZER:
        where = bound(announcement)
        chapters = {where} if where else {one.workspace_id for one in await ctx.uow.follows.of_topic(TOPIC)}
        named = [await organizer_accounts(ctx.uow, one, ctx.now) for one in sorted(chapters)]
        return frozenset(account for accounts in named for account in accounts)
    return None


def _is_meant(ctx: Context, reader: Reader, lang: str, announcement: Announcement) -> bool:
    only, where = announcement.only, bound(announcement)
    if (where and where not in reader.workspaces) or only.lang not in ("", lang):
        return False
    if only.role == "member" and not reader.is_member:
        return False
    topics = reader.preferences.topics
    is_theirs = not only.theme or not topics or only.theme in topics
    return is_theirs and is_there(ctx, reader.city, announcement)


def counted(targets: Sequence[Target]) -> Mapping[tuple[str, str], int]:
    """Return how many channels there are by platform and language, in that order."""
    return dict(sorted(Counter((one.platform, one.lang) for one in targets if one.channel_id).items()))


def reach_notes(reach: Reach, t: Translator) -> tuple[str, ...]:
    """Return what beside the channels gets it, and what does not, as sentences with exact numbers."""
    people, mail, offers, declined = len(reach.people), len(reach.mail), len(reach.offers), reach.declined
    one = t.plural("It goes to {count} person directly.", "It goes to {count} people directly.", people)
    two = t.plural("It goes to {count} reader by mail.", "It goes to {count} readers by mail.", mail)
    three = t.plural("{count} chapter is asked first.", "{count} chapters are asked first.", offers)
    four = t.plural(
        "{count} channel does not get it: its chapter takes nothing from the Alliance now.",
        "{count} channels do not get it: their chapters take nothing from the Alliance now.",
        declined,
    )
    counts = ((people, one), (mail, two), (offers, three), (declined, four))
    return tuple(words for count, words in counts if count)


async def want(ctx: Context, sent: Announcement, reach: Reach) -> None:
    """Store its deliveries, and the questions to chapters that are asked first."""
    due = max(sent.when.utc if sent.when else ctx.now, ctx.now)
    deliveries = ctx.uow.deliveries
    await deliveries.want(Subject.ANNOUNCEMENT, sent.id, (*reach.channels, *reach.mail), sent.revision, due)
    by_time: dict[datetime, list[Target]] = {}
    for target, at in reach.people:
        by_time.setdefault(at, []).append(target)
    for at, targets in by_time.items():
        await deliveries.want(Subject.ANNOUNCEMENT, sent.id, tuple(targets), sent.revision, at)
    await deliveries.want(Subject.OFFER, sent.id, reach.offers, sent.revision, ctx.now)
